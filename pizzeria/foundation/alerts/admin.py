"""Alerts in the admin: the open ones first, and the action that acknowledges them."""

from collections import Counter
from typing import Any

from django.contrib import admin, messages
from django.db.models import F, Prefetch, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin
from pizzeria.foundation.alerts import services
from pizzeria.foundation.alerts.models import Alert, AlertEmail, AlertEmailState
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.refusals import Refusal

NEWEST_EMAILS = Prefetch("emails", AlertEmail.objects.order_by("-pk"), to_attr="newest_emails")


class OpenAlertFilter(admin.SimpleListFilter):
    title = _lazy("state")
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _lazy("open")), ("acknowledged", _lazy("acknowledged"))]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Alert]) -> QuerySet[Alert]:
        match self.value():
            case "open":
                return queryset.filter(acknowledged_at=None)
            case "acknowledged":
                return queryset.exclude(acknowledged_at=None)
        return queryset


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdminMixin, ShopModelAdmin[Alert]):
    view_permission = ACKNOWLEDGE_ALERTS
    list_display = [
        "text",
        "times_seen",
        "first_seen_at",
        "last_seen_at",
        "email",
        "acknowledged_at",
        "acknowledged_by_name",
    ]
    list_filter = [OpenAlertFilter]
    list_select_related = ["acknowledged_by"]
    ordering = [F("acknowledged_at").desc(nulls_first=True), "-last_seen_at"]
    actions = ["acknowledge"]
    fields = [
        "text",
        ("kind", "key"),
        ("times_seen", "first_seen_at", "last_seen_at"),
        ("acknowledged_at", "acknowledged_by_name"),
        "email_outcomes",
    ]

    @admin.display(description=_lazy("alert"))
    def text(self, alert: Alert) -> str:
        return str(alert)

    @admin.display(description=_lazy("acknowledged by"))
    def acknowledged_by_name(self, alert: Alert) -> str:
        if alert.acknowledged_at and alert.acknowledged_by is None:
            return _("ended by itself")
        return str(alert.acknowledged_by or "–")  # a name without a link to the user: managers do not edit users

    def get_queryset(self, request: HttpRequest) -> QuerySet[Alert]:
        return super().get_queryset(request).prefetch_related(NEWEST_EMAILS)

    @admin.display(description=_lazy("e-mail"))
    def email(self, alert: Alert) -> str:
        """Return what became of the e-mails about an alert: of each state, how many there are."""
        counts = Counter(AlertEmailState(email.state).label for email in alert.newest_emails)  # type: ignore[attr-defined]
        return ", ".join(f"{count} {label}" for label, count in counts.items()) or "–"

    @admin.display(description=_lazy("e-mails"))
    def email_outcomes(self, alert: Alert) -> str:
        lines = [_email_line(email) for email in alert.newest_emails]  # type: ignore[attr-defined]
        return format_html_join(mark_safe("<br>"), "{}", ((line,) for line in lines)) if lines else "–"

    @admin.action(description=_lazy("Acknowledge"))
    def acknowledge(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        for alert in alerts.order_by("pk"):
            try:
                services.acknowledge_alert(alert_id=alert.pk, by=actor_of(request), at=clock.now())
            except Refusal as refusal:
                self.message_user(request, f"{alert}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, _("Acknowledged: %(alert)s") % {"alert": alert})


def _email_line(email: AlertEmail) -> str:
    """Return when an e-mail was sent, or why not, with its recipient."""
    what = {"recipient": email.recipient, "state": email.get_state_display(), "error": email.error}
    if email.sent_at:
        what["time"] = clock.day_and_time(email.sent_at, at=clock.now())
        return _("%(recipient)s: sent at %(time)s") % what
    return _("%(recipient)s: %(state)s. %(error)s") % what
