"""Open alerts."""

from collections.abc import Iterable
from datetime import datetime

from django.urls import reverse
from django.utils.translation import gettext as _

from orders.reports.attention.concern import Button, Concern, ConcernGroup, time_text
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.models import Alert

MAX_ALERTS = 10


def alert_concerns(by: Actor, at: datetime) -> Iterable[ConcernGroup]:
    alerts = list(Alert.objects.open().order_by("-last_seen_at", "-pk")[: MAX_ALERTS + 1])
    text = _("%(alert)s (%(times)d×, last %(time)s)")
    found = [
        Concern(
            f"alert-{alert.pk}",
            text % {"alert": alert, "times": alert.times_seen, "time": time_text(alert.last_seen_at, at)},
            Button(_("Acknowledge"), reverse("admin:acknowledge_alert"), {"alert": str(alert.pk)}),
        )
        for alert in alerts[:MAX_ALERTS]
    ]
    page = reverse("admin:alerts_alert_changelist", query={"state": "open"})
    more = Button(_("Older ones, too"), page) if len(alerts) > MAX_ALERTS else None
    yield ConcernGroup("alerts", _("Open alerts"), found, more=more)
