"""Admin of webhooks, read only; and an action to send deliveries again."""

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy, ngettext

from orders.notifications.webhooks import services
from orders.notifications.webhooks.messages import event_id
from orders.notifications.webhooks.models import WebhookDelivery, WebhookSubscription
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin, ShopModelAdmin
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin
from pizzeria.foundation.refusals import Refusal


@admin.register(WebhookSubscription)
class WebhookSubscriptionAdmin(ReadOnlyAdminMixin, ShopModelAdmin[WebhookSubscription]):
    view_permission = MANAGE_WEBHOOKS
    list_display = ["url", "description", "event_names", "created_at", "failing_since", "disabled_at"]
    ordering = ["-pk"]
    fields = [
        ("ref", "url", "description"),
        "event_names",
        ("created_by", "created_at"),
        ("failing_since", "failures", "paused_until"),
        ("disabled_at", "disabled_reason"),
    ]


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[WebhookDelivery]):
    view_permission = MANAGE_WEBHOOKS
    list_display = [
        "event_id",
        "event",
        "subscription",
        "state",
        "attempts",
        "response_status",
        "error",
        "created_at",
        "delivered_at",
    ]
    list_filter = ["state", "subscription"]
    list_select_related = ["event", "subscription"]
    actions = ["redeliver"]
    fields = [
        ("ref", "event_id", "event", "subscription"),
        ("state", "attempts", "response_status", "error"),
        ("created_at", "due_at", "failing_since", "delivered_at"),
    ]

    @admin.display(description=gettext_lazy("id of the event"))
    def event_id(self, delivery: WebhookDelivery) -> str:
        return event_id(delivery.event)

    def has_redeliver_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(MANAGE_WEBHOOKS)

    @admin.action(description=gettext_lazy("Send again"), permissions=["redeliver"])
    def redeliver(self, request: HttpRequest, deliveries: QuerySet[WebhookDelivery]) -> None:
        queued = 0
        for ref, subscription_ref in deliveries.order_by("pk").values_list("ref", "subscription__ref"):
            try:
                services.redeliver_webhook(
                    ref=ref, subscription_ref=subscription_ref, by=actor_of(request), at=clock.now()
                )
                queued += 1
            except Refusal as refusal:
                self.message_user(request, f"{ref}: {refusal}", messages.WARNING)
        if queued:
            message = ngettext("%(count)d event will be sent again.", "%(count)d events will be sent again.", queued)
            self.message_user(request, message % {"count": queued})
