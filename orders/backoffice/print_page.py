"""The page of an order to print for the counter: what to hand over, to whom, and what is still to be paid."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from orders import selectors as order_selectors
from orders.backoffice import order_texts
from orders.models import Order
from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of


@require_safe
def print_page(request: HttpRequest, order_id: int) -> HttpResponse:
    """
    Show an order as it is printed.

    :raises PermissionDenied: the actor may not see all orders
    """
    if not actor_of(request).may(SEE_ALL_ORDERS):
        raise PermissionDenied
    order = get_object_or_404(Order.objects.select_related("contact", "customer", "driver"), pk=order_id)
    context = {
        "order": order,
        "detail": order_selectors.order_detail(order, at=clock.now()),
        "promise": order_texts.promise_text(order),
        "payment": order_texts.payment_text(order),
    }
    return render(request, "admin/orders/order/print.html", context)
