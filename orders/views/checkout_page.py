"""The checkout page: the form, empty or as typed, beside the basket and what it comes to."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from kitchen.models import FulfillmentMethod
from orders import presenters, selectors, services
from orders.customers import selectors as customer_selectors
from orders.forms import CheckoutForm, CustomerCheckoutForm
from orders.models import CARD_METHODS, PaymentMethod
from orders.views import basket_session, checkout_choices, checkout_draft, checkout_proof, checkout_times
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, ActorKind, actor_of
from pizzeria.foundation.attempts.counting import TooManyAttempts
from pizzeria.foundation.idempotency.keys import KeyReused
from pizzeria.foundation.refusals import Busy, Refusal


def form_class(request: HttpRequest) -> type[CheckoutForm]:
    """Return the class of the form for the guest or customer."""
    return CustomerCheckoutForm if actor_of(request).kind is ActorKind.PERSON else CheckoutForm


def show_new(request: HttpRequest, typed: Mapping[str, Any] | None = None) -> HttpResponse:
    """
    Show the form with what is known or was typed before, and without errors; or redirect if there is nothing to order.

    :param typed: what was typed into the posted form; None: the page is opened
    """
    basket = basket_session.basket_ref(request)
    initial = {**_initial(request), **(checkout_draft.draft(request) if typed is None else typed)}
    choices = checkout_choices.typed_choices(request, initial)
    problem = checkout_choices.count_typed_coupon(request, choices, basket) if basket else ""
    summary = selectors.basket(basket, at=clock.now(), choices=choices)
    if summary.is_empty:
        unpaid_url = basket_session.unpaid_order_url(request)
        return redirect(unpaid_url) if unpaid_url else choose_first(request)
    form = form_class(request)(
        initial={
            **initial,
            "key": uuid4(),
            "shown_total": summary.totals.total,
            "shown_lines": summary.fingerprint,
            "basket": basket_session.sign_basket(request),
        }
    )
    return _render(request, form, summary, coupon_problem=problem)


def show_refused(request: HttpRequest, form: CheckoutForm, basket: UUID, refusal: Refusal | None) -> HttpResponse:
    """Show the form as typed, with its errors or with the refusal, to be corrected and sent again."""
    choices = checkout_choices.typed_choices(request, form.data)
    summary = selectors.basket(basket, at=clock.now(), choices=choices)
    shown = _form_to_resubmit(form, summary, refusal)
    if refusal and _is_beside_field(form, refusal):
        shown.add_error(refusal.field, refusal.message)
    response = _render(
        request,
        shown,
        summary,
        refusal=_refusal_text(form, refusal),
        proof=checkout_proof.proof_step(request, form, basket, refusal),
        status=refusal.status if refusal else 422,
    )
    if isinstance(refusal, TooManyAttempts):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def show_with_code_field(request: HttpRequest, form: CheckoutForm, basket: UUID) -> HttpResponse:
    """Show the form as typed, with a field for the code that was requested."""
    choices = checkout_choices.typed_choices(request, form.data)
    summary = selectors.basket(basket, at=clock.now(), choices=choices)
    return _render(request, form, summary, proof=checkout_proof.proof_step(request, form, basket, None))


def show_placed_order(request: HttpRequest, form: CheckoutForm, basket: UUID, reused: KeyReused) -> HttpResponse:
    """Show the order that a form placed before it was changed, beside the form as typed since."""
    if selectors.order_for_basket(basket):
        basket_session.clear_count(request)
        checkout_draft.clear_draft(request)
    order = selectors.get_order(reused.ref)
    context = {
        "form": form,
        "existing_order": selectors.order_detail(order, at=clock.now()),
        "existing_order_url": selectors.order_url(order),
    }
    return render(request, "orders/checkout.html", context, status=reused.status)


def choose_first(request: HttpRequest) -> HttpResponse:
    """Redirect a guest whose basket is empty to the menu."""
    messages.info(request, _("Your basket is empty. Choose a pizza first."))
    return redirect("menu:index")


def _render(
    request: HttpRequest,
    form: CheckoutForm,
    basket: selectors.BasketSummary,
    *,
    refusal: str = "",
    coupon_problem: str = "",
    proof: selectors.ProofStep | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the form beside its basket, with the refusal, or else with the reason why no order is accepted now."""
    ref = basket_session.basket_ref(request)
    if ref and basket.used_at:
        services.record_basket_use(basket=ref, used_at=basket.used_at, at=clock.now())
    method = form["method"].value()
    is_delivery = method == FulfillmentMethod.DELIVERY
    checkout_times.offer_times(
        form,
        basket,
        method=FulfillmentMethod.DELIVERY if is_delivery else FulfillmentMethod.PICKUP,
        at=clock.now(),
    )
    closed_reason = "" if basket.quote.accepts_orders or basket.quote.takes_later else basket.quote.message
    context = {
        "form": form,
        "basket": basket,
        "explanation": presenters.price_explanation(
            basket.trace, names=[entry.line.name for entry in basket.lines if not entry.problem]
        ),
        "quote": basket.quote,
        "coupon_problem": "" if form.errors.get("coupon") else coupon_problem or basket.coupon_problem,
        "refusal": refusal or basket.too_large or closed_reason,
        "proof": proof,
    }
    return render(request, "orders/checkout.html", context, status=status)


def _refusal_text(form: CheckoutForm, refusal: Refusal | None) -> str:
    """Return the sentence above the form; blank: it is shown beside a field, or there is none."""
    if refusal:
        return "" if _is_beside_field(form, refusal) else refusal.message
    return _("Please look at the total once more, then send it again.") if form.HIDDEN & form.errors.keys() else ""


def _is_beside_field(form: CheckoutForm, refusal: Refusal) -> bool:
    return refusal.field in form.fields and refusal.field not in form.HIDDEN


def _form_to_resubmit(form: CheckoutForm, basket: selectors.BasketSummary, refusal: Refusal | None) -> CheckoutForm:
    """
    Return the form as typed, to be corrected and sent again.

    A refused form, or one with errors in a hidden field, agrees to the total that the page shows now, under a new
    idempotency key. A form refused as `Busy` may yet have placed an order, and a form with another field to correct
    keeps the total that it agreed to: both stay as they are.
    """
    untouched = isinstance(refusal, Busy) or (refusal is None and not form.HIDDEN & form.errors.keys())
    return form if untouched else form.with_current_total(total=basket.totals.total, lines=basket.fingerprint)


def _initial(request: HttpRequest) -> dict[str, object]:
    """Return what is known before the guest types anything: the customer's contact, and the postal code asked about."""
    postal_code = checkout_choices.remembered_postal_code(request)
    method = FulfillmentMethod.DELIVERY if postal_code else FulfillmentMethod.PICKUP
    known: dict[str, object] = {"postal_code": postal_code, "method": method}
    if actor_of(request).kind is not ActorKind.PERSON or request.user.is_anonymous:
        return known
    saved = customer_selectors.saved_contact(actor_of(request))
    return {
        **known,
        "name": saved.name,
        "phone": saved.phone,
        "email": request.user.confirmed_email,
        "remember": not saved.phone,
        **_last_payment_method(actor_of(request)),
    }


def _last_payment_method(by: Actor) -> dict[str, object]:
    if len(selectors.offered_payment_methods()) == 1:
        return {}
    last = selectors.last_payment_method(by)
    return {"payment_method": PaymentMethod.CREDIT_CARD} if last in CARD_METHODS else {}
