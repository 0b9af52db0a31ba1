"""
Alerts: what a manager has to know of the shop's running. An open alert is counted, not repeated.

Each e-mail about alerts is a row for one recipient before it is sent, so that none is sent twice.
"""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.alerts.kinds import AlertKind, kind_of
from pizzeria.foundation.locking import LockingQuerySet

# Here, not beside the sending: every process imports the models, and shows alerts of this kind.
ALERT_EMAIL_FAILED = AlertKind("alert_email_failed", _("An e-mail about alerts was given up: %(reason)s"))


class AlertQuerySet(LockingQuerySet["Alert"]):
    def open(self) -> Self:
        """Filter the alerts that nobody has acknowledged."""
        return self.filter(acknowledged_at=None)

    def newest(self, kind: AlertKind, *, key: str) -> "Alert | None":
        """Return the newest alert of a kind and key, acknowledged or not."""
        return self.filter(kind=kind.code, key=key).order_by("-pk").first()


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
    )  # None of an alert that is not open: what it was about has ended by itself

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


class AlertEmailState(models.TextChoices):
    QUEUED = "queued", _("to be sent")
    SENT = "sent", _("sent")
    DEAD = "dead", _("dead: will not be tried again")
    EXPIRED = "expired", _("expired")


class AlertEmailQuerySet(LockingQuerySet["AlertEmail"]):
    def due(self, at: datetime) -> Self:
        """Filter for the e-mails to be sent now. One that is being sent is due again when its lease ends."""
        return self.filter(state=AlertEmailState.QUEUED, due_at__lte=at)


class AlertEmail(models.Model):
    """An e-mail to one recipient about the alerts of one moment. It holds no text: it is rendered when it is sent."""

    alerts = models.ManyToManyField(Alert, related_name="emails")
    recipient = models.CharField(max_length=254)  # an address
    state = models.CharField(max_length=8, choices=AlertEmailState, default=AlertEmailState.QUEUED)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # while it is being sent: the end of the lease
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)  # of the last attempt

    objects = AlertEmailQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        verbose_name, verbose_name_plural = _("e-mail about alerts"), _("e-mails about alerts")
        indexes = [
            models.Index(fields=["due_at"], name="alert_email_due", condition=models.Q(state=AlertEmailState.QUEUED))
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=AlertEmailState.values), name="alert_email_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"e-mail about alerts, {self.get_state_display()}"
