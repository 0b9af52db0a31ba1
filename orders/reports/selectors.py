"""Figures of the reports: each is read from the rollups, and from the source for the days that these do not hold."""

from datetime import date, datetime

from orders.reports.figures import (
    BookkeepingFigures,
    CancellationFigures,
    CouponFigures,
    CustomerFigures,
    DriverFigures,
    Durations,
    KitchenFigures,
    Overview,
    PeakHour,
    ProductFigures,
    SeriesPoint,
    StaffFigures,
    StatusFigures,
    TaxFigures,
)
from orders.reports.periods import Grain, Period


def overview(period: Period, *, at: datetime) -> Overview:
    return Overview()


def overview_of_day_until(day: date, *, until: datetime) -> Overview:
    return Overview()


def time_series(period: Period, *, grain: Grain, at: datetime) -> list[SeriesPoint]:
    return []


def pizzas(period: Period, *, at: datetime) -> list[ProductFigures]:
    return []


def simple_items(period: Period, *, at: datetime) -> list[ProductFigures]:
    return []


def sizes(period: Period, *, at: datetime) -> list[ProductFigures]:
    return []


def toppings(period: Period, *, at: datetime) -> list[ProductFigures]:
    return []


def statuses(period: Period, *, at: datetime) -> list[StatusFigures]:
    return []


def peak_hours(period: Period, *, at: datetime) -> list[PeakHour]:
    return []


def kitchen(period: Period, *, at: datetime) -> KitchenFigures:
    return KitchenFigures(None, 0, Durations(), Durations(), Durations(), 0, 0)


def kitchen_by_hour(period: Period, *, at: datetime) -> list[KitchenFigures]:
    return []


def staff(period: Period, *, at: datetime) -> list[StaffFigures]:
    return []


def drivers(period: Period, *, at: datetime) -> list[DriverFigures]:
    return []


def top_customers(period: Period, *, limit: int = 50, at: datetime) -> list[CustomerFigures]:
    return []


def coupons(period: Period, *, at: datetime) -> list[CouponFigures]:
    return []


def cancellations(period: Period, *, at: datetime) -> list[CancellationFigures]:
    return []


def bookkeeping(period: Period, *, at: datetime) -> list[BookkeepingFigures]:
    return []


def taxes(period: Period, *, at: datetime) -> list[TaxFigures]:
    return []
