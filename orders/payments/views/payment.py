"""
The way to the gateway's page and back, and the gateway's webhook.

The page that leads to the gateway is shown, and does not redirect: the browser comes from the checkout's form, which
the content security policy lets redirect to no other site.
"""

from collections.abc import Callable
from functools import partial
from uuid import UUID

import structlog
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from orders import selectors as order_selectors
from orders import services as order_services
from orders.models import CARD_METHODS, Order, OrderStatus, PaymentMethod
from orders.payments import selectors, services, tasks
from orders.payments.exceptions import GatewayError, GatewayRefused, PaymentClosed, PaymentStarting, WebhookInvalid
from orders.selectors.payment_methods import CARD_GATEWAY
from orders.views import basket_session, checkout_choices, checkout_draft
from pizzeria.foundation import background, clock
from pizzeria.foundation.actor import Actor, actor_of
from pizzeria.foundation.refusals import Refusal

MAX_MESSAGE_BYTES = 256 * 1024

log = structlog.get_logger(__name__)


@require_GET
def pay(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _pay(request, _order_to_pay(request, ref), by=actor_of(request))


@login_not_required
@require_GET
def guest_pay(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _pay(request, _order_to_pay(request, ref, token), by=actor_of(request).with_guest_token(token))


@require_GET
def returned(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _returned(_order_to_pay(request, ref))


@login_not_required
@require_GET
def guest_returned(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _returned(_order_to_pay(request, ref, token))


@require_GET
def left(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _left(request, _order_to_pay(request, ref))


@login_not_required
@require_GET
def guest_left(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _left(request, _order_to_pay(request, ref, token))


@require_POST
def again(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _again(request, _order_to_pay(request, ref), by=actor_of(request))


@login_not_required
@require_POST
def guest_again(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _again(request, _order_to_pay(request, ref, token), by=actor_of(request).with_guest_token(token))


@csrf_exempt
@login_not_required
@require_POST
def webhook(request: HttpRequest) -> HttpResponse:
    """Keep a message of the gateway, and answer at once: a task processes it."""
    if len(request.body) > MAX_MESSAGE_BYTES:
        return HttpResponse("message too large", status=413, content_type="text/plain")
    try:
        message = services.receive_message(
            payload=request.body, signature=request.headers.get("Stripe-Signature", ""), at=clock.now()
        )
    except WebhookInvalid as invalid:
        log.warning("webhook_refused", reason=str(invalid))
        return HttpResponse(str(invalid), status=400, content_type="text/plain")
    if message:
        background.submit("process_message", partial(tasks.process_message.delay, message.pk))
    return HttpResponse("kept", content_type="text/plain")


def _order_to_pay(request: HttpRequest, ref: UUID, token: str = "") -> Order:
    order = selectors.order_to_pay(actor_of(request), ref, token)
    if order is None or (order.payment_method not in CARD_METHODS):
        raise Http404
    return order


def _pay(request: HttpRequest, order: Order, *, by: Actor) -> HttpResponse:
    """Lead to the gateway's page; a guest who cannot get there is offered cash."""
    if order.status != OrderStatus.PENDING:
        return redirect(order_selectors.order_url(order))
    try:
        url = services.start_payment(ref=order.ref, by=by, at=clock.now())
    except PaymentStarting:
        return _show(request, order, "continue", url=request.path, is_waiting=True)
    except PaymentClosed:
        return _show(request, order, "left", can_pay_by_card=False)
    except GatewayError as error:
        log.warning("payment_not_started", order=str(order.ref), reason=str(error))
        is_refused = isinstance(error, GatewayRefused)
        return _show(request, order, "unavailable", can_pay_by_card=not is_refused, status=503)
    return _show(request, order, "continue", url=url)


def _returned(order: Order) -> HttpResponse:
    """Ask the gateway whether it is paid; the order's page shows the result, or waits for it."""
    attempt = selectors.card_attempt(order)
    if attempt and order.status == OrderStatus.PENDING:
        try:
            services.sync_attempt(ref=attempt.ref, at=clock.now())
        except (GatewayError, Refusal) as error:
            log.warning("payment_not_read_on_return", order=str(order.ref), reason=str(error))
    return redirect(order_selectors.order_url(order))


def _left(request: HttpRequest, order: Order) -> HttpResponse:
    if order.status != OrderStatus.PENDING:
        return redirect(order_selectors.order_url(order))
    attempt = selectors.card_attempt(order)
    return _show(request, order, "left", can_pay_by_card=attempt is not None and clock.now() < attempt.expires_at)


def _again(request: HttpRequest, order: Order, *, by: Actor) -> HttpResponse:
    """End the payment by card, and offer the same basket for an order that is paid in cash."""
    services.give_up_payment(ref=order.ref, by=by, at=clock.now())
    order.refresh_from_db()
    if not order.payment_failure or order.status != OrderStatus.CANCELLED:
        if order.paid:
            messages.info(request, _("Your payment has arrived meanwhile: there is nothing left to pay."))
        return redirect(order_selectors.order_url(order))
    try:
        _take_basket(request, order, by=by)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect(order_selectors.order_url(order))
    return redirect("orders:checkout")


def _take_basket(request: HttpRequest, order: Order, *, by: Actor) -> None:
    """Fill this browser's basket with what was in the order's, unless there is something else in it."""
    ref = basket_session.basket_ref(request)
    if ref is None or order_selectors.order_for_basket(ref):
        ref = basket_session.next_basket_ref(request, after=order.ref, idempotency_key=None)
    unavailable = order_services.copy_basket_of(order=order.ref, into=ref, by=by, at=clock.now())
    basket_session.remember_basket(request, ref, count=order_selectors.count_items(ref))
    chosen = {"method": order.method, "payment_method": PaymentMethod.CASH, **checkout_choices.choices_of(order)}
    checkout_draft.fill_draft(request, order.contact, **chosen)
    if unavailable:
        messages.warning(request, _("Sold out meanwhile: %(names)s.") % {"names": ", ".join(unavailable)})


def _show(
    request: HttpRequest,
    order: Order,
    page: str,
    *,
    url: str = "",
    is_waiting: bool = False,
    can_pay_by_card: bool = True,
    status: int = 200,
) -> HttpResponse:
    attempt = selectors.card_attempt(order)
    address: Callable[[str], str] = partial(selectors.page_url, order=order)
    context = {
        "number": order.number,
        "total": order.total,
        "gateway": CARD_GATEWAY,
        "url": url,
        "is_waiting": is_waiting,
        "can_pay_by_card": can_pay_by_card,
        "pay_url": address("pay"),
        "again_url": address("again"),
        "order_url": order_selectors.order_url(order),
        "held_until": attempt.expires_at if attempt else None,
    }
    return render(request, f"payments/{page}.html", context, status=status)
