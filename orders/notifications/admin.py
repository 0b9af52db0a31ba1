"""Admin of notifications: the outcome of each, and an action to send again those that were not sent."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext_lazy, ngettext

from orders.notifications import services
from orders.notifications.models import Notification
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin
from pizzeria.foundation.refusals import Refusal


@admin.register(Notification)
class NotificationAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[Notification]):
    view_permission = SEE_ALL_ORDERS
    list_display = ["kind", "order_link", "channel", "state", "attempts", "error", "created_at", "sent_at"]
    list_filter = ["state", "channel", "kind"]
    list_select_related = ["order"]
    search_fields = ["order__number__exact"]
    actions = ["resend"]
    fields = [
        ("kind", "order_link", "recipient"),
        ("channel", "state", "attempts", "unknown_outcomes"),
        ("error", "provider_id"),
        ("created_at", "relevant_since", "due_at", "sent_at"),
        ("read_at", "dismissed_at"),
    ]

    @admin.display(description=gettext_lazy("order"))
    def order_link(self, notification: Notification) -> str:
        address = reverse("admin:orders_order_change", args=[notification.order_id])
        return format_html('<a href="{}">{}</a>', address, notification.order)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(RESEND_NOTIFICATIONS)

    @admin.action(description=gettext_lazy("Send again"), permissions=["resend"])
    def resend(self, request: HttpRequest, notifications: QuerySet[Notification]) -> None:
        sent = 0
        for notification in notifications.order_by("pk"):
            try:
                services.resend_notification(notification_id=notification.pk, by=actor_of(request), at=clock.now())
                sent += 1
            except Refusal as refusal:
                self.message_user(request, f"{notification}: {refusal}", messages.WARNING)
        if sent:
            message = ngettext(
                "%(count)d notification will be sent again.", "%(count)d notifications will be sent again.", sent
            )
            self.message_user(request, message % {"count": sent})
