"""The ways by which a notice leaves the shop, and whom they reach."""

from collections.abc import Mapping
from typing import Protocol

from orders.channels import OutboundMessage, email, sms
from orders.models import NotificationChannel, Order
from pizzeria.foundation.actor import GUEST


class ChannelBackend(Protocol):
    """What a module of `orders.channels` offers."""

    def is_configured(self) -> bool: ...

    def send(self, message: OutboundMessage) -> str: ...


CHANNEL_BACKENDS: Mapping[NotificationChannel, ChannelBackend] = {
    NotificationChannel.EMAIL: email,
    NotificationChannel.SMS: sms,
}


def is_reachable(recipient: str, order: Order, channel: NotificationChannel) -> bool:
    """
    Tell whether whoever ordered can be told this way at the moment.

    :param recipient: as notices name them: a user's id, or "guest"
    """
    match channel:
        case NotificationChannel.IN_APP:
            return recipient != str(GUEST)
        case NotificationChannel.EMAIL:
            return bool(order.contact.email) and email.is_configured()
        case NotificationChannel.SMS:
            return bool(order.contact.phone) and sms.is_configured()
