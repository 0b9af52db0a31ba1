"""The checkout: the page, and what each of its buttons does."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kitchen.models import FulfillmentMethod
from orders import selectors, services
from orders.customers import services as customer_services
from orders.forms import CheckoutForm
from orders.models import Order, OrderStatus
from orders.views import basket_session, checkout_draft, checkout_page, checkout_proof, shown_prices
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, ActorKind, actor_of
from pizzeria.foundation.idempotency.keys import IdempotentRequest, KeyReused
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Refusal

# Names of the buttons that do something else than place the order.
TAKE_OUT = "take_out"  # removes from the basket what cannot be ordered
LEAVE = "leave"  # goes to another page: its value says which
UPDATE = "update"  # computes the total of what is typed
_OTHER_BUTTONS = {LEAVE, TAKE_OUT, UPDATE, shown_prices.ACKNOWLEDGE}


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _answer_form(request)
    return checkout_page.show_new(request)


def _answer_form(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button says. What was typed is kept for the next checkout, unless this one shows it again."""
    posted = basket_session.posted_basket(request)
    basket = posted.ref
    if basket and not posted.is_signed_out and not _OTHER_BUTTONS & request.POST.keys():
        return _place(request, basket)
    signs_in = posted.is_signed_out or request.POST.get(LEAVE) == "sign_in"
    checkout_draft.keep_draft(request, for_any_user=signs_in)
    if basket is None:
        return checkout_page.choose_first(request)
    if posted.is_signed_out:
        messages.info(request, basket_session.SIGNED_OUT)
    if signs_in:
        return redirect(f"{reverse('users:sign_in')}?next={reverse('orders:checkout')}")
    if TAKE_OUT in request.POST:
        return _take_out_unavailable(request, basket)
    if shown_prices.ACKNOWLEDGE in request.POST:
        return _acknowledge_prices(request, basket)
    if UPDATE in request.POST:
        return checkout_page.show_new(request, typed=checkout_draft.typed(request))
    return redirect("orders:basket")


def _take_out_unavailable(request: HttpRequest, basket: UUID) -> HttpResponse:
    """Take out what cannot be ordered, and show the checkout anew."""
    try:
        names = services.remove_unavailable_lines(basket=basket, by=actor_of(request), at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        basket_session.remember_basket(request, basket, count=selectors.count_items(basket))
        if names:
            messages.info(request, _("We have taken out: %(names)s.") % {"names": ", ".join(names)})
    return redirect("orders:checkout")


def _acknowledge_prices(request: HttpRequest, basket: UUID) -> HttpResponse:
    """Store that the guest has seen the prices on the page, and show the checkout anew."""
    prices = shown_prices.posted_prices(request)
    try:
        services.acknowledge_prices(basket=basket, shown_prices=prices, by=actor_of(request), at=clock.now())
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return redirect("orders:checkout")


def _place(request: HttpRequest, basket: UUID) -> HttpResponse:
    """
    Place the order; show errors and refusals on the page, with the form as typed.

    An order that the basket has become before is shown to the session that has ordered it, or to the same form again.
    """
    is_continued = basket_session.is_continued(request)
    form = checkout_page.form_class(request)(request.POST)
    refusal: Refusal | None = None
    by = actor_of(request)
    if form.is_valid():
        try:
            if checkout_proof.SEND_CODE in request.POST:
                checkout_proof.request_code(form, basket, by=by)
                return checkout_page.show_with_code_field(request, form, basket)
            if form.cleaned_data["code"]:
                checkout_proof.check_code(form, basket, by=by)
        except Refusal as raised:
            refusal = raised
    if form.is_valid() and refusal is None:
        try:
            order = _place_once(form, basket, by=by)
        except KeyReused as reused:
            if not is_continued:
                return checkout_page.show_placed_order(request, form, basket, reused)
            refusal = reused
        except services.EmptyBasket:
            checkout_draft.keep_draft(request)
            return checkout_page.choose_first(request)
        except Refusal as raised:
            refusal = raised
        else:
            basket_session.clear_count(request)
            checkout_draft.clear_draft(request)
            _save_contact(request, form)
            return redirect(_next_page(order))

    existing_order = None if is_continued else selectors.order_for_basket(basket)
    if existing_order:
        basket_session.clear_count(request)
        checkout_draft.clear_draft(request)
        messages.info(request, _("This basket was ordered already. Here is that order, as it was sent first."))
        return redirect(selectors.order_url(existing_order))
    return checkout_page.show_refused(request, form, basket, refusal)


def _next_page(order: Order) -> str:
    """Return the URL of the order's page, or of the one that leads to where it is paid."""
    return selectors.payment_url(order) if order.status == OrderStatus.PENDING else selectors.order_url(order)


def _place_once(form: CheckoutForm, basket: UUID, *, by: Actor) -> Order:
    return services.place_order(
        ref=uuid7(),
        basket=basket,
        contact=form.contact(),
        shown_total=form.cleaned_data["shown_total"],
        shown_lines=form.cleaned_data["shown_lines"],
        method=FulfillmentMethod(form.cleaned_data["method"]),
        coupon=form.cleaned_data["coupon"],
        tip=form.tip_choice(),
        payment_method=form.chosen_payment_method,
        wanted_at=form.cleaned_data["wanted_at"],
        by=by,
        at=clock.now(),
        idempotency=IdempotentRequest.of(
            principal=f"user:{by.user_id}" if by.kind is ActorKind.PERSON else f"basket:{basket}",
            key=form.cleaned_data["key"],
            data={"basket": str(basket), **form.data_without_key()},
        ),
    )


def _save_contact(request: HttpRequest, form: CheckoutForm) -> None:
    """Save name and phone for next time, if the customer asks for it. The order stays placed, whatever the result."""
    if not form.cleaned_data.get("remember"):
        return
    contact = form.contact()
    try:
        customer_services.change_contact(name=contact.name, phone=contact.phone, by=actor_of(request), at=clock.now())
    except Refusal:
        messages.warning(request, _("Your order is placed, but we could not remember your name and number this time."))
