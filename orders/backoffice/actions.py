"""Admin actions on orders: each action calls its command, and a refusal becomes a warning."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import ActionLocation
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from kitchen.models import FulfillmentMethod
from kitchen.permissions import HAND_OVER
from orders import services
from orders.backoffice.order_page import CHANGE_FORM_ACTION_FIELD
from orders.deliveries import services as delivery_services
from orders.deliveries.forms import AssignForm
from orders.models import Order
from orders.notifications import services as notification_services
from orders.notifications.models import Notification
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.payments.permissions import REFUND
from orders.permissions import ASSIGN_DELIVERIES, CANCEL_ANY_ORDER
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.keyset_changelist import KEY, KeysetModelAdmin
from pizzeria.foundation.refusals import Refusal

LIST_AND_FORM = [ActionLocation.CHANGE_LIST, ActionLocation.CHANGE_FORM]


class OrderActions(KeysetModelAdmin[Order]):
    actions = ["hand_over", "assign_driver", "unassign_driver", "cancel", "refund", "resend"]

    def has_hand_over_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(HAND_OVER)

    def has_assign_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(ASSIGN_DELIVERIES)

    def has_cancel_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(CANCEL_ANY_ORDER)

    def has_resend_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(RESEND_NOTIFICATIONS)

    def has_refund_permission(self, request: HttpRequest) -> bool:
        return actor_of(request).may(REFUND)

    @admin.action(description=gettext_lazy("Handed over"), permissions=["hand_over"], location=LIST_AND_FORM)
    def hand_over(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        """Hand over pickups, and deliver deliveries in place of their drivers."""
        is_delivery = Q(method=FulfillmentMethod.DELIVERY)
        success_message = _("%(order)s is handed over.")
        self._run_on_each(request, orders.exclude(is_delivery), services.hand_over, success_message=success_message)
        self._run_on_each(
            request, orders.filter(is_delivery), delivery_services.deliver, success_message=success_message
        )

    @admin.action(description=gettext_lazy("Assign to a driver…"), permissions=["assign"], location=LIST_AND_FORM)
    def assign_driver(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        """Ask for the driver on a page that posts back here with the selected orders; then assign the orders."""
        form = AssignForm(request.POST if "driver" in request.POST else None)
        if form.is_valid():
            assign = partial(delivery_services.assign_delivery, driver=form.cleaned_data["driver"].pk)
            self._run_on_each(request, orders, assign, success_message=_("%(order)s has its driver."))
            return None
        context = {
            **self.admin_site.each_context(request),
            "title": _("Who drives?"),
            "opts": self.opts,
            "orders": orders,
            "form": form,
            "action": CHANGE_FORM_ACTION_FIELD if CHANGE_FORM_ACTION_FIELD in request.POST else "action",
        }
        return render(request, "admin/orders/order/assign.html", context, status=422 if form.is_bound else 200)

    @admin.action(description=gettext_lazy("Unassign the driver"), permissions=["assign"], location=LIST_AND_FORM)
    def unassign_driver(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        self._run_on_each(
            request, orders, delivery_services.release_delivery, success_message=_("%(order)s waits for a driver.")
        )

    @admin.action(description=gettext_lazy("Cancel…"), permissions=["cancel"], location=LIST_AND_FORM)
    def cancel(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        """Redirect to the page that asks for the reason: each guest gets a reason of their own."""
        if len(orders) == 1:
            return redirect("orders:cancel", orders[0].ref)
        messages.warning(request, _("One at a time, please: each guest reads why."))
        return None

    @admin.action(description=gettext_lazy("Refund…"), permissions=["refund"], location=LIST_AND_FORM)
    def refund(self, request: HttpRequest, orders: QuerySet[Order]) -> HttpResponse | None:
        """Redirect to the page that asks what is refunded."""
        if len(orders) == 1:
            return redirect("admin:orders_order_refund", orders[0].pk)
        messages.warning(request, _("One at a time, please: each refund has its own reason."))
        return None

    @admin.action(description=gettext_lazy("Send again"), permissions=["resend"], location=[ActionLocation.CHANGE_FORM])
    def resend(self, request: HttpRequest, orders: QuerySet[Order]) -> None:
        """Send a notification of the order again: the one whose button was pressed."""
        chosen = request.POST.get("notification", "")
        notifications = Notification.objects.filter(order__in=orders)
        notification = notifications.filter(pk=chosen).first() if KEY.fullmatch(chosen) else None
        if notification is None:
            messages.warning(request, _("There is no such notification."))
            return
        try:
            notification_services.resend_notification(
                notification_id=notification.pk, by=actor_of(request), at=clock.now()
            )
            messages.success(request, _("It will be sent again: %(notification)s.") % {"notification": notification})
        except Refusal as refusal:
            messages.warning(request, refusal.message)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Show an order or run an action without the admin's own transaction: only commands write here."""
        return self._changeform_view(request, object_id, form_url, extra_context)  # type: ignore[attr-defined,no-any-return]

    def _run_on_each(
        self, request: HttpRequest, orders: QuerySet[Order], command: Callable[..., Order], *, success_message: str
    ) -> None:
        """Run a command on each order, and show a message for each: success, or the refusal as a warning."""
        for order in orders.order_by("pk"):
            try:
                command(ref=order.ref, by=actor_of(request), at=clock.database_now())
                messages.success(request, success_message % {"order": order})
            except Refusal as refusal:
                messages.warning(request, refusal.message)
