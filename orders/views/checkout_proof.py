"""The step at the checkout by which a guest proves the phone number: requesting a code, and entering it."""

from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext as _

from orders import selectors, services
from orders.forms import CheckoutForm
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, ActorKind, actor_of
from pizzeria.foundation.refusals import Refusal

SEND_CODE = "send_code"  # the name of the button


def request_code(form: CheckoutForm, basket: UUID, *, by: Actor) -> None:
    """
    Request a code for the guest's number.

    :raises CodeNotSent, TooManyAttempts: no code is sent
    """
    services.request_phone_code(basket=basket, phone=form.contact().phone, by=by, at=clock.now())


def check_code(form: CheckoutForm, basket: UUID, *, by: Actor) -> None:
    """Prove the number by the code that the guest typed, or add an error to the form."""
    code, phone = form.cleaned_data["code"], form.contact().phone
    if not services.enter_phone_code(basket=basket, phone=phone, code=code, by=by, at=clock.now()):
        form.add_error("code", _("That is not the code that we sent to this number."))


def proof_step(
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
