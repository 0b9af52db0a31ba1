"""Admin of refunds, and of the requests of managers for them."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.payments import services
from orders.payments.admin.order_links import order_link_to
from orders.payments.models import Refund, RefundRequest
from orders.payments.permissions import REFUND, SEE_PAYMENTS
from orders.payments.refundable import items_text
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.admin import ReadOnlyAdminMixin
from pizzeria.foundation.keyset_changelist import KeysetModelAdmin, SearchByKeyMixin
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.step_up import ReauthenticationRequired

LIST_AND_FORM = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


@admin.register(Refund)
class RefundAdmin(ReadOnlyAdminMixin, SearchByKeyMixin[Refund]):
    view_permission = SEE_PAYMENTS
    list_display_links = ["created_at"]
    list_display = ["order_link", "amount", "reason", "state", "attempts", "error", "created_at", "done_at"]
    list_filter = ["state", "reason"]
    list_select_related = ["attempt__order"]
    search_fields = ["attempt__order__number__exact", "refund_id__exact"]
    actions = ["retry"]
    fields = [
        ("order_link", "amount", "reason", "requested_by"),
        ("state", "attempts", "error", "refund_id"),
        ("created_at", "due_at", "done_at"),
    ]

    @admin.display(description=gettext_lazy("order"))
    def order_link(self, refund: Refund) -> str:
        return order_link_to(refund.attempt.order)

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(REFUND)

    @admin.action(description=gettext_lazy("Send again"), permissions=["retry"])
    def retry(self, request: HttpRequest, refunds: QuerySet[Refund]) -> None:
        for refund in refunds.select_related("attempt__order").order_by("pk"):
            try:
                services.retry_refund(refund_id=refund.pk, by=actor_of(request), at=clock.now())
            except ReauthenticationRequired:
                raise
            except Refusal as refusal:
                self.message_user(request, f"{refund.attempt.order}: {refusal}", messages.WARNING)
            else:
                text = _("The refund for order %(order)s is sent again.") % {"order": refund.attempt.order}
                self.message_user(request, text)


@admin.register(RefundRequest)
class RefundRequestAdmin(ReadOnlyAdminMixin, KeysetModelAdmin[RefundRequest]):
    view_permission = SEE_PAYMENTS
    list_display_links = ["requested_at"]
    list_display = ["order_link", "amount", "reason", "state", "requested_by_name", "requested_at", "decided_by_name"]
    list_filter = ["state", "reason"]
    list_select_related = ["order", "requested_by", "decided_by"]
    search_fields = ["order__number__exact"]
    actions = ["approve", "decline"]
    fields = [
        ("order_link", "amount", "what"),
        ("reason", "note"),
        ("state", "needs_second_manager"),
        ("requested_by_name", "requested_at"),
        ("decided_by_name", "decided_at"),
    ]

    @admin.display(description=gettext_lazy("order"))
    def order_link(self, request: RefundRequest) -> str:
        return order_link_to(request.order)

    @admin.display(description=gettext_lazy("what is refunded"))
    def what(self, request: RefundRequest) -> str:
        return items_text(request)

    @admin.display(description=gettext_lazy("requested by"))
    def requested_by_name(self, request: RefundRequest) -> str:
        """Return the manager's name, without a link to the user: managers do not edit users."""
        return str(request.requested_by or "–")

    @admin.display(description=gettext_lazy("decided by"))
    def decided_by_name(self, request: RefundRequest) -> str:
        return str(request.decided_by or "–")

    def has_decide_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(REFUND)

    @admin.action(description=gettext_lazy("Approve"), permissions=["decide"], location=LIST_AND_FORM)
    def approve(self, request: HttpRequest, requests: QuerySet[RefundRequest]) -> None:
        text = _("The refund of %(amount)s for order %(order)s is approved.")
        self._decide(request, requests, services.approve_refund, success_message=text)

    @admin.action(description=gettext_lazy("Decline"), permissions=["decide"], location=LIST_AND_FORM)
    def decline(self, request: HttpRequest, requests: QuerySet[RefundRequest]) -> None:
        text = _("The refund of %(amount)s for order %(order)s is declined.")
        self._decide(request, requests, services.decline_refund, success_message=text)

    def _decide(
        self,
        request: HttpRequest,
        requests: QuerySet[RefundRequest],
        command: Callable[..., RefundRequest],
        *,
        success_message: str,
    ) -> None:
        for each in requests.select_related("order").order_by("pk"):
            try:
                command(ref=each.ref, by=actor_of(request), at=clock.now())
            except ReauthenticationRequired:
                raise
            except Refusal as refusal:
                self.message_user(request, f"{each.order}: {refusal}", messages.WARNING)
            else:
                values = {"amount": format_amount(each.amount), "order": each.order}
                self.message_user(request, success_message % values)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show a request or run an action without the admin's own transaction: the commands open one."""
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined,no-any-return]
