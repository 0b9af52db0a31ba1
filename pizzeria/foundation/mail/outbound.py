"""
Messages to one recipient, by any channel, and the errors of sending them.

A channel is a module with `send(outbound) -> str`, which sends a message and returns the provider's id of it (or "").
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Attachment:
    """
    A file that comes with an e-mail.

    :param media_type: such as "application/pdf"
    """

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """
    A message to one recipient.

    :param id: the same whenever this message is sent again, so that a duplicate can be told from a new message
    :param to: an e-mail address, or a phone number in international form (E.164)
    """

    id: str
    to: str
    subject: str
    text: str
    html: str = ""
    attachments: tuple[Attachment, ...] = ()  # of an e-mail


class DeliveryFailed(Exception):
    """Failure to send a message; the exception's text says why, without personal data."""


class Rejected(DeliveryFailed):
    """Permanent failure: there is no such recipient, or the provider refuses the message."""


class Unavailable(DeliveryFailed):
    """Temporary failure: the provider is out of order or overloaded."""


class OutcomeUnknown(DeliveryFailed):
    """Unknown outcome: the provider was given the message and never answered."""
