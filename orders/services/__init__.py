"""What happens at the desk, one verb family a file: the trip of an order, read from top to bottom."""

from orders.services.adopting import SomebodysAlready, adopt_order
from orders.services.agreeing import BasketChanged, BasketSpent, EmptyBasket, TotalChanged
from orders.services.basket import BasketFull, BasketGone, add_to_basket, change_quantity, purge_baskets, remove_line
from orders.services.cancelling import TooLateToCancel, cancel_order, needs_recent_auth
from orders.services.cooking import mark_cooking, mark_ready, mark_recalled
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
from orders.services.handing_over import hand_over
from orders.services.moved import OrderMoved
from orders.services.noticing import write_notices
from orders.services.placing import NEEDED_AT_THE_DOOR, AddressMissing, ContactDetails, place_order
from orders.services.promising import requote
from orders.services.reading import dismiss_notices, mark_notices_read
from orders.services.reasons import ReasonMissing
from orders.services.sending import (
    NothingToSendAgain,
    send_notice,
    send_notice_again,
    settle_notice,
    take_notice,
)

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
    "NothingToSendAgain",
    "OrderMoved",
    "ReasonMissing",
    "SomebodysAlready",
    "TooLateToCancel",
    "TotalChanged",
    "add_to_basket",
    "adopt_order",
    "assign_delivery",
    "cancel_order",
    "change_contact",
    "change_quantity",
    "claim_delivery",
    "dismiss_notices",
    "fail_delivery",
    "hand_over",
    "leave_for_delivery",
    "mark_cooking",
    "mark_notices_read",
    "mark_ready",
    "mark_recalled",
    "needs_recent_auth",
    "place_order",
    "purge_baskets",
    "register_customer",
    "release_delivery",
    "remove_line",
    "requote",
    "send_notice",
    "send_notice_again",
    "settle_notice",
    "take_notice",
    "write_notices",
]
