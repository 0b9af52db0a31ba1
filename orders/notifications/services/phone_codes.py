"""
The SMS with the code by which a guest proves a phone number.

It belongs to no order and no event, so that it is no notification: its row is the proof.
"""

from datetime import datetime, timedelta

import structlog
from django.utils.translation import gettext as _

from orders.models import PhoneProof
from orders.notifications.channels import sms
from orders.notifications.rendering import render_phone_code
from orders.notifications.services.sms_limits import reached_sms_limit
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.commands import command
from pizzeria.foundation.mail.outbound import DeliveryFailed, OutboundMessage, Unavailable
from pizzeria.foundation.shop.selectors import current_shop

LEASE = timedelta(seconds=40)  # until it is sent again if nothing is known of it: the worker was killed

log = structlog.get_logger(__name__)


def send_phone_code(*, proof_id: int, at: datetime) -> None:
    """Send the code of a proof if it is due; of any number of concurrent calls, one sends it."""
    proof = claim_phone_code(proof_id=proof_id, at=at)
    if proof is None:
        return
    message = OutboundMessage(
        id=f"phone-proof-{proof.pk}",
        to=proof.phone.as_e164,
        subject="",
        text=render_phone_code(shop=current_shop().name, code=proof.code),
    )
    failure: DeliveryFailed | None = None
    try:
        sms.send(message)
    except DeliveryFailed as error:
        failure = error
        log.warning("phone_code_not_sent", proof_id=proof.pk, reason=str(error))
    record_phone_code(proof=proof, failure=failure, at=at)


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
    limit = reached_sms_limit(proof.phone, at=at)
    if limit:
        raise_alert(limit.kind, at=at, limit=limit.messages, order=_("a guest's code"))
    proof.due_at = None if limit else at + LEASE
    proof.save(update_fields=["due_at"])
    return None if limit else proof


@command
def record_phone_code(*, proof: PhoneProof, failure: DeliveryFailed | None, at: datetime) -> None:
    """
    Record that a code was sent, or that it is sent again: only if the provider cannot be reached, as it may have come.

    :param failure: why it was not sent; None: it was
    """
    if failure is None:
        PhoneProof.objects.filter(pk=proof.pk).update(sent_at=at, due_at=None)
    elif not isinstance(failure, Unavailable):
        PhoneProof.objects.filter(pk=proof.pk).update(due_at=None)
