"""Commands of the orders app, one family per module: everything that happens in the life of an order."""

from orders.exceptions import OrderStateConflict, ReasonMissing
from orders.services.basket import BasketFull, BasketGone, add_to_basket, change_quantity, purge_baskets, remove_line
from orders.services.cancellation import TooLateToCancel, cancel_order, needs_recent_auth
from orders.services.checkout import (
    NEEDED_AT_THE_DOOR,
    AddressMissing,
    BasketChanged,
    BasketSpent,
    ContactDetails,
    EmptyBasket,
    TotalChanged,
    place_order,
)
from orders.services.customers import change_contact, register_customer
from orders.services.delivering import (
    AnotherDriverHasIt,
    NotADriver,
    NotYourDelivery,
    assign_delivery,
    claim_delivery,
    fail_delivery,
    leave_for_delivery,
    release_delivery,
)
from orders.services.handover import hand_over
from orders.services.inbox import dismiss_notifications, mark_notifications_read
from orders.services.kitchen_sync import mark_cooking, mark_ready, mark_recalled
from orders.services.linking import OrderAlreadyLinked, link_order_to_customer
from orders.services.notification_creation import create_notifications
from orders.services.notification_delivery import (
    NothingToResend,
    claim_notification,
    record_outcome,
    resend_notification,
    send_notification,
)
from orders.services.promises import extend_missed_promises

__all__ = [
    "NEEDED_AT_THE_DOOR",
    "AddressMissing",
    "AnotherDriverHasIt",
    "BasketChanged",
    "BasketFull",
    "BasketGone",
    "BasketSpent",
    "ContactDetails",
    "EmptyBasket",
    "NotADriver",
    "NotYourDelivery",
    "NothingToResend",
    "OrderAlreadyLinked",
    "OrderStateConflict",
    "ReasonMissing",
    "TooLateToCancel",
    "TotalChanged",
    "add_to_basket",
    "assign_delivery",
    "cancel_order",
    "change_contact",
    "change_quantity",
    "claim_delivery",
    "claim_notification",
    "create_notifications",
    "dismiss_notifications",
    "extend_missed_promises",
    "fail_delivery",
    "hand_over",
    "leave_for_delivery",
    "link_order_to_customer",
    "mark_cooking",
    "mark_notifications_read",
    "mark_ready",
    "mark_recalled",
    "needs_recent_auth",
    "place_order",
    "purge_baskets",
    "record_outcome",
    "register_customer",
    "release_delivery",
    "remove_line",
    "resend_notification",
    "send_notification",
]
