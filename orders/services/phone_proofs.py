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

from orders import signals
from orders.models import Basket, PhoneProof
from orders.selectors.phone_proofs import can_send_codes, is_phone_proved
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.attempts.counting import Attempt
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import Refusal

KEPT = timedelta(days=2)  # longer than a business day, whose SMS are counted


class CodeNotSent(Refusal):
    """Refusal because the shop sends no SMS, or the basket is gone."""

    code = "code_not_sent"


def _attempts_to_get_a_code(*, phone: str, by: Actor, **_kwargs: object) -> Iterator[Attempt]:
    yield Attempt("code for a client", by.client, settings.SHOP_CODES_PER_HOUR)
    yield Attempt("code for a number", phone, settings.SHOP_CODES_PER_NUMBER_AND_HOUR)


@command(attempts=_attempts_to_get_a_code)
def request_phone_code(*, basket: UUID, phone: str, by: Actor, at: datetime) -> PhoneProof:
    """
    Have a code sent by SMS to the number that a guest typed; it is sent after the commit. Needs no permission.

    :param basket: the basket's ref
    :param phone: in international form
    :raises CodeNotSent: the shop sends no SMS, or there is no such basket
    :raises TooManyAttempts: too many codes were requested for the number, or by the client
    """
    open_basket = Basket.objects.filter(ref=basket, order_ref=None).first()
    if open_basket is None or not can_send_codes():
        raise CodeNotSent(_("We cannot send you a code. Please sign in, or call us."))
    proof = PhoneProof.objects.create(basket=open_basket, phone=phone, requested_at=at, due_at=at)
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
