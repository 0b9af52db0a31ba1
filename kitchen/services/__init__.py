"""Services of the kitchen: functions that the orders app calls within its own commands, and the kitchen's commands."""

from kitchen.services.attention import acknowledge_change, change_ticket_notes, mark_seen
from kitchen.services.conflicts import TicketStateConflict
from kitchen.services.cooking import OvenSlotsTaken, finish_ticket, recall_ticket, start_cooking, undo_step
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

__all__ = [
    "Booking",
    "CapacityTooLow",
    "OvenSlotsTaken",
    "PauseRefused",
    "TicketContent",
    "TicketStateConflict",
    "acknowledge_change",
    "book_ticket",
    "change_capacity",
    "change_ticket_notes",
    "finish_ticket",
    "hand_over_ticket",
    "lock_for_ticket",
    "mark_seen",
    "pause",
    "recalculate_promises",
    "recall_ticket",
    "release_hold",
    "resume",
    "return_ticket",
    "set_up_kitchen",
    "start_cooking",
    "take_back_ticket",
    "undo_step",
    "withdraw_ticket",
]
