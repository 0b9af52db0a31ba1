"""Tickets for the tests of the kitchen's queue."""

from datetime import timedelta

from django.urls import reverse

from kitchen.models import FulfillmentMethod, Ticket, TicketState
from pizzeria.foundation.ids import uuid7
from tests.shop import FRIDAY_NIGHT

MINUTE = timedelta(minutes=1)


def ticket(kitchen=None, state=TicketState.WAITING, *, minutes=8, started=None, at=FRIDAY_NIGHT, **fields):
    """
    Return a ticket that is not saved.

    :param started: how many minutes ago it was started
    """
    if state == TicketState.COOKING or started is not None:
        fields["started_at"] = at - (started or 0) * MINUTE
    if state == TicketState.SCHEDULED:
        fields = {"slot_at": at, "joins_queue_at": at, **fields}
    fields = {
        "method": FulfillmentMethod.PICKUP,
        "label": "#1",
        "state_changed_at": at,
        "due_at": at,
        "items": [MARGHERITA],
        **fields,
    }
    return Ticket(kitchen=kitchen, ref=uuid7(), state=state, minutes=minutes, **fields)


MARGHERITA = {"quantity": 1, "name": "Margherita", "size": "Small", "added": [], "left_out": []}


def in_queue(kitchen, *states, **fields):
    """Create a ticket in each of the given states, due one minute after the other; return the tickets."""
    at = fields.pop("at", FRIDAY_NIGHT)
    due_at = fields.pop("due_at", at)
    tickets = [
        ticket(kitchen, state, at=at, label=f"#{number}", due_at=due_at + number * MINUTE, **fields)
        for number, state in enumerate(states, start=1)
    ]
    return Ticket.objects.bulk_create(tickets)


def press(browser, action, *tickets, seq=None, **options):
    """
    Press the button of a ticket on the board, or that for several selected tickets; return the response.

    :param tickets: anything with a ref
    :param seq: that the screen shows; None: the current one
    """
    address = reverse("orders:hand_over") if action == "hand_over" else reverse("kitchen:steps")
    current = dict(Ticket.objects.values_list("ref", "seq"))
    shown = [f"{ticket.ref}:{current.get(ticket.ref, 0) if seq is None else seq}" for ticket in tickets]
    data = {"step": f"{action}:{shown[0]}"} if len(shown) == 1 else {"bulk": action, "ticket": shown}
    return browser.post(address, data, **options)
