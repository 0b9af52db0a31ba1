"""Services of the kitchen: functions that the orders app calls within its own commands, and the kitchen's commands."""

from kitchen.services.attention import (
    acknowledge_change,
    change_ticket_notes,
    mark_seen,
    note_not_printed,
    note_printed,
)
from kitchen.services.board_settings import change_board_settings
from kitchen.services.booking import Booking, TicketContent, book_ticket
from kitchen.services.conflicts import TicketStateConflict, refuse_unless_ready
from kitchen.services.cooking import OvenSlotsTaken, finish_ticket, recall_ticket, start_cooking, undo_step
from kitchen.services.hours import (
    HoursRefused,
    add_closed_days,
    announce_opening,
    change_opening_hours,
    remove_closed_days,
)
from kitchen.services.joining import join_queue, recalculate_promises
from kitchen.services.later_orders import change_later_orders
from kitchen.services.order_steps import (
    hand_over_ticket,
    release_hold,
    return_ticket,
    take_back_ticket,
    withdraw_ticket,
)
from kitchen.services.queue import lock_for_ticket
from kitchen.services.screens import (
    ScreenNotNamed,
    ScreenReport,
    forget_screen,
    name_screen,
    purge_screens,
    report_screen,
)
from kitchen.services.settings import CapacityTooLow, PauseRefused, change_capacity, pause, resume
from kitchen.services.setup import set_up_kitchen
from kitchen.services.waiting import deprioritize_ticket, hold_ticket, prioritize_ticket, resume_ticket
from kitchen.services.watch import watch_board

__all__ = [
    "Booking",
    "CapacityTooLow",
    "HoursRefused",
    "OvenSlotsTaken",
    "PauseRefused",
    "ScreenNotNamed",
    "ScreenReport",
    "TicketContent",
    "TicketStateConflict",
    "acknowledge_change",
    "add_closed_days",
    "announce_opening",
    "book_ticket",
    "change_board_settings",
    "change_capacity",
    "change_later_orders",
    "change_opening_hours",
    "change_ticket_notes",
    "deprioritize_ticket",
    "finish_ticket",
    "forget_screen",
    "hand_over_ticket",
    "hold_ticket",
    "join_queue",
    "lock_for_ticket",
    "mark_seen",
    "name_screen",
    "note_not_printed",
    "note_printed",
    "pause",
    "prioritize_ticket",
    "purge_screens",
    "recalculate_promises",
    "recall_ticket",
    "refuse_unless_ready",
    "release_hold",
    "remove_closed_days",
    "report_screen",
    "resume",
    "resume_ticket",
    "return_ticket",
    "set_up_kitchen",
    "start_cooking",
    "take_back_ticket",
    "undo_step",
    "watch_board",
    "withdraw_ticket",
]
