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
    """A message was not rendered, or not accepted by the mail server: changes that depend on it must not be kept."""


def is_configured() -> bool:
    """Return whether e-mail is configured. Without it, no e-mail address can be confirmed."""
    return email.is_configured()


def send_account_email(name: str, *, to: str, variables: Mapping[str, Any]) -> None:
    """
    Render an e-mail and send it by the mail server.

    :param variables: context of the template, beside the shop's name and origin
    :raises EmailNotSent: it cannot be rendered, the mail server did not accept it, or none is configured
    """
    try:
        message = _message(name, to=to, variables=variables)
    except Exception:
        log.exception("account_email_not_rendered", template=name)
        raise EmailNotSent from None
    try:
        email.send(message, within=SMTP_TIMEOUT)
    except DeliveryFailed as problem:
        log.warning("account_email_undelivered", template=name, reason=str(problem))
        raise EmailNotSent from None


def _message(name: str, *, to: str, variables: Mapping[str, Any]) -> OutboundMessage:
    context = {**variables, "shop": current_shop().name, "origin": settings.SHOP_ORIGIN}
    subject, _line, text = render_to_string(f"account/emails/{name}.txt", context, using="plain").partition("\n")
    return OutboundMessage(id=uuid4().hex, to=to, subject=subject, text=text.strip() + "\n")
