"""The kitchen, its tickets by ref, and how busy it is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Avg, Case, F, OuterRef, Subquery, When

from kitchen import capacity
from kitchen.capacity import Load
from kitchen.models import Kitchen, KitchenQuerySet, Ticket, TicketState
from pizzeria.foundation import clock


@dataclass(frozen=True, slots=True)
class KitchenLoad:
    """
    How busy the kitchen is.

    :param tickets: those that are held, waiting or cooking, in the order they are due
    :param average_cooking_minutes: measured on this business day; None: nothing is finished yet
    """

    load: Load
    tickets: list[Ticket]
    is_at_capacity: bool
    average_cooking_minutes: float | None


def the_kitchen(kitchens: KitchenQuerySet | None = None) -> Kitchen:
    """
    Return the one kitchen. No other code assumes that there is only one.

    :param kitchens: the queryset to take it from, if it is to be locked
    """
    return (Kitchen.objects.all() if kitchens is None else kitchens).get()


def query_of_the_kitchen() -> KitchenQuerySet:
    """Return the query of the one kitchen, to be a part of another statement, which fails if there were two."""
    return Kitchen.objects.all()


def ticket_by_ref(ref: UUID) -> Ticket:
    """
    Return a ticket by the order's ref.

    :raises Ticket.DoesNotExist: there is no such ticket
    """
    return Ticket.objects.get(ref=ref)


def kitchen_load(kitchen: Kitchen, *, at: datetime) -> KitchenLoad:
    """Return how busy the kitchen is, and with which tickets. Two queries."""
    tickets = list(kitchen.tickets.in_load().in_sequence())
    load = capacity.load_of(tickets)
    return KitchenLoad(
        load=load,
        tickets=tickets,
        is_at_capacity=capacity.is_full(kitchen, load),
        average_cooking_minutes=_average_cooking_minutes(kitchen, at),
    )


def _average_cooking_minutes(kitchen: Kitchen, at: datetime) -> float | None:
    """
    Return how many minutes the tickets of the business day took from start to finish; None: none is finished yet.

    Those that a driver has brought back do not count: their last state began when they came back.
    """
    ready, gone = TicketState.READY, TicketState.GONE
    finished_at = Case(
        When(state=ready, previous_state=TicketState.COOKING, then=F("state_changed_at")),
        When(state=gone, previous_state=ready, then=F("previous_state_changed_at")),
    )
    finished = kitchen.tickets.filter(business_date=clock.business_date(at), started_at__isnull=False)
    average = finished.annotate(finished_at=finished_at).aggregate(time=Avg(F("finished_at") - F("started_at")))["time"]
    return round(average.total_seconds() / 60, 1) if average is not None else None


def labels_of(refs: Sequence[UUID]) -> dict[UUID, str]:
    """Return the labels of tickets, by ref; without those that do not exist. One query."""
    return dict(Ticket.objects.filter(ref__in=refs).values_list("ref", "label"))


def pizzas_of(ref: OuterRef) -> Subquery:
    """
    Return the number of pizzas of an order, as an expression for a query of orders.

    :param ref: the order's ref in that query
    """
    return Subquery(Ticket.objects.filter(ref=ref).values("pizzas"))
