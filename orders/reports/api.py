"""
API endpoints of the reports. Each is of whole business days of the shop; the present day counts as far as it has come.
"""

from datetime import date
from typing import Annotated

from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja import Query, Router

from orders.reports import schemas, selectors
from orders.reports.periods import Grain, Period
from pizzeria.foundation import clock
from pizzeria.foundation.api_auth import requires_scope
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.scopes import Scope

MAX_DAYS = 3653  # ten years
MAX_DAYS_BY_HOUR = 366
FIRST_YEAR, LAST_YEAR = 2000, 2199

router = Router(tags=["reports"], auth=requires_scope(Scope.REPORTS_READ))

FirstDay = Annotated[
    date | None, Query(None, alias="from", description="First business day; absent: the last", examples=["2026-11-16"])
]
LastDay = Annotated[
    date | None,
    Query(None, alias="to", description="Last business day, included; absent: the present", examples=["2026-11-22"]),
]


class InvalidPeriod(Refusal):
    """A range of days that no report has."""

    code = "invalid_period"
    status = 422


@router.get("/overview", response=schemas.OverviewRecord, summary="Orders, sales and revenue")
def overview(request: HttpRequest, first: FirstDay = None, last: LastDay = None) -> schemas.OverviewRecord:
    """Return the figures of some business days at a glance: orders, revenue, average order value, promises kept."""
    return schemas.OverviewRecord.of(selectors.overview(_period(first, last), at=clock.now()))


@router.get("/time-series", response=schemas.TimeSeriesRecord, summary="Orders, sales and revenue over time")
def time_series(
    request: HttpRequest, first: FirstDay = None, last: LastDay = None, grain: Grain = Grain.DAY
) -> schemas.TimeSeriesRecord:
    """Return orders, sales and revenue of each hour, day, ISO week or month; of hours for 366 days at most."""
    period = _period(first, last, max_days=MAX_DAYS_BY_HOUR if grain == Grain.HOUR else MAX_DAYS)
    points = selectors.time_series(period, grain=grain, at=clock.now())
    return schemas.TimeSeriesRecord(grain=grain, points=[schemas.SeriesPointRecord.of(point) for point in points])


@router.get("/pizzas", response=list[schemas.PopularPizza], summary="Popular pizzas")
def pizzas(
    request: HttpRequest,
    first: FirstDay = None,
    last: LastDay = None,
    limit: Annotated[int, Query(ge=1, le=100, description="The most popular ones only")] = 10,
) -> list[schemas.PopularPizza]:
    """Return the pizzas that were sold most, without cancelled orders."""
    found = selectors.pizzas(_period(first, last), at=clock.now())[:limit]
    return [
        schemas.PopularPizza(slug=each.slug, name=each.name, quantity=each.quantity, sales=each.sales) for each in found
    ]


@router.get("/peak-hours", response=list[schemas.PeakHourRecord], summary="Peak hours")
def peak_hours(request: HttpRequest, first: FirstDay = None, last: LastDay = None) -> list[schemas.PeakHourRecord]:
    """Return the hours of the week in which orders were placed, from Monday on; hours without orders are left out."""
    found = selectors.peak_hours(_period(first, last), at=clock.now())
    return [
        schemas.PeakHourRecord(weekday=each.weekday, hour=each.hour, total_orders=each.orders, sales=each.sales)
        for each in found
    ]


def _period(first: date | None, last: date | None, *, max_days: int = MAX_DAYS) -> Period:
    """
    Return the period of two days.

    :raises InvalidPeriod: it ends before it begins, is too long, or is in another century
    """
    last = last or clock.business_date(clock.now())
    first = first or last
    if last < first:
        raise InvalidPeriod(_("The last day is before the first."), field="to")
    if not (first.year >= FIRST_YEAR and last.year <= LAST_YEAR):
        raise InvalidPeriod(
            _("There are reports from %(first)d to %(last)d.") % {"first": FIRST_YEAR, "last": LAST_YEAR}, field="from"
        )
    period = Period(first, last)
    if period.days > max_days:
        raise InvalidPeriod(_("That is too long: %(most)d days at most, please.") % {"most": max_days}, field="to")
    return period
