"""Registry of the channels that send messages, and the recipients that each channel reaches."""

from collections.abc import Mapping
from typing import Protocol

from orders.models import Order
from orders.notifications.channels import sms
from orders.notifications.models import NotificationChannel
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.mail import email
from pizzeria.foundation.mail.outbound import OutboundMessage


class ChannelBackend(Protocol):
    """Interface of a module that sends messages."""

    def is_configured(self) -> bool: ...

    def send(self, message: OutboundMessage) -> str: ...


CHANNEL_BACKENDS: Mapping[NotificationChannel, ChannelBackend] = {
    NotificationChannel.EMAIL: email,
    NotificationChannel.SMS: sms,
}


def is_configured(channel: NotificationChannel) -> bool:
    """Return whether this shop sends messages by a channel at all; in-app notifications are always shown."""
    return channel == NotificationChannel.IN_APP or CHANNEL_BACKENDS[channel].is_configured()


def is_reachable(recipient: str, order: Order, channel: NotificationChannel) -> bool:
    """
    Return whether the recipient of an order's notifications can be reached by this channel at the moment.

    :param recipient: as in `Notification.recipient`: a user's id, or "guest"
    """
    match channel:
        case NotificationChannel.IN_APP:
            return recipient != str(GUEST)
        case NotificationChannel.EMAIL:
            return bool(order.contact.email) and email.is_configured()
        case NotificationChannel.SMS:
            return bool(order.contact.phone) and sms.is_configured()
