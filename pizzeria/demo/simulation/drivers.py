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

AT_ONCE = 3  # orders that fit into the bag
PACKING = 2.0  # minutes, like the constants on the next line
TO_THE_FIRST_DOOR, TO_THE_NEXT, HOME = (7, 12), (4, 7), 6


class Driver:
    def __init__(self, *, scheduler: Scheduler, report: Report, staff: Staff, rng: Random) -> None:
        self._scheduler, self._report, self._driver, self._rng = scheduler, report, staff.driver, rng
        self._is_out = False
        self._nobody_home: set[UUID] = set()

    def resume(self) -> None:
        """Schedule the handover of each order that is out for delivery already."""
        for each in tour(self._driver).own_on_road:
            self._scheduler.later(self._rng.uniform(*TO_THE_NEXT), partial(self._bring, each.ref))

    def expect(self, ref: UUID, *, nobody_home: bool = False) -> None:
        """Schedule a look at the ready orders for a new one; with ``nobody_home`` its first delivery fails."""
        if nobody_home:
            self._nobody_home.add(ref)
        self._scheduler.later(self._rng.uniform(0.5, 2), self.look)

    def look(self, at: datetime) -> None:
        """Schedule a tour with the orders that are ready, claiming those not claimed yet; do nothing during a tour."""
        if self._is_out:
            return
        ready = tour(self._driver)
        mine, free = [each.ref for each in ready.own_at_counter], [each.ref for each in ready.unassigned]
        bag = (mine + free)[:AT_ONCE]
        if not bag:
            return
        self._is_out = True
        arrives = PACKING
        for stop, ref in enumerate(bag):
            if ref in free:
                self._scheduler.later(0, partial(self._claim, ref))
            self._scheduler.later(PACKING, partial(self._leave, ref))
            arrives += self._rng.uniform(*(TO_THE_NEXT if stop else TO_THE_FIRST_DOOR))
            self._scheduler.later(arrives, partial(self._bring, ref))
        self._scheduler.later(arrives + HOME, self._come_back)

    def _claim(self, ref: UUID, at: datetime) -> None:
        order = delivery_services.claim_delivery(ref=ref, by=self._driver, at=at)
        self._report.line(at, f"#{order.number} is claimed by the driver")

    def _leave(self, ref: UUID, at: datetime) -> None:
        order = delivery_services.leave_for_delivery(ref=ref, by=self._driver, at=at)
        self._report.line(at, f"#{order.number} leaves the shop")

    def _bring(self, ref: UUID, at: datetime) -> None:
        if ref in self._nobody_home:
            self._nobody_home.remove(ref)
            order = delivery_services.fail_delivery(ref=ref, reason=CancelReason.NOBODY_HOME, by=self._driver, at=at)
            self._report.line(at, f"#{order.number} comes back: nobody opened", counts_as="came back")
            return
        order = delivery_services.deliver(ref=ref, by=self._driver, at=at)
        self._report.line(at, f"#{order.number} is brought to its door", counts_as="brought")

    def _come_back(self, at: datetime) -> None:
        self._is_out = False
        self.look(at)
