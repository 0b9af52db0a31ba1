"""
Commands of the orders app, one family per module: everything that happens in the life of an order.

`mark_cooking` to `mark_undone` and `extend_missed_promises` are called within the kitchen's commands, and
`purge_baskets` by a task.
"""

from orders.exceptions import (
    BelowMinimum,
    CouponRefused,
    OrderNotFound,
    OrderStateConflict,
    OutsideDeliveryArea,
    ReasonMissing,
    ReasonNotPossible,
)
from orders.services.basket import (
    BasketGone,
    acknowledge_prices,
    add_to_basket,
    change_basket,
    purge_baskets,
    record_basket_use,
    remove_unavailable_lines,
)
from orders.services.basket_copy import copy_basket_of
from orders.services.cancellation import TooLateToCancel, cancel_order, needs_recent_auth
from orders.services.checkout import place_order
from orders.services.checkout_basket import BasketChanged, BasketSpent, TotalChanged
from orders.services.cooking_minutes import learn_cooking_minutes
from orders.services.coupons import check_coupon
from orders.services.handover import hand_over, undo_hand_over
from orders.services.kitchen_sync import mark_cooking, mark_ready, mark_recalled, mark_undone
from orders.services.linking import OrderAlreadyLinked, link_order_to_customer
from orders.services.notes import TooLateForNotes, change_notes, refuse_unless_notes_possible
from orders.services.order_terms import (
    MAX_LINES,
    REQUIRED_FOR_DELIVERY,
    AddressMissing,
    BasketFull,
    ContactDetails,
    EmptyBasket,
    PaymentMethodNotOffered,
    SelectedItem,
)
from orders.services.phone_proofs import (
    CodeNotSent,
    ProofRequired,
    enter_phone_code,
    forget_clients,
    purge_phone_proofs,
    request_phone_code,
)
from orders.services.price_checks import PriceCheckResult, check_prices
from orders.services.promises import extend_missed_promises
from orders.services.quotes import OrderQuote, quote_order

__all__ = [
    "MAX_LINES",
    "REQUIRED_FOR_DELIVERY",
    "AddressMissing",
    "BasketChanged",
    "BasketFull",
    "BasketGone",
    "BasketSpent",
    "BelowMinimum",
    "CodeNotSent",
    "ContactDetails",
    "CouponRefused",
    "EmptyBasket",
    "OrderAlreadyLinked",
    "OrderNotFound",
    "OrderQuote",
    "OrderStateConflict",
    "OutsideDeliveryArea",
    "PaymentMethodNotOffered",
    "PriceCheckResult",
    "ProofRequired",
    "ReasonMissing",
    "ReasonNotPossible",
    "SelectedItem",
    "TooLateForNotes",
    "TooLateToCancel",
    "TotalChanged",
    "acknowledge_prices",
    "add_to_basket",
    "cancel_order",
    "change_basket",
    "change_notes",
    "check_coupon",
    "check_prices",
    "copy_basket_of",
    "enter_phone_code",
    "extend_missed_promises",
    "forget_clients",
    "hand_over",
    "learn_cooking_minutes",
    "link_order_to_customer",
    "mark_cooking",
    "mark_ready",
    "mark_recalled",
    "mark_undone",
    "needs_recent_auth",
    "place_order",
    "purge_baskets",
    "purge_phone_proofs",
    "quote_order",
    "record_basket_use",
    "refuse_unless_notes_possible",
    "remove_unavailable_lines",
    "request_phone_code",
    "undo_hand_over",
]
