"""
E-mails of local accounts, from templates/account/emails/<name>.txt, whose first line is the subject.

They carry codes, so they are sent within the request that asks for them: its response shows an error if one cannot be
sent.
"""

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

import structlog
from django.conf import settings
from django.template.loader import render_to_string

from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import DeliveryFailed, OutboundMessage
from pizzeria.foundation.shop.selectors import current_shop

SMTP_TIMEOUT = 3.0  # for each answer of the mail server: a user waits, and a thread is occupied

log = structlog.get_logger(__name__)


class EmailNotSent(Exception):
    """The mail server did not accept the message. Changes that depend on the message must not be kept."""


def is_configured() -> bool:
    """Return whether e-mail is configured. Without it, no e-mail address can be confirmed."""
    return email.is_configured()


def send_account_email(name: str, *, to: str, variables: Mapping[str, Any]) -> None:
    """
    Render an e-mail and send it by the mail server.

    :param variables: context of the template, beside the shop's name and origin
    :raises EmailNotSent: the mail server did not accept the message, or none is configured
    """
    context = {**variables, "shop": current_shop().name, "origin": settings.SHOP_ORIGIN}
    subject, _line, text = render_to_string(f"account/emails/{name}.txt", context, using="plain").partition("\n")
    try:
        email.send(
            OutboundMessage(id=uuid4().hex, to=to, subject=subject, text=text.strip() + "\n"), within=SMTP_TIMEOUT
        )
    except DeliveryFailed as problem:
        log.warning("account_email_undelivered", template=name, reason=str(problem))
        raise EmailNotSent from None
