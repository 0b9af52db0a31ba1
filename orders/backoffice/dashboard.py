"""The overview of managers: what needs a hand, then today's figures against those of a week before."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count

from orders.models import OPEN_STATUSES, Order, OrderStatus
from orders.permissions import SEE_ALL_ORDERS
from orders.reports import selectors as report_selectors
from orders.reports.attention import ConcernGroup, concerns
from orders.reports.day_figures import FigureText, a_week_before, compared, minutes
from orders.reports.periods import Period
from orders.reports.permissions import SEE_REPORTS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class StatusCount:
    status: OrderStatus
    count: int


@dataclass(frozen=True, slots=True)
class Figures:
    """
    Today's figures.

    :ivar day: the business day
    :ivar compared_with: the same weekday a week before
    :ivar until: the time of that day up to which it is counted
    """

    day: date
    compared_with: date
    until: datetime
    figures: Sequence[FigureText]


@dataclass(frozen=True, slots=True)
class Dashboard:
    """
    What the first page of the admin shows above the list of apps.

    :ivar at: the moment at which it was so
    :ivar open_orders: None: the actor may not see orders
    :ivar today: None: the actor may not see reports
    """

    at: datetime
    groups: Sequence[ConcernGroup]
    open_orders: Sequence[StatusCount] | None
    today: Figures | None

    @property
    def open_count(self) -> int:
        return sum(row.count for row in self.open_orders or ())


def dashboard(*, by: Actor, at: datetime) -> Dashboard:
    """Return the overview for an actor. The number of queries does not depend on how many orders there are."""
    return Dashboard(
        at=at,
        groups=concerns(by=by, at=at),
        open_orders=_open_orders() if by.may(SEE_ALL_ORDERS) else None,
        today=_figures(at) if by.may(SEE_REPORTS) else None,
    )


def _open_orders() -> list[StatusCount]:
    """Return how many orders have each of the statuses of open orders, in their sequence. One query."""
    rows = Order.objects.filter(status__in=OPEN_STATUSES).order_by().values("status").annotate(count=Count("pk"))
    counts = {row["status"]: row["count"] for row in rows}
    return [StatusCount(status, counts.get(status, 0)) for status in OPEN_STATUSES]


def _figures(at: datetime) -> Figures:
    today, until = clock.business_date(at), a_week_before(at)
    last_week = clock.business_date(until)
    now = report_selectors.overview_of_day_until(today, until=at)
    before = report_selectors.overview_of_day_until(last_week, until=until)
    kitchen = report_selectors.kitchen(Period(today, today), at=at)
    return Figures(today, last_week, until, [*compared(now, before), *minutes(kitchen)])
