"""E-mail channel, by the mail server that ``MAIL_URL`` names."""

from contextlib import suppress
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.validators import validate_email
from django.utils.crypto import salted_hmac

from pizzeria.foundation.mail.outbound import DeliveryFailed, OutboundMessage, OutcomeUnknown, Rejected, Unavailable

MAILER = "default"


def is_configured() -> bool:
    """Return whether this shop sends e-mail at all."""
    return MAILER in mailers


def send(outbound: OutboundMessage, *, within: float | None = None) -> str:
    """
    Send a message to the mail server, and return once the server has accepted it.

    :param within: seconds to connect, and for each answer, if a person waits; None: those of the settings
    :returns: the Message-ID, the same whenever the message is sent again
    :raises DeliveryFailed: as Rejected, Unavailable or OutcomeUnknown
    """
    if not is_configured():
        raise Unavailable("No mail server is configured.")
    mailer: Any = mailers[MAILER]
    mailer.timeout = within or mailer.timeout
    try:
        validate_email(outbound.to)
        mailer.open()
        mailer.send_messages([_message(outbound)])
    except SMTPRecipientsRefused as refusal:
        [(code, _text)] = refusal.recipients.values()
        raise _error_for_code(code, "the recipient") from None
    except SMTPDataError as refusal:
        raise _error_for_code(refusal.smtp_code, "the message") from None
    except OSError as problem:  # includes smtplib's exceptions
        if getattr(mailer, "data_sent", False):
            raise OutcomeUnknown("The mail server accepted the message and did not answer.") from None
        what = getattr(problem, "smtp_code", type(problem).__name__)
        raise Unavailable(f"The mail server cannot be reached or refuses the connection ({what}).") from None
    except (ValidationError, ValueError):  # last: an untrusted certificate is an OSError, too
        raise Rejected("The recipient is not a valid e-mail address.") from None
    finally:
        # Django would close it within send_messages, where an unanswered QUIT would look like a failed delivery.
        with suppress(OSError):
            mailer.close()
    return _message_id(outbound)


def _message(outbound: OutboundMessage) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=" ".join(outbound.subject.split()),  # a line break would end the header
        body=outbound.text,
        to=[outbound.to],
        headers={
            "Message-ID": _message_id(outbound),
            "Auto-Submitted": "auto-generated",  # suppresses out-of-office replies
        },
    )
    if outbound.html:
        message.attach_alternative(outbound.html, "text/html")
    for attachment in outbound.attachments:
        message.attach(attachment.name, attachment.content, attachment.media_type)
    return message


def _message_id(outbound: OutboundMessage) -> str:
    """Return the Message-ID: the same each time, and without the message's own id, which counts the shop's messages."""
    pseudonym = salted_hmac(__name__, outbound.id, algorithm="sha256").hexdigest()[:32]
    return f"<{pseudonym}@{urlsplit(settings.SHOP_ORIGIN).hostname}>"


def _error_for_code(code: int, what: str) -> DeliveryFailed:
    text = f"The mail server answered {code} to {what}."  # without the server's text, which may repeat the address
    return Rejected(text) if 500 <= code < 600 else Unavailable(text)  # noqa: PLR2004
