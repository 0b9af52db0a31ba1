"""Alerts in the admin: the open ones first, and the action that acknowledges them."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import F, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin
from pizzeria.foundation.alerts import services
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.refusals import Refusal


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
    list_display = ["text", "times_seen", "first_seen_at", "last_seen_at", "acknowledged_at", "acknowledged_by_name"]
    list_filter = [OpenAlertFilter]
    list_select_related = ["acknowledged_by"]
    ordering = [F("acknowledged_at").desc(nulls_first=True), "-last_seen_at"]
    actions = ["acknowledge"]
    fields = [
        "text",
        ("kind", "key"),
        ("times_seen", "first_seen_at", "last_seen_at"),
        ("acknowledged_at", "acknowledged_by_name"),
    ]

    @admin.display(description=_lazy("alert"))
    def text(self, alert: Alert) -> str:
        return str(alert)

    @admin.display(description=_lazy("acknowledged by"))
    def acknowledged_by_name(self, alert: Alert) -> str:
        return str(alert.acknowledged_by or "–")  # a name without a link to the user: managers do not edit users

    @admin.action(description=_lazy("Acknowledge"))
    def acknowledge(self, request: HttpRequest, alerts: QuerySet[Alert]) -> None:
        for alert in alerts.order_by("pk"):
            try:
                services.acknowledge_alert(alert_id=alert.pk, by=actor_of(request), at=clock.now())
            except Refusal as refusal:
                self.message_user(request, f"{alert}: {refusal}", messages.WARNING)
            else:
                self.message_user(request, _("Acknowledged: %(alert)s") % {"alert": alert})
