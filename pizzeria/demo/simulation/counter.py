"""The simulated counter: it hands over orders that are picked up, and cancels those that are not."""

from datetime import datetime
from functools import partial
from random import Random
from uuid import UUID

from orders import services as order_services
from orders.models import CancelReason
from pizzeria.demo.simulation.report import Report
from pizzeria.demo.simulation.scheduler import Scheduler
from pizzeria.demo.simulation.staff import Staff

PICKUP_LIMIT_MINUTES = 45  # until an order that is not picked up is cancelled


class Counter:
    def __init__(self, *, scheduler: Scheduler, report: Report, staff: Staff, rng: Random) -> None:
        self._scheduler, self._report, self._chef, self._rng = scheduler, report, staff.chef, rng

    def schedule_handover(self, ref: UUID, *, nobody_comes: bool = False) -> None:
        """Schedule the handover of an order to its guest, or its cancellation if ``nobody_comes``."""
        if nobody_comes:
            self._scheduler.schedule(PICKUP_LIMIT_MINUTES, partial(self._cancel_uncollected, ref))
        else:
            self._scheduler.schedule(self._rng.uniform(1, 8), partial(self._hand_over, ref))

    def _hand_over(self, ref: UUID, at: datetime) -> None:
        order = order_services.hand_over(ref=ref, by=self._chef, at=at)
        self._report.line(at, f"#{order.number} is handed over at the counter", counts_as="handed over")

    def _cancel_uncollected(self, ref: UUID, at: datetime) -> None:
        order = order_services.cancel_order(ref=ref, reason=CancelReason.NOT_COLLECTED, by=self._chef, at=at)
        self._report.line(at, f"#{order.number} is given up: nobody came for it", counts_as="cancelled")
