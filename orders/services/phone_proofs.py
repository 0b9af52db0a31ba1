"""
Proofs of a phone number: a guest who places many orders is asked to show that the number is theirs.

A proof belongs to a basket and to the number that was typed with it, so that it is good for one order.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from hmac import compare_digest
from unicodedata import decimal
from uuid import UUID

from django.conf import settings
from django.db.models import F
from django.utils.translation import gettext as _

from menu import catalogue
from orders import signals
from orders.basket_pricing import price_basket
from orders.models import Basket, OrderContact, PhoneProof
from orders.selectors.phone_proofs import can_send_codes, is_phone_proved, reason_for_proof
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import current_shop

KEPT = timedelta(days=2)  # longer than a business day, whose SMS are counted
SAME_REQUEST = timedelta(seconds=30)  # a second tap, or a reload: no second code


class ProofRequired(Refusal):
    """A guest has to prove the phone number before this order is accepted."""

    code = "proof_required"


class CodeNotSent(Refusal):
    """Refusal because no code is needed, or the shop sends no SMS."""

    code = "code_not_sent"


def _attempts_to_get_a_code(*, basket: UUID, phone: str, by: Actor, at: datetime) -> Iterator[Attempt]:
    if not _newest_request(basket, phone, at):
        yield Attempt("code for a client", by.client, settings.SHOP_CODES_PER_HOUR)
        yield Attempt("code for a number", phone, settings.SHOP_CODES_PER_NUMBER_AND_HOUR)


@command(attempts=_attempts_to_get_a_code)
def request_phone_code(*, basket: UUID, phone: str, by: Actor, at: datetime) -> PhoneProof:
    """
    Request a code by SMS for the number that a guest typed, if one is needed; it is sent after the commit.

    A request that is repeated within half a minute gets the code of the first one. Needs no permission.

    :param basket: the basket's ref
    :param phone: in international form
    :raises CodeNotSent: the shop sends no SMS, or the guest needs no proof for this basket
    :raises TooManyAttempts: too many codes were requested for the number, or by the client
    """
    if not can_send_codes():
        raise CodeNotSent(_("We cannot send you a code.") + f" {current_shop().invitation_to_call}")
    locked = Basket.objects.for_update().select_related("kitchen").filter(ref=basket, order_ref=None).first()
    if locked is None or not _is_proof_needed(locked, phone, by, at):
        raise CodeNotSent(_("You need no code for this order."))
    if newest := _newest_request(basket, phone, at):
        return newest
    proof = PhoneProof.objects.create(basket=locked, phone=phone, requested_at=at, due_at=at)
    signals.phone_code_requested.send(sender=PhoneProof, proof=proof)
    return proof


@command
def enter_phone_code(*, basket: UUID, phone: str, code: str, by: Actor, at: datetime) -> bool:
    """
    Compare a code with those sent to the number for the basket, and record the proof if it is one of them.

    After five wrong codes a guest has to request another one. Nothing happens if the number is proved already. Needs no
    permission.

    :param basket: the basket's ref
    :param phone: in international form
    :param code: as typed, in the digits of any script; blanks and hyphens do not count
    :returns: whether it was the code, so that the number is proved
    """
    if is_phone_proved(basket=basket, phone=phone, at=at):
        return True
    proofs = PhoneProof.objects.open(at).filter(basket__ref=basket, phone=phone)
    typed = "".join(str(decimal(character)) for character in code if character.isdecimal())
    for proof in proofs.for_update().order_by("pk"):
        if compare_digest(proof.code, typed):
            proof.proved_at = at
            proof.save(update_fields=["proved_at"])
            return True
    proofs.update(wrong_codes=F("wrong_codes") + 1)
    return False


def purge_phone_proofs(*, now: datetime) -> int:
    """Delete the proofs that are good for nothing any more; return how many."""
    return PhoneProof.objects.filter(requested_at__lt=now - KEPT).delete()[0]


def forget_clients(*, before: datetime) -> int:
    """Delete the clients of the orders that were placed before a moment; return how many."""
    return OrderContact.objects.exclude(client="").filter(order__placed_at__lt=before).update(client="")


def _newest_request(basket: UUID, phone: str, at: datetime) -> PhoneProof | None:
    """Return the proof of a request that was made just now, of which another one is a repetition."""
    proofs = PhoneProof.objects.open(at).filter(basket__ref=basket, phone=phone, requested_at__gt=at - SAME_REQUEST)
    return proofs.exclude(sent_at=None, due_at=None).order_by("pk").last()  # not one that could not be sent


def _is_proof_needed(basket: Basket, phone: str, by: Actor, at: datetime) -> bool:
    priced_basket = price_basket(list(basket.lines.all()), snapshot=catalogue.current_snapshot(), at=at)
    if by.kind is not ActorKind.GUEST or not priced_basket.lines:
        return False
    pizzas = len(priced_basket.pizza_minutes)
    reason = reason_for_proof(
        basket=basket.ref, phone=phone, client=by.client, kitchen=basket.kitchen, pizzas=pizzas, at=at
    )
    return bool(reason)
