"""
What accounts write to people: templates/account/emails/<name>.txt, whose first line is the subject.

They carry codes, so they leave at once and by the request that asks for them: whoever waits for one is told when it
cannot leave.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.template.loader import render_to_string

from orders.channels import DeliveryFailed, OutboundMessage, email

SECONDS = 3.0  # for each answer of the mail server: somebody waits, and so does a thread

log = structlog.get_logger(__name__)


class EmailNotSent(Exception):
    """The mail server took nothing. Nothing that hung on the letter may be kept."""


def is_configured() -> bool:
    """Tell whether this shop writes e-mail at all. Without it nobody can confirm an address."""
    return email.is_configured()


def send_account_email(name: str, *, to: str, said: Mapping[str, Any]) -> None:
    """
    Write a letter and hand it to the mail server.

    :param said: what its template knows, beside the shop's name and address
    :raises NoLetter: the server took nothing, or there is none
    """
    context = {**said, "shop": settings.SHOP_NAME, "origin": settings.SHOP_ORIGIN}
    subject, _line, text = render_to_string(f"account/emails/{name}.txt", context, using="plain").partition("\n")
    try:
        email.send(OutboundMessage(id=uuid4().hex, to=to, subject=subject, text=text.strip() + "\n"), within=SECONDS)
    except DeliveryFailed as problem:
        log.warning("account_email_undelivered", template=name, reason=str(problem))
        raise EmailNotSent from None
