"""The e-mails with the figures of a business day: one row for each day and recipient, so that none is sent twice."""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.locking import LockingQuerySet

# Here, not in the services: every process imports the models, and shows alerts of this kind.
DAILY_EMAIL_FAILED = AlertKind(
    "daily_email_failed", _("The e-mail with the figures of %(day)s was not sent: %(reason)s")
)


class DailyEmailState(models.TextChoices):
    QUEUED = "queued", _("to be sent")
    SENT = "sent", _("sent")
    DEAD = "dead", _("dead: will not be tried again")
    EXPIRED = "expired", _("expired")


class DailyEmailQuerySet(LockingQuerySet["DailyEmail"]):
    def due(self, at: datetime) -> Self:
        """Filter for the e-mails to be sent now. One that is being sent is due again when its lease ends."""
        return self.filter(state=DailyEmailState.QUEUED, due_at__lte=at)


class DailyEmail(models.Model):
    business_date = models.DateField()
    recipient = models.CharField(max_length=254)  # an address
    state = models.CharField(max_length=8, choices=DailyEmailState, default=DailyEmailState.QUEUED)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # while it is being sent: the end of the lease
    attempts = models.PositiveSmallIntegerField(default=0)
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.CharField(max_length=200, blank=True)  # of the last attempt

    objects = DailyEmailQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["business_date", "recipient"], name="daily_email_once"),
            models.CheckConstraint(
                condition=models.Q(state__in=DailyEmailState.values), name="daily_email_state_known"
            ),
        ]

    def __str__(self) -> str:
        return f"figures of {self.business_date}, {self.get_state_display()}"
