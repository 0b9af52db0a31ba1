"""E-mail: by the mail server that ``MAIL_URL`` names."""

from contextlib import suppress
from smtplib import SMTPDataError, SMTPRecipientsRefused
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMultiAlternatives, mailers
from django.core.validators import validate_email

from orders.channels import Letter, Refused, Unanswered, Unavailable, Undelivered

MAILER = "default"


def is_open() -> bool:
    """Whether this shop sends e-mail at all."""
    return MAILER in mailers


def send(letter: Letter, *, within: float | None = None) -> str:
    """
    Hand a letter to the mail server, and come back once it has taken it.

    :param within: seconds to connect, and for each answer, where somebody waits; None: those of the settings
    :returns: the letter's Message-ID, the same whenever it is sent again
    :raises Undelivered: as Refused, Unavailable or Unanswered
    """
    if not is_open():
        raise Unavailable("This shop has no mail server.")
    mailer: Any = mailers[MAILER]
    mailer.timeout = within or mailer.timeout
    try:
        validate_email(letter.to)
        mailer.open()
        mailer.send_messages([_message(letter)])
    except SMTPRecipientsRefused as refusal:
        [(code, _said)] = refusal.recipients.values()
        raise _answered(code, "the recipient") from None
    except SMTPDataError as refusal:
        raise _answered(refusal.smtp_code, "the letter") from None
    except OSError as problem:  # smtplib's exceptions, too
        if getattr(mailer, "has_handed_over", False):
            raise Unanswered("The mail server took the letter and did not answer.") from None
        what = getattr(problem, "smtp_code", type(problem).__name__)
        raise Unavailable(f"The mail server cannot be reached, or wants nothing of us ({what}).") from None
    except (ValidationError, ValueError):  # last: a certificate nobody believes is an OSError, too
        raise Refused("That is no e-mail address.") from None
    finally:
        # Django would close it within send_messages, where a goodbye nobody answers looks like a letter nobody took.
        with suppress(OSError):
            mailer.close()
    return _message_id(letter)


def _message(letter: Letter) -> EmailMultiAlternatives:
    message = EmailMultiAlternatives(
        subject=" ".join(letter.subject.split()),  # a line break would end the header
        body=letter.text,
        to=[letter.to],
        headers={
            "Message-ID": _message_id(letter),
            "Auto-Submitted": "auto-generated",  # absence notes stay at home
        },
    )
    if letter.html:
        message.attach_alternative(letter.html, "text/html")
    return message


def _message_id(letter: Letter) -> str:
    return f"<{letter.id}@{urlsplit(settings.SHOP_ORIGIN).hostname}>"


def _answered(code: int, what: str) -> Undelivered:
    said = f"The mail server answered {code} to {what}."  # its words may repeat the address
    return Refused(said) if 500 <= code < 600 else Unavailable(said)  # noqa: PLR2004
