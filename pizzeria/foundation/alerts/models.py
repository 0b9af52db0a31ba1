"""Alerts: what a manager has to know of the shop's running. An open alert is counted, not repeated."""

from typing import Self

from django.conf import settings
from django.db import models

from pizzeria.foundation.alerts.kinds import kind_of
from pizzeria.foundation.locking import LockingQuerySet


class AlertQuerySet(LockingQuerySet["Alert"]):
    def open(self) -> Self:
        """Filter the alerts that nobody has acknowledged."""
        return self.filter(acknowledged_at=None)


class Alert(models.Model):
    kind = models.CharField(max_length=40)  # the code of an AlertKind
    key = models.CharField(max_length=120, blank=True)  # what it is about; one alert is open for each kind and key
    parameters = models.JSONField(default=dict)  # of the newest occurrence, for the text; no personal data
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField()
    times_seen = models.PositiveIntegerField(default=1)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    acknowledged_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = AlertQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("acknowledge_alerts", "Can see and acknowledge alerts")]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=models.Q(acknowledged_at=None), name="alert_open_once"
            )
        ]

    def __str__(self) -> str:
        kind = kind_of(self.kind)
        if kind is None:  # raised by a release that has this kind
            return self.kind
        try:
            return str(str(kind.text) % self.parameters)
        except KeyError:  # raised by a release whose text has other parameters
            return f"{self.kind} {self.parameters}"
