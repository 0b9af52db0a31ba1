from uuid import UUID, uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kitchen.models import FulfillmentMethod
from orders import selectors, services
from orders.customers import selectors as customer_selectors
from orders.customers import services as customer_services
from orders.forms import CheckoutForm, CustomerCheckoutForm
from orders.models import CARD_METHODS, Order, OrderStatus, PaymentMethod
from orders.views import basket_session, checkout_draft
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, ActorKind, actor_of
from pizzeria.foundation.attempts.counting import TooManyAttempts
from pizzeria.foundation.idempotency.keys import IdempotentRequest, KeyReused
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Busy, Refusal

# Names of the buttons that do something else than place the order.
SEND_CODE = "send_code"
TAKE_OUT = "take_out"  # removes from the basket what cannot be ordered
LEAVE = "leave"  # goes to another page: its value says which


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def checkout(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        return _answer_form(request)
    basket = selectors.basket(basket_session.basket_ref(request), at=clock.now())
    if basket.is_empty:
        return _choose_first(request)
    form = _form_class(request)(
        initial={
            **_initial_contact(request),
            **checkout_draft.draft(request),
            "key": uuid4(),
            "shown_total": basket.totals.total,
            "shown_lines": basket.fingerprint,
            "basket": basket_session.sign_basket(request),
        }
    )
    return _show(request, form, basket)


def _answer_form(request: HttpRequest) -> HttpResponse:
    """Do what the pressed button says. What was typed is kept for the next checkout, unless this one shows it again."""
    posted = basket_session.posted_basket(request)
    basket = posted.ref
    if basket and not posted.is_signed_out and not {LEAVE, TAKE_OUT} & request.POST.keys():
        return _place(request, basket)
    signs_in = posted.is_signed_out or request.POST.get(LEAVE) == "sign_in"
    checkout_draft.keep_draft(request, for_any_user=signs_in)
    if basket is None:
        return _choose_first(request)
    if posted.is_signed_out:
        messages.info(request, basket_session.SIGNED_OUT)
    if signs_in:
        return redirect(f"{reverse('users:sign_in')}?next={reverse('orders:checkout')}")
    if TAKE_OUT in request.POST:
        return _take_out_unavailable(request, basket)
    return redirect("orders:basket")


def _choose_first(request: HttpRequest) -> HttpResponse:
    messages.info(request, _("Your basket is empty. Choose a pizza first."))
    return redirect("menu:index")


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


def _place(request: HttpRequest, basket: UUID) -> HttpResponse:
    """
    Place the order; show errors and refusals on the page, with the form as typed.

    An order that the basket has become before is shown to the session that has ordered it, or to the same form again.
    """
    is_continued = basket_session.is_continued(request)
    form = _form_class(request)(request.POST)
    refusal: Refusal | None = None
    by = actor_of(request)
    if form.is_valid():
        try:
            if SEND_CODE in request.POST:
                return _send_code(request, form, basket)
            if form.cleaned_data["code"]:
                _check_code(form, basket, by=by)
        except Refusal as raised:
            refusal = raised
    if form.is_valid() and refusal is None:
        try:
            order = _place_once(form, basket, by=by)
        except KeyReused as reused:
            if not is_continued:
                return _show_placed_order(request, form, basket, reused)
            refusal = reused
        except services.EmptyBasket:
            checkout_draft.keep_draft(request)
            return _choose_first(request)
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
    summary = selectors.basket(basket, at=clock.now())
    response = _show(
        request,
        _form_to_resubmit(form, summary, refusal),
        summary,
        refusal=_refusal_text(form, refusal),
        proof=_proof_step(request, form, basket, refusal),
        status=refusal.status if refusal else 422,
    )
    if isinstance(refusal, TooManyAttempts):
        response.headers["Retry-After"] = str(refusal.retry_after)
    return response


def _next_page(order: Order) -> str:
    """Return the URL of the order's page, or of the one that leads to where it is paid."""
    return selectors.payment_url(order) if order.status == OrderStatus.PENDING else selectors.order_url(order)


def _send_code(request: HttpRequest, form: CheckoutForm, basket: UUID) -> HttpResponse:
    """Request a code for the guest's number, and show the form as typed, with a field for the code."""
    services.request_phone_code(basket=basket, phone=form.contact().phone, by=actor_of(request), at=clock.now())
    proof = _proof_step(request, form, basket, None)
    return _show(request, form, selectors.basket(basket, at=clock.now()), proof=proof)


def _check_code(form: CheckoutForm, basket: UUID, *, by: Actor) -> None:
    """Prove the number by the code that the guest typed, or add an error to the form."""
    code, phone = form.cleaned_data["code"], form.contact().phone
    if not services.enter_phone_code(basket=basket, phone=phone, code=code, by=by, at=clock.now()):
        form.add_error("code", _("That is not the code that we sent to this number."))


def _proof_step(
    request: HttpRequest, form: CheckoutForm, basket: UUID, refusal: Refusal | None
) -> selectors.ProofStep | None:
    """Return how the guest can prove the typed number, if that is required or under way; None: it is not."""
    phone, at = form.cleaned_data.get("phone"), clock.now()
    if not phone or actor_of(request).kind is ActorKind.PERSON:
        return None
    if selectors.is_phone_proved(basket=basket, phone=phone.as_e164, at=at):
        return None
    step = selectors.proof_step(basket=basket, phone=phone, at=at)
    if isinstance(refusal, services.CodeNotSent) and step.can_send_codes:  # none is needed: the order can be placed
        return step if step.is_code_requested else None
    is_required = isinstance(refusal, services.ProofRequired) or SEND_CODE in request.POST or "code" in form.errors
    return step if is_required or step.is_code_requested else None


def _place_once(form: CheckoutForm, basket: UUID, *, by: Actor) -> Order:
    return services.place_order(
        ref=uuid7(),
        basket=basket,
        contact=form.contact(),
        shown_total=form.cleaned_data["shown_total"],
        shown_lines=form.cleaned_data["shown_lines"],
        method=FulfillmentMethod(form.cleaned_data["method"]),
        payment_method=form.chosen_payment_method,
        by=by,
        at=clock.now(),
        idempotency=IdempotentRequest.of(
            principal=f"user:{by.user_id}" if by.kind is ActorKind.PERSON else f"basket:{basket}",
            key=form.cleaned_data["key"],
            data={"basket": str(basket), **form.data_without_key()},
        ),
    )


def _show_placed_order(request: HttpRequest, form: CheckoutForm, basket: UUID, reused: KeyReused) -> HttpResponse:
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


def _save_contact(request: HttpRequest, form: CheckoutForm) -> None:
    """Save name and phone for next time, if the customer asks for it. The order stays placed, whatever the result."""
    if not form.cleaned_data.get("remember"):
        return
    contact = form.contact()
    try:
        customer_services.change_contact(name=contact.name, phone=contact.phone, by=actor_of(request), at=clock.now())
    except Refusal:
        messages.warning(request, _("Your order is placed, but we could not remember your name and number this time."))


def _show(
    request: HttpRequest,
    form: CheckoutForm,
    basket: selectors.BasketSummary,
    *,
    refusal: str = "",
    proof: selectors.ProofStep | None = None,
    status: int = 200,
) -> HttpResponse:
    """Show the form beside its basket, with the refusal, or else with the reason why no order is accepted now."""
    if ref := basket_session.basket_ref(request):
        services.record_basket_use(basket=ref, at=clock.now())
    closed_reason = "" if basket.quote.accepts_orders else basket.quote.message
    context = {
        "form": form,
        "basket": basket,
        "quote": basket.quote,
        "refusal": refusal or basket.too_large or closed_reason,
        "proof": proof,
    }
    return render(request, "orders/checkout.html", context, status=status)


def _refusal_text(form: CheckoutForm, refusal: Refusal | None) -> str:
    if refusal:
        return refusal.message
    return _("Please look at the total once more, then send it again.") if form.HIDDEN & form.errors.keys() else ""


def _form_to_resubmit(form: CheckoutForm, basket: selectors.BasketSummary, refusal: Refusal | None) -> CheckoutForm:
    """
    Return the form as typed, to be corrected and sent again.

    A refused form, or one with errors in a hidden field, agrees to the total that the page shows now, under a new
    idempotency key. A form refused as `Busy` may yet have placed an order, and a form with another field to correct
    keeps the total that it agreed to: both stay as they are.
    """
    untouched = isinstance(refusal, Busy) or (refusal is None and not form.HIDDEN & form.errors.keys())
    return form if untouched else form.with_current_total(total=basket.totals.total, lines=basket.fingerprint)


def _form_class(request: HttpRequest) -> type[CheckoutForm]:
    return CustomerCheckoutForm if actor_of(request).kind is ActorKind.PERSON else CheckoutForm


def _initial_contact(request: HttpRequest) -> dict[str, object]:
    if actor_of(request).kind is not ActorKind.PERSON or request.user.is_anonymous:
        return {}
    saved = customer_selectors.saved_contact(actor_of(request))
    return {
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
