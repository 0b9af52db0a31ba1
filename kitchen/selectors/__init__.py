"""Queries of the kitchen: its load, the board, the quote, and what can be undone."""

from kitchen.selectors.board import AllDayCount, Board, BoardLine, BoardTicket, Station, board
from kitchen.selectors.finished import FinishedTicket, finished_tickets
from kitchen.selectors.load import (
    KitchenLoad,
    kitchen_load,
    labels_of,
    pizzas_of,
    query_of_the_kitchen,
    the_kitchen,
    ticket_by_ref,
)
from kitchen.selectors.quote import Queue, Quote, booked_out_of_hours, booked_pizzas, queue_of, quote, slots_of
from kitchen.selectors.undo import MAX_UNDO_OFFERS, UndoOffer, undo_offers

__all__ = [
    "MAX_UNDO_OFFERS",
    "AllDayCount",
    "Board",
    "BoardLine",
    "BoardTicket",
    "FinishedTicket",
    "KitchenLoad",
    "Queue",
    "Quote",
    "Station",
    "UndoOffer",
    "board",
    "booked_out_of_hours",
    "booked_pizzas",
    "finished_tickets",
    "kitchen_load",
    "labels_of",
    "pizzas_of",
    "query_of_the_kitchen",
    "queue_of",
    "quote",
    "slots_of",
    "the_kitchen",
    "ticket_by_ref",
    "undo_offers",
]
