"""Registry of the channels that send messages, and the recipients that each channel reaches."""

from collections.abc import Mapping
from typing import Protocol

from orders.channels import OutboundMessage, email, sms
from orders.models import NotificationChannel, Order
from pizzeria.foundation.actor import GUEST


class ChannelBackend(Protocol):
    """Interface of a module of `orders.channels`."""

    def is_configured(self) -> bool: ...

    def send(self, message: OutboundMessage) -> str: ...


CHANNEL_BACKENDS: Mapping[NotificationChannel, ChannelBackend] = {
    NotificationChannel.EMAIL: email,
    NotificationChannel.SMS: sms,
}


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
