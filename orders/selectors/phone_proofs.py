"""The step at the checkout by which a guest proves that the phone number is theirs."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from phonenumber_field.phonenumber import PhoneNumber

from kitchen.models import Kitchen
from orders.models import PhoneProof
from orders.models.phone_proof import PROOF_MINUTES
from orders.selectors.guest_limits import exceeded_limit


@dataclass(frozen=True, slots=True)
class ProofStep:
    """
    The step as shown to the guest.

    :param phone: the number, as people write it
    :param can_send_codes: whether a code can be had at all
    :param is_code_requested: a code is under way to the number, and can be entered
    :param is_given_up: that code could not be sent
    """

    phone: str
    can_send_codes: bool
    is_code_requested: bool
    is_given_up: bool


def proof_step(*, basket: UUID, phone: PhoneNumber, at: datetime) -> ProofStep:
    """
    Return how a guest can prove a number now. One query.

    :param basket: the basket's ref
    """
    newest = PhoneProof.objects.open(at).filter(basket__ref=basket, phone=phone).order_by("pk").last()
    return ProofStep(
        phone=phone.as_international,
        can_send_codes=can_send_codes(),
        is_code_requested=newest is not None,
        is_given_up=newest is not None and newest.is_given_up,
    )


def can_send_codes() -> bool:
    """Return whether a phone number can be proved by SMS in this shop; otherwise only an account helps."""
    return bool(settings.NOTIFY_SMS_URL)


def reason_for_proof(
    *, basket: UUID | None, phone: str, client: str, kitchen: Kitchen, pizzas: int, at: datetime
) -> str:
    """
    Return why a guest has to prove the number before ordering a basket; blank: no proof is needed, or it was given.

    The arguments are those of `exceeded_limit`, and the basket's ref; None: an order without one, which has no proof.
    """
    reason = exceeded_limit(phone=phone, client=client, kitchen=kitchen, pizzas=pizzas, at=at)
    return "" if reason and is_phone_proved(basket=basket, phone=phone, at=at) else reason


def is_phone_proved(*, basket: UUID | None, phone: str, at: datetime) -> bool:
    """Return whether a guest has proved, a while ago at most, that the number typed with a basket is theirs."""
    if basket is None:
        return False
    since = at - timedelta(minutes=PROOF_MINUTES)
    return PhoneProof.objects.filter(basket__ref=basket, phone=phone, proved_at__gt=since).exists()
