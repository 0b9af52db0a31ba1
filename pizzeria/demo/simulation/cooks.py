"""Simulated cooks: they see a new ticket, start the one that is due first, and finish it at about its cooking time."""

from datetime import datetime
from functools import partial
from random import Random
from uuid import UUID

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, TicketChange, TicketState
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.demo.simulation.counter import Counter
from pizzeria.demo.simulation.drivers import Driver
from pizzeria.demo.simulation.report import Report
from pizzeria.demo.simulation.scenario import Incident
from pizzeria.demo.simulation.scheduler import Scheduler
from pizzeria.demo.simulation.staff import Staff
from pizzeria.foundation.actor import SYSTEM

FORGOTTEN_EXTRA_MINUTES = 14  # in the oven, for a forgotten ticket


class Cooks:
    def __init__(
        self, *, scheduler: Scheduler, report: Report, staff: Staff, counter: Counter, driver: Driver, rng: Random
    ) -> None:
        self._scheduler, self._report, self._chef, self._rng = scheduler, report, staff.chef, rng
        self._counter, self._driver = counter, driver
        self._kitchen = kitchen_selectors.the_kitchen()
        self._incidents: dict[UUID, Incident] = {}

    def resume(self, at: datetime) -> None:
        """Schedule the next step of each ticket that is on the board already."""
        board = kitchen_selectors.board(self._kitchen, at=at)
        for ticket in board.waiting:
            self.add_ticket(ticket.ref)
        for ticket in board.cooking:
            self._take_out_later(ticket.ref, minutes=max(1, (ticket.due_at - at).total_seconds() / 60))
        for ticket in board.ready:
            self._schedule_handover(ticket.ref, ticket.method)

    def add_ticket(self, ref: UUID, incident: Incident | None = None) -> None:
        """
        Schedule the start of the next ticket in one to three minutes, and store this ticket's incident.

        The cooks see it before it counts as unseen for too long.
        """
        self._scheduler.schedule(self._rng.uniform(0.1, 0.3), partial(self._see, ref))
        if incident:
            self._incidents[ref] = incident
        if incident is Incident.RAN_OUT:
            self._scheduler.schedule(0.9, partial(self._cancel_sold_out, ref))
        self._scheduler.schedule(self._rng.uniform(1, 3), self.start_next_ticket)

    def add_ticket_for_later(self, ref: UUID, *, at: datetime) -> None:
        """
        Schedule that a ticket is seen once it has joined the queue, and started so that it is ready when it is due.

        At a higher speed than the real one that is early.
        """
        ticket = kitchen_selectors.ticket_by_ref(ref)
        assert ticket.joins_queue_at is not None, "it is for later"
        joins_in, due_in = ((moment - at).total_seconds() / 60 for moment in (ticket.joins_queue_at, ticket.due_at))
        self._scheduler.schedule(joins_in + 0.3, partial(self._see, ref))
        self._scheduler.schedule(due_in - ticket.minutes, partial(self._start_for_later, ref))

    def _start_for_later(self, ref: UUID, at: datetime) -> None:
        if kitchen_selectors.ticket_by_ref(ref).state not in (TicketState.SCHEDULED, TicketState.WAITING):
            return  # it is in the oven already, or cancelled
        if kitchen_selectors.board(self._kitchen, at=at).free_oven_slots:
            self._start(ref, at)
        else:
            self._scheduler.schedule(1, partial(self._start_for_later, ref))

    def _see(self, ref: UUID, at: datetime) -> None:
        if kitchen_selectors.ticket_by_ref(ref).is_unseen:
            kitchen_services.mark_seen(ref=ref, by=self._chef, at=at)

    def start_next_ticket(self, at: datetime) -> None:
        """
        Start cooking the ticket that is due first, if one waits and an oven slot is free.

        What people have cancelled or changed meanwhile is acknowledged first.
        """
        board = kitchen_selectors.board(self._kitchen, at=at)
        for ticket in board.waiting + board.cooking + board.ready:
            if ticket.change:
                kitchen_services.acknowledge_change(ref=ticket.ref, by=self._chef, at=at)
        startable = [
            ticket for ticket in board.waiting if not ticket.held_since and ticket.change != TicketChange.CANCELLED
        ]
        if startable and board.free_oven_slots:
            self._start(startable[0].ref, at)

    def _start(self, ref: UUID, at: datetime) -> None:
        ticket = kitchen_services.start_cooking(ref=ref, by=self._chef, at=at)
        self._report.line(at, f"{ticket.label} goes into the oven")
        minutes = ticket.minutes * self._rng.uniform(0.8, 1.2)
        if self._incidents.get(ticket.ref) is Incident.FORGOTTEN:
            minutes += FORGOTTEN_EXTRA_MINUTES
            self._scheduler.schedule(minutes - 1, self._recalculate_promises)
        self._take_out_later(ticket.ref, minutes=minutes)

    def _take_out_later(self, ref: UUID, *, minutes: float) -> None:
        self._scheduler.schedule(minutes, partial(self._take_out, ref))

    def _take_out(self, ref: UUID, at: datetime) -> None:
        ticket = kitchen_services.finish_ticket(ref=ref, by=self._chef, at=at)
        self._report.line(at, f"{ticket.label} is ready")
        self._scheduler.schedule(0.5, self.start_next_ticket)
        if self._incidents.get(ref) is Incident.RECALLED:
            del self._incidents[ref]
            self._scheduler.schedule(0.5, partial(self._recall, ref))
        else:
            self._schedule_handover(ref, ticket.method)

    def _schedule_handover(self, ref: UUID, method: str) -> None:
        incident = self._incidents.pop(ref, None)
        if method == FulfillmentMethod.DELIVERY:
            self._driver.add_order(ref, nobody_home=incident is Incident.NOBODY_HOME)
        else:
            self._counter.schedule_handover(ref, nobody_comes=incident is Incident.NOT_COLLECTED)

    def _recalculate_promises(self, at: datetime) -> None:
        kitchen_services.recalculate_promises(kitchen=self._kitchen, by=SYSTEM, at=at)  # as beat does each minute

    def _recall(self, ref: UUID, at: datetime) -> None:
        ticket = kitchen_services.recall_ticket(ref=ref, by=self._chef, at=at)
        self._report.line(at, f"{ticket.label} is called back: not done yet", counts_as="recalled")
        if ticket.state == TicketState.COOKING:
            self._take_out_later(ref, minutes=2.5)

    def _cancel_sold_out(self, ref: UUID, at: datetime) -> None:
        order = order_services.cancel_order(ref=ref, reason=CancelReason.SOLD_OUT, by=self._chef, at=at)
        self._report.line(at, f"#{order.number} is cancelled by the kitchen: something ran out", counts_as="cancelled")
