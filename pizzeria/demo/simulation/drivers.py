"""The simulated driver: delivers ready orders, a few on each tour, and returns for more."""

from datetime import datetime
from functools import partial
from random import Random
from uuid import UUID

from orders.deliveries import services as delivery_services
from orders.deliveries.selectors import tour
from orders.models import CancelReason
from pizzeria.demo.simulation.report import Report
from pizzeria.demo.simulation.scheduler import Scheduler
from pizzeria.demo.simulation.staff import Staff

MAX_ORDERS_PER_TOUR = 3
PACKING_MINUTES = 2.0
MINUTES_TO_FIRST_ADDRESS, MINUTES_TO_NEXT_ADDRESS, MINUTES_TO_SHOP = (7, 12), (4, 7), 6


class Driver:
    def __init__(self, *, scheduler: Scheduler, report: Report, staff: Staff, rng: Random) -> None:
        self._scheduler, self._report, self._driver, self._rng = scheduler, report, staff.driver, rng
        self._is_on_tour = False
        self._nobody_home: set[UUID] = set()

    def resume(self) -> None:
        """Schedule the handover of each order that is out for delivery already."""
        for each in tour(self._driver).own_on_road:
            self._scheduler.schedule(self._rng.uniform(*MINUTES_TO_NEXT_ADDRESS), partial(self._deliver, each.ref))

    def add_order(self, ref: UUID, *, nobody_home: bool = False) -> None:
        """Schedule the start of a tour for a ready order; with ``nobody_home`` the order's first delivery fails."""
        if nobody_home:
            self._nobody_home.add(ref)
        self._scheduler.schedule(self._rng.uniform(0.5, 2), self.start_tour)

    def start_tour(self, at: datetime) -> None:
        """Schedule a tour with the orders that are ready, claiming those not claimed yet; do nothing during a tour."""
        if self._is_on_tour:
            return
        ready = tour(self._driver)
        mine, free = [each.ref for each in ready.own_at_counter], [each.ref for each in ready.unassigned]
        bag = (mine + free)[:MAX_ORDERS_PER_TOUR]
        if not bag:
            return
        self._is_on_tour = True
        arrival = PACKING_MINUTES
        for stop, ref in enumerate(bag):
            if ref in free:
                self._scheduler.schedule(0, partial(self._claim, ref))
            self._scheduler.schedule(PACKING_MINUTES, partial(self._leave_shop, ref))
            arrival += self._rng.uniform(*(MINUTES_TO_NEXT_ADDRESS if stop else MINUTES_TO_FIRST_ADDRESS))
            self._scheduler.schedule(arrival, partial(self._deliver, ref))
        self._scheduler.schedule(arrival + MINUTES_TO_SHOP, self._end_tour)

    def _claim(self, ref: UUID, at: datetime) -> None:
        order = delivery_services.claim_delivery(ref=ref, by=self._driver, at=at)
        self._report.line(at, f"#{order.number} is claimed by the driver")

    def _leave_shop(self, ref: UUID, at: datetime) -> None:
        order = delivery_services.leave_for_delivery(ref=ref, by=self._driver, at=at)
        self._report.line(at, f"#{order.number} leaves the shop")

    def _deliver(self, ref: UUID, at: datetime) -> None:
        if ref in self._nobody_home:
            self._nobody_home.remove(ref)
            order = delivery_services.fail_delivery(ref=ref, reason=CancelReason.NOBODY_HOME, by=self._driver, at=at)
            self._report.line(at, f"#{order.number} comes back: nobody opened", counts_as="came back")
            return
        order = delivery_services.deliver(ref=ref, by=self._driver, at=at)
        self._report.line(at, f"#{order.number} is brought to its door", counts_as="brought")

    def _end_tour(self, at: datetime) -> None:
        self._is_on_tour = False
        self.start_tour(at)
