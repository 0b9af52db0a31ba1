"""
The SMS with the code by which a guest proves a phone number.

It belongs to no order and no event, so that it is no notification: its row is the proof.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _lazy

from orders.models import PhoneProof
from orders.notifications.channels import sms
from orders.notifications.rendering import render_phone_code
from orders.notifications.services.sms_limits import reached_sms_limit
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.mail.outbound import DeliveryFailed, OutboundMessage, OutcomeUnknown, Unavailable
from pizzeria.foundation.shop.selectors import current_shop

LEASE = timedelta(minutes=1)  # until it is sent again if nothing is known of it: the worker was killed
SHARE_OF_DAY = 2  # codes are at most half of the SMS of a day, so that messages about orders are still sent

CODES_PER_DAY_REACHED = AlertKind(
    "codes_per_day_reached",
    _lazy("%(limit)d codes were sent by SMS today to guests who had to prove a number, and no more are."),
)
PHONE_CODE_GIVEN_UP = AlertKind(
    "phone_code_given_up", _lazy("Codes for guests who had to prove a number could not be sent by SMS: %(reason)s")
)

log = structlog.get_logger(__name__)


def send_phone_code(*, proof_id: int, at: datetime) -> None:
    """Send the code of a proof if it is due; of any number of concurrent calls, one sends it."""
    proof = claim_phone_code(proof_id=proof_id, at=at)
    if proof is None:
        return
    record_phone_code(proof=proof, failure=_send(proof), at=at)


def _send(proof: PhoneProof) -> DeliveryFailed | None:
    """Send the code of a claimed proof; return why it was not sent, or None."""
    try:
        message = _message(proof)
    except Exception as error:
        log.exception("phone_code_not_rendered", proof_id=proof.pk)
        return Unavailable(f"message cannot be rendered: {type(error).__name__}")
    try:
        sms.send(message)
    except DeliveryFailed as failure:
        log.warning("phone_code_not_sent", message=message.id, reason=str(failure))
        return failure
    except Exception as error:  # includes the task's time limit: the message may have been sent
        log.exception("phone_code_outcome_unknown", message=message.id)
        return OutcomeUnknown(type(error).__name__)
    return None


def _message(proof: PhoneProof) -> OutboundMessage:
    text = render_phone_code(shop=current_shop().name, code=proof.code)
    return OutboundMessage(id=f"phone-proof-{proof.pk}", to=proof.phone.as_e164, subject="", text=text)


@command
def claim_phone_code(*, proof_id: int, at: datetime) -> PhoneProof | None:
    """
    Claim the code of a proof for sending: until its lease ends it is due to no other worker.

    :returns: None if there is nothing to send: another worker has it, it was sent, it is too old, or a daily limit of
        SMS is reached
    """
    proof = PhoneProof.objects.to_be_sent(at).for_update().filter(pk=proof_id).first()
    if proof is None:
        return None
    is_limited = _is_limit_reached(proof, at)
    proof.due_at = None if is_limited else at + LEASE
    proof.save(update_fields=["due_at"])
    return None if is_limited else proof


def _is_limit_reached(proof: PhoneProof, at: datetime) -> bool:
    """Return whether a daily limit keeps a code from being sent; raise an alert if it is that of the codes."""
    most = settings.SHOP_SMS_PER_DAY // SHARE_OF_DAY
    if most and PhoneProof.objects.sent_since(clock.begin_of_business_day(at)).count() >= most:
        raise_alert(CODES_PER_DAY_REACHED, at=at, limit=most)
        return True
    return reached_sms_limit(proof.phone, at=at) is not None


@command
def record_phone_code(*, proof: PhoneProof, failure: DeliveryFailed | None, at: datetime) -> None:
    """
    Record what became of a code: it is sent again only if it cannot be rendered or the provider cannot be reached.

    That is so each time its lease ends, for as long as the code can be entered; then managers get an alert. A code that
    may have been sent counts as sent.

    :param failure: why it was not sent; None: it was
    """
    row = PhoneProof.objects.filter(pk=proof.pk)
    if failure is None or isinstance(failure, OutcomeUnknown):
        row.update(sent_at=at, due_at=None)
    elif not isinstance(failure, Unavailable):
        row.update(due_at=None)
    elif not row.open(at + LEASE).exists():
        row.update(due_at=None)
        raise_alert(PHONE_CODE_GIVEN_UP, at=at, reason=str(failure)[:200])
