"""What happens on the line: steps the desk calls within its own commands, and the cooks' commands."""

from kitchen.services.cooking import (
    AllPlacesTaken,
    TicketMoved,
    finish_ticket,
    start_cooking,
)
from kitchen.services.line import (
    Slip,
    book_ticket,
    hand_over_ticket,
    lock,
    lock_for_ticket,
)
from kitchen.services.opening import set_up_kitchen

__all__ = [
    "AllPlacesTaken",
    "Slip",
    "TicketMoved",
    "book_ticket",
    "finish_ticket",
    "hand_over_ticket",
    "lock",
    "lock_for_ticket",
    "set_up_kitchen",
    "start_cooking",
]
