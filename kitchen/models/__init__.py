"""The kitchen with its oven slots, the tickets in its queue, and the screens that show them."""

from kitchen.models.board_screen import BoardScreen
from kitchen.models.kitchen import Kitchen, KitchenQuerySet
from kitchen.models.ticket import (
    LOAD,
    MAX_TICKET_MINUTES,
    ON_BOARD,
    FulfillmentMethod,
    Ticket,
    TicketChange,
    TicketState,
)

__all__ = [
    "LOAD",
    "MAX_TICKET_MINUTES",
    "ON_BOARD",
    "BoardScreen",
    "FulfillmentMethod",
    "Kitchen",
    "KitchenQuerySet",
    "Ticket",
    "TicketChange",
    "TicketState",
]
