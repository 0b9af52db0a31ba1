"""
The ways out of the shop: a letter leaves by one of these modules, each with `send(outbound) -> str`, the provider's id
of it (or ""). They know no order, no row and no setting but their own.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """
    What somebody is told.

    :param id: the same whenever this letter is sent again, so that a doubled one can be told from a new one
    :param to: an e-mail address, or a phone number in international form (E.164)
    """

    id: str
    to: str
    subject: str
    text: str
    html: str = ""


class DeliveryFailed(Exception):
    """The letter did not go out; the message says why, without anything personal."""


class Rejected(DeliveryFailed):
    """It never will: there is no such recipient, or the provider wants nothing of it."""


class Unavailable(DeliveryFailed):
    """It did not this time: the provider is out of order, or has no time."""


class OutcomeUnknown(DeliveryFailed):
    """Nobody knows: the provider took it and never answered."""
