"""A simulated evening, from the orders that are open already until no order is open."""

from collections.abc import Iterable
from datetime import datetime
from random import Random

from orders.models import Order
from orders.selectors.order_list import active_orders
from pizzeria.demo.simulation.cooks import Cooks
from pizzeria.demo.simulation.counter import Counter
from pizzeria.demo.simulation.drivers import Driver
from pizzeria.demo.simulation.guests import Guests
from pizzeria.demo.simulation.report import Report
from pizzeria.demo.simulation.scenario import Visit
from pizzeria.demo.simulation.scheduler import Pace, Scheduler
from pizzeria.demo.simulation.staff import Staff
from pizzeria.foundation.refusals import Refusal


class Evening:
    """
    The simulation of an evening by the shop's own commands.

    People may work in a browser at the same time: simulated cooks cook every order that waits, and a simulated step
    that comes too late is refused, reported and dropped.

    :param pace: how fast the evening passes, and the ``at`` of its commands
    :param rng: random numbers; seeded, for an evening that can be played again
    """

    def __init__(self, *, pace: Pace, staff: Staff, report: Report, rng: Random) -> None:
        self._report, self._scheduler = report, Scheduler(pace, on_refusal=self._report_refusal)
        self._driver = Driver(scheduler=self._scheduler, report=report, staff=staff, rng=rng)
        self._counter = Counter(scheduler=self._scheduler, report=report, staff=staff, rng=rng)
        self._cooks = Cooks(
            scheduler=self._scheduler,
            report=report,
            staff=staff,
            counter=self._counter,
            driver=self._driver,
            rng=rng,
        )
        self._guests = Guests(scheduler=self._scheduler, report=report, staff=staff, cooks=self._cooks)

    def play(self, visits: Iterable[Visit]) -> list[Order]:
        """Run the visits and all the work they cause; return the orders left open for a person to finish."""
        for visit in visits:
            self._guests.schedule_visit(visit)
        before: list[tuple[int, int]] | None = None
        while True:
            self._cooks.resume(self._scheduler.now())
            self._driver.resume()
            self._scheduler.run()
            still_open = list(active_orders())
            now = [(order.pk, order.seq) for order in still_open]
            if not still_open or now == before:
                return still_open
            before = now

    def _report_refusal(self, at: datetime, refusal: Refusal) -> None:
        self._report.line(at, f"refused: {refusal.message}", counts_as="refused")
