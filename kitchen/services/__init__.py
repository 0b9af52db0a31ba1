"""Services of the kitchen: functions that the orders app calls within its own commands, and the kitchen's commands."""

from kitchen.services.conflicts import TicketStateConflict, refuse_unless_ready
from kitchen.services.cooking import (
    OvenSlotsTaken,
    finish_ticket,
    recall_ticket,
    start_cooking,
    undo_step,
)
from kitchen.services.queue import (
    Booking,
    TicketContent,
    book_ticket,
    hand_over_ticket,
    lock_for_ticket,
    recalculate_promises,
    release_hold,
    return_ticket,
    take_back_ticket,
    withdraw_ticket,
)
from kitchen.services.settings import CapacityTooLow, PauseRefused, change_capacity, pause, resume
from kitchen.services.setup import set_up_kitchen
from kitchen.services.waiting import deprioritize_ticket, hold_ticket, prioritize_ticket, resume_ticket

__all__ = [
    "Booking",
    "CapacityTooLow",
    "OvenSlotsTaken",
    "PauseRefused",
    "TicketContent",
    "TicketStateConflict",
    "book_ticket",
    "change_capacity",
    "deprioritize_ticket",
    "finish_ticket",
    "hand_over_ticket",
    "hold_ticket",
    "lock_for_ticket",
    "pause",
    "prioritize_ticket",
    "recalculate_promises",
    "recall_ticket",
    "refuse_unless_ready",
    "release_hold",
    "resume",
    "resume_ticket",
    "return_ticket",
    "set_up_kitchen",
    "start_cooking",
    "take_back_ticket",
    "undo_step",
    "withdraw_ticket",
]
