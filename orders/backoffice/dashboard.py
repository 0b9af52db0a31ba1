"""The overview of managers: what needs a hand, then today's figures against those of a week before."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count
from django.utils.formats import date_format, number_format
from django.utils.translation import gettext as _

from orders.backoffice.attention import ConcernGroup, concerns
from orders.models import OPEN_STATUSES, Order, OrderStatus
from orders.permissions import SEE_ALL_ORDERS
from orders.reports import selectors as report_selectors
from orders.reports.figures import Durations, KitchenFigures, Overview
from orders.reports.periods import Period
from orders.reports.permissions import SEE_REPORTS
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.money import format_amount

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Figure:
    """
    One figure of today, as people read it.

    :ivar before: the same a week before; blank: there is none to compare with
    :ivar change: of it, such as "+12%"; blank: unknown, or none
    :ivar is_good: whether the change is one for the better; None: there is none
    """

    label: str
    value: str
    before: str = ""
    change: str = ""
    is_good: bool | None = None


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
    figures: Sequence[Figure]


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
    return Figures(today, last_week, until, [*compared(now, before), *_minutes(kitchen)])


def a_week_before(at: datetime) -> datetime:
    """Return when the shop's wall clock showed the same time a week before, also if the clocks changed meanwhile."""
    local = at.astimezone(clock.shop_zone())
    return datetime.combine(local.date() - A_WEEK, local.time(), tzinfo=local.tzinfo).astimezone(at.tzinfo)


def compared(now: Overview, before: Overview) -> list[Figure]:
    """Return the figures of a day beside those of another one."""
    return [
        _figure(_("Orders"), now.orders, before.orders, str),
        _figure(_("Revenue"), now.revenue, before.revenue, format_amount),
        _figure(_("Average order"), now.average_order_value, before.average_order_value, format_amount),
        _figure(_("Pizzas sold"), now.pizzas, before.pizzas, str),
        _figure(_("Promises kept"), now.promises_kept_percent, before.promises_kept_percent, _percent, points=True),
    ]


def _figure[N: (int, Decimal)](
    label: str, now: N | None, before: N | None, text: Callable[[N], str], *, points: bool = False
) -> Figure:
    """
    Return a figure, in which more is better.

    :param points: the change is a difference of percents
    """
    value = "–" if now is None else text(now)
    if now is None or before is None or not (points or before):
        return Figure(label, value, before="" if before is None else text(before))
    change = now - before if points else (now - before) * Decimal(100) / before
    rounded = round(change)
    sign = "+" if rounded > 0 else "−" if rounded < 0 else "±"
    unit = _("points") if points else "%"
    return Figure(
        label,
        value,
        before=text(before),
        change=f"{sign}{abs(rounded)} {unit}" if points else f"{sign}{abs(rounded)}{unit}",
        is_good=None if rounded == 0 else rounded > 0,
    )


def _percent(value: Decimal | int) -> str:
    return f"{number_format(value)}%"


def _minutes(kitchen: KitchenFigures) -> list[Figure]:
    return [
        Figure(_("Preparation"), _average(kitchen.preparation)),
        Figure(_("Delivery"), _average(kitchen.delivery)),
    ]


def _average(durations: Durations) -> str:
    if durations.average is None:
        return "–"
    return _("Ø %(minutes)s min") % {"minutes": number_format(durations.average)}


def day_text(day: date) -> str:
    """Return a day as the overview and the e-mail name it: Sunday 29 November."""
    return date_format(day, "l j F")
