"""What happens on the line: steps the desk calls within its own commands, and the cooks' commands."""

from kitchen.services.cooking import (
    AllPlacesTaken,
    TicketMoved,
    finish_ticket,
    recall_ticket,
    start_cooking,
)
from kitchen.services.line import (
    Booking,
    Slip,
    book_ticket,
    hand_over_ticket,
    lock,
    lock_for_ticket,
    return_ticket,
    withdraw_ticket,
)
from kitchen.services.opening import set_up_kitchen
from kitchen.services.quoting import requote
from kitchen.services.running import CapacityTooLow, PauseRefused, change_capacity, pause, resume

__all__ = [
    "AllPlacesTaken",
    "Booking",
    "CapacityTooLow",
    "PauseRefused",
    "Slip",
    "TicketMoved",
    "book_ticket",
    "change_capacity",
    "finish_ticket",
    "hand_over_ticket",
    "lock",
    "lock_for_ticket",
    "pause",
    "recall_ticket",
    "requote",
    "resume",
    "return_ticket",
    "set_up_kitchen",
    "start_cooking",
    "withdraw_ticket",
]
