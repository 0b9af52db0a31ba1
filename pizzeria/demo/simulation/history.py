"""The demo's history: seven simulated evenings, with few orders on a Monday, many on a Saturday, and some incidents."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random

from orders.customers import services as customer_services
from pizzeria.demo.simulation import scenario
from pizzeria.demo.simulation.evening import Evening
from pizzeria.demo.simulation.guest_profiles import CARLA
from pizzeria.demo.simulation.report import Report
from pizzeria.demo.simulation.scenario import Incident
from pizzeria.demo.simulation.scheduler import simulated_pace
from pizzeria.demo.simulation.staff import Staff
from pizzeria.foundation import clock
from pizzeria.foundation.events import backfill

OPENING_TIME, EVENING_DURATION = time(17, 30), timedelta(hours=5)
ORDERS_BY_WEEKDAY = (15, 15, 15, 15, 18, 21, 16)  # Monday to Sunday
EVENINGS = (  # the oldest evening first: its incidents, and the number of orders of the demo's customer
    ((Incident.CHANGED_MIND,), 1),
    ((Incident.FORGOTTEN,), 1),
    ((Incident.RAN_OUT,), 0),
    ((Incident.NOBODY_HOME, Incident.FORGOTTEN), 2),
    ((Incident.RECALLED,), 1),
    ((Incident.NOT_COLLECTED, Incident.CHANGED_MIND), 1),
    ((Incident.FORGOTTEN, Incident.RAN_OUT), 1),
)


def simulate_week(*, staff: Staff, now: datetime, orders: Sequence[int] = ORDERS_BY_WEEKDAY) -> Report:
    """
    Simulate the seven evenings before this business day, and return the report.

    The shop's own commands run with the times of those evenings; their events are stored, but not published.

    :param orders: the number of orders on a Monday, a Tuesday, …
    """
    report = Report()
    days = [clock.business_date(now) - timedelta(days=ago) for ago in range(len(EVENINGS), 0, -1)]
    with backfill.backfilling():
        customer_services.change_contact(
            name=CARLA.name, phone=CARLA.details.phone, by=staff.actor_for(CARLA.username), at=_opening_time(days[0])
        )
        for seed, (day, (incidents, customer_orders)) in enumerate(zip(days, EVENINGS, strict=True)):
            rng = Random(seed)  # noqa: S311 - not for secrets
            plan = scenario.evening(
                duration=EVENING_DURATION,
                orders=orders[day.weekday()],
                incidents=incidents,
                customer_orders=customer_orders,
                rng=rng,
            )
            Evening(pace=simulated_pace(_opening_time(day)), staff=staff, report=report, rng=rng).play(plan)
    return report


def _opening_time(day: date) -> datetime:
    return datetime.combine(day, OPENING_TIME, tzinfo=clock.shop_zone())
