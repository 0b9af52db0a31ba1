"""Commands of notifications: creation, delivery by their channels, and what a user does in the inbox."""

from orders.notifications.services.creation import create_notifications, expire_notifications_of_undone_step
from orders.notifications.services.delivery import (
    NothingToResend,
    claim_notification,
    record_outcome,
    resend_notification,
    send_notification,
)
from orders.notifications.services.inbox import NotificationKey, dismiss_notifications, mark_notifications_read
from orders.notifications.services.phone_codes import send_phone_code

__all__ = [
    "NothingToResend",
    "NotificationKey",
    "claim_notification",
    "create_notifications",
    "dismiss_notifications",
    "expire_notifications_of_undone_step",
    "mark_notifications_read",
    "record_outcome",
    "resend_notification",
    "send_notification",
    "send_phone_code",
]
