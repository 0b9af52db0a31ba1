from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext_lazy
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from kitchen.permissions import HAND_OVER
from kitchen.steps import StepCommand
from kitchen.views.board import board_after_step
from kitchen.views.steps import answer_steps
from orders import selectors, services
from orders.models import Order
from orders.permissions import CANCEL_ANY_ORDER
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal

PAGE_SIZE = 10  # of a history

BOARD_STEPS = {  # which the kitchen's board sends here
    "hand_over": StepCommand(
        services.hand_over, ngettext_lazy("%(tickets)s is handed over.", "%(tickets)s are handed over.", "count")
    )
}


@require_safe
@vary_on_headers("HX-Request")
def order(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _show(request, selectors.visible_to(actor_of(request), ref), keep_this_link=False)


@login_not_required
@require_safe
@vary_on_headers("HX-Request")
def guest_order(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _show(request, selectors.order_by_guest_token(ref, token), keep_this_link=True)


@require_safe
def history(request: HttpRequest) -> HttpResponse:
    page = Paginator(selectors.orders_of(actor_of(request)), PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "orders": [selectors.order_row(order) for order in page]}
    return render(request, "orders/history.html", context)


@require_POST
def link_order(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    """Link a guest's order to the signed-in user's account; a second click shows the order there."""
    by = actor_of(request).with_guest_token(token)
    try:
        services.link_order_to_customer(ref=ref, by=by, at=clock.now())
        messages.success(request, _("It is in your account now: you find it under “My orders”."))
    except services.OrderNotFound as missing:
        raise Http404 from missing
    except services.OrderAlreadyLinked:
        pass
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect("orders:history")
    return redirect("orders:order", ref)


@login_not_required  # `answer_steps` checks who asks
def hand_over(request: HttpRequest) -> HttpResponse:
    return answer_steps(request, BOARD_STEPS, permission=HAND_OVER)


@needs(HAND_OVER)
@require_POST
def undo_hand_over(request: HttpRequest, ref: UUID) -> HttpResponse:
    """Undo a handover at the counter, and show the kitchen's board afterwards with what was done or why not."""
    try:
        order = services.undo_hand_over(ref=ref, by=actor_of(request), at=clock.database_now())
        messages.success(request, _("Undone: #%(number)d is not handed over yet.") % {"number": order.number})
    except services.OrderNotFound as missing:
        raise Http404 from missing
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return board_after_step(request)


def _show(request: HttpRequest, order: Order | None, *, keep_this_link: bool) -> HttpResponse:
    if order is None:
        raise Http404
    at = clock.now()
    context = {
        "order": selectors.order_detail(order, at=at),
        "tracker": selectors.tracker(order, at=at),
        "now": at,
        "keep_this_link": keep_this_link,
        "can_be_linked": keep_this_link and order.customer_id is None,
        "as_staff": actor_of(request).may(CANCEL_ANY_ORDER),
    }
    part = "#order" if request.headers.get("HX-Request") else ""
    return render(request, f"orders/order.html{part}", context)
