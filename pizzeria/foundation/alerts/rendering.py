"""Rendering of an e-mail about alerts."""

from datetime import datetime
from urllib.parse import urljoin

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from pizzeria.foundation import clock
from pizzeria.foundation.alerts.models import Alert, AlertEmail
from pizzeria.foundation.mail.outbound import OutboundMessage
from pizzeria.foundation.shop.selectors import current_shop

MAX_SHOWN = 20  # of the alerts, in one e-mail
PLAIN_ENGINE = "plain"  # the engine's name, in settings.TEMPLATES


def render_email(alert_email: AlertEmail, *, at: datetime) -> OutboundMessage:
    """Return the e-mail about those of its alerts that are still open. Sent again, it has the same id."""
    alerts = list(alert_email.alerts.filter(acknowledged_at=None).order_by("pk"))
    shop = current_shop().name
    shown = alerts[:MAX_SHOWN]
    variables = {
        "alerts": [{"text": str(alert), "times": alert.times_seen, "since": _since(alert, at)} for alert in shown],
        "more": len(alerts) - len(shown),
        "link": urljoin(settings.SHOP_ORIGIN, reverse("admin:index")),
        "settings_link": urljoin(settings.SHOP_ORIGIN, reverse("admin:shop_shopsettings_changelist")),
        "shop_name": shop,
    }
    return OutboundMessage(
        id=f"alert-email-{alert_email.pk}",
        to=alert_email.recipient,
        subject=_subject(alerts, shop),
        text=render_to_string("alerts/email.txt", variables, using=PLAIN_ENGINE).strip() + "\n",
    )


def _subject(alerts: list[Alert], shop: str) -> str:
    if len(alerts) == 1:
        return _("%(shop)s: %(alert)s") % {"shop": shop, "alert": alerts[0]}
    many = ngettext("%(shop)s: %(count)d alert", "%(shop)s: %(count)d alerts", len(alerts))
    return many % {"shop": shop, "count": len(alerts)}


def _since(alert: Alert, at: datetime) -> str:
    return clock.day_and_time(alert.first_seen_at, at=at)
