"""Reports of how the work was done: the kitchen, the staff and the drivers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.reports import selectors
from orders.reports.charts import Chart, Point, bar_chart, column_chart
from orders.reports.comparison import Figure, Wish
from orders.reports.figures import DriverFigures, Durations, KitchenFigures, StaffFigures, percent
from orders.reports.query import ReportQuery
from orders.reports.registry.hours import hours_between
from orders.reports.registry.report import Report
from orders.reports.registry.writing import count_text, minutes_text
from orders.reports.tables import CellKind, Column, TableSpec
from pizzeria.foundation.money import ZERO

PROMISE_RULE = gettext_lazy(
    "A promise is the first time that the guest was given. It is kept if a pickup was ready, or a delivery was handed "
    "over, by its end; otherwise the order is late."
)

# Kitchen


@dataclass(frozen=True, slots=True)
class DurationRow:
    name: StrOrPromise
    durations: Durations


def duration_rows(query: ReportQuery) -> list[DurationRow]:
    kitchen = query.read(selectors.kitchen)
    return [
        DurationRow(gettext_lazy("Preparation: confirmed until ready"), kitchen.preparation),
        DurationRow(gettext_lazy("Cooking: in the oven"), kitchen.cooking),
        DurationRow(gettext_lazy("Delivery: on the way"), kitchen.delivery),
    ]


def kitchen_figures(query: ReportQuery) -> list[Figure]:
    kitchen = query.read(selectors.kitchen)
    return [
        Figure(_("Cooked"), kitchen.cooked),
        Figure(_("Preparation, average"), kitchen.preparation.average, CellKind.MINUTES, Wish.LESS),
        Figure(_("Preparation, 90% within"), kitchen.preparation.p90, CellKind.MINUTES, Wish.LESS),
        Figure(_("Delivery, average"), kitchen.delivery.average, CellKind.MINUTES, Wish.LESS),
        Figure(_("Late"), kitchen.late, wish=Wish.LESS),
        Figure(_("Promises kept"), kitchen.promises_kept_percent, CellKind.PERCENT),
    ]


def hour_chart(query: ReportQuery, rows: Sequence[KitchenFigures]) -> Chart:
    averages = {row.hour: row.preparation.average or ZERO for row in rows}
    points = [Point(f"{hour:02}:00", averages.get(hour, ZERO), f"{hour:02}") for hour in hours_between(averages)]
    return column_chart(
        points,
        title=_("Average preparation by hour"),
        axis=_("Hour of the order, on the shop's clock"),
        value_axis=_("Preparation (minutes)"),
        write=minutes_text,
        write_tick=count_text,
    )


def _hour_text(row: KitchenFigures) -> str:
    return f"{row.hour:02}:00"


def hour_columns(_query: ReportQuery) -> Sequence[Column[KitchenFigures]]:
    return (
        Column(gettext_lazy("Hour"), _hour_text),
        Column(gettext_lazy("Cooked"), lambda row: row.cooked, CellKind.COUNT),
        Column(gettext_lazy("Prep. average"), lambda row: row.preparation.average, CellKind.MINUTES),
        Column(gettext_lazy("Prep. median"), lambda row: row.preparation.median, CellKind.MINUTES),
        Column(gettext_lazy("Prep. 90% within"), lambda row: row.preparation.p90, CellKind.MINUTES),
        Column(gettext_lazy("Cooking average"), lambda row: row.cooking.average, CellKind.MINUTES),
        Column(gettext_lazy("Delivery average"), lambda row: row.delivery.average, CellKind.MINUTES),
        Column(gettext_lazy("Late"), lambda row: row.late, CellKind.COUNT),
        Column(gettext_lazy("Kept"), lambda row: row.promises_kept_percent, CellKind.PERCENT),
    )


KITCHEN = Report(
    slug="kitchen",
    title=gettext_lazy("Kitchen"),
    summary=gettext_lazy("Cooked, minutes, late, promises kept, by hour"),
    explanation=(
        gettext_lazy("Orders that were placed in the period and came out of the oven, by the hour of placing."),
        gettext_lazy(
            "Preparation (prep.) is from the confirmation until it is ready, without orders for later; cooking is from "
            "the start to the finish, and delivery from leaving the shop to handing over."
        ),
        gettext_lazy(
            "Durations are whole minutes, rounded down. Half of the orders took the median or less, and nine of ten "
            "the time of “90% within” or less."
        ),
        PROMISE_RULE,
    ),
    figures=kitchen_figures,
    tables=(
        TableSpec(
            slug="hours",
            caption=gettext_lazy("By the hour in which the order was placed"),
            rows=lambda query: query.read(selectors.kitchen_by_hour),
            columns=hour_columns,
            chart=hour_chart,
            total=lambda query: query.read(selectors.kitchen),
        ),
        TableSpec(
            slug="durations",
            caption=gettext_lazy("Durations"),
            rows=duration_rows,
            columns=lambda _query: (
                Column(gettext_lazy("Duration"), lambda row: str(row.name)),
                Column(gettext_lazy("Orders"), lambda row: row.durations.count, CellKind.COUNT),
                Column(gettext_lazy("Average"), lambda row: row.durations.average, CellKind.MINUTES),
                Column(gettext_lazy("Median"), lambda row: row.durations.median, CellKind.MINUTES),
                Column(gettext_lazy("90% within"), lambda row: row.durations.p90, CellKind.MINUTES),
            ),
        ),
    ),
)

# Staff


def staff_columns(query: ReportQuery) -> Sequence[Column[StaffFigures]]:
    columns: list[Column[StaffFigures]] = [
        Column(gettext_lazy("Name"), lambda row: row.name),
        Column(gettext_lazy("Cooked"), lambda row: row.cooked, CellKind.COUNT, is_summed=True),
        Column(gettext_lazy("In the oven"), lambda row: row.cooking_minutes, CellKind.MINUTES, is_summed=True),
        Column(gettext_lazy("Handed over"), lambda row: row.delivered, CellKind.COUNT, is_summed=True),
        Column(gettext_lazy("Done"), lambda row: row.done, CellKind.COUNT, is_summed=True),
        Column(gettext_lazy("Sales of these orders"), lambda row: row.sales, CellKind.MONEY),
    ]
    if query.shows_score:
        columns.append(Column(gettext_lazy("Score"), lambda row: row.score, CellKind.COUNT))
    return columns


def staff_figures(query: ReportQuery) -> list[Figure]:
    rows = query.read(selectors.staff)
    return [
        Figure(_("People at work"), len(rows), wish=Wish.NEITHER),
        Figure(_("Cooked"), sum(row.cooked for row in rows)),
        Figure(_("Handed over"), sum(row.delivered for row in rows)),
    ]


def staff_chart(query: ReportQuery, rows: Sequence[StaffFigures]) -> Chart | None:
    points = [Point(row.name, row.done) for row in sorted(rows, key=lambda row: -row.done)]
    return bar_chart(points, title=_("Done by each"), value_axis=_("Orders cooked and handed over"), write=count_text)


STAFF = Report(
    slug="staff",
    title=gettext_lazy("Staff"),
    summary=gettext_lazy("Who cooked and handed over how much"),
    explanation=(
        gettext_lazy("Cooked are the orders that somebody took out of the oven; handed over, at the counter or door."),
        gettext_lazy("In the oven are the minutes that these orders cooked, in all."),
        gettext_lazy("An order counts once in the sales of each person who worked on it, so these have no sum."),
        gettext_lazy(
            "The score of a day, if you want one, is min(100, orders done × 10 + sales of these orders / 10). It "
            "measures neither quality nor effort, and it depends on the shifts."
        ),
    ),
    figures=staff_figures,
    tables=(
        TableSpec(
            slug="staff",
            caption=gettext_lazy("Staff"),
            rows=lambda query: query.read(selectors.staff),
            columns=staff_columns,
            chart=staff_chart,
        ),
    ),
    names_people=True,
    offers_score=True,
)

# Drivers


def driver_figures(query: ReportQuery) -> list[Figure]:
    rows = query.read(selectors.drivers)
    promises, kept = sum(row.promises for row in rows), sum(row.promises_kept for row in rows)
    return [
        Figure(_("Delivered"), sum(row.delivered for row in rows)),
        Figure(_("Brought back"), sum(row.failed for row in rows), wish=Wish.LESS),
        Figure(_("Promises kept"), percent(kept, promises), CellKind.PERCENT),
        Figure(_("Cash taken"), sum((row.cash for row in rows), ZERO), CellKind.MONEY, Wish.NEITHER),
    ]


def driver_chart(query: ReportQuery, rows: Sequence[DriverFigures]) -> Chart | None:
    points = [Point(row.name, row.delivered) for row in sorted(rows, key=lambda row: -row.delivered)]
    return bar_chart(points, title=_("Deliveries by driver"), value_axis=_("Orders delivered"), write=count_text)


def driver_columns(_query: ReportQuery) -> Sequence[Column[Any]]:
    return (
        Column(gettext_lazy("Driver"), lambda row: row.name),
        Column(gettext_lazy("Delivered"), lambda row: row.delivered, CellKind.COUNT, is_summed=True),
        Column(gettext_lazy("Brought back"), lambda row: row.failed, CellKind.COUNT, is_summed=True),
        Column(gettext_lazy("Average"), lambda row: row.minutes.average, CellKind.MINUTES),
        Column(gettext_lazy("Median"), lambda row: row.minutes.median, CellKind.MINUTES),
        Column(gettext_lazy("90% within"), lambda row: row.minutes.p90, CellKind.MINUTES),
        Column(gettext_lazy("Kept"), lambda row: percent(row.promises_kept, row.promises), CellKind.PERCENT),
        Column(gettext_lazy("Cash taken"), lambda row: row.cash, CellKind.MONEY, is_summed=True),
    )


DRIVERS = Report(
    slug="drivers",
    title=gettext_lazy("Drivers"),
    summary=gettext_lazy("Deliveries, minutes on the way, cash"),
    explanation=(
        gettext_lazy("Delivered are the orders that were handed over at the door; the minutes are those on the way."),
        gettext_lazy("Brought back are the orders that could not be delivered."),
        PROMISE_RULE,
    ),
    figures=driver_figures,
    tables=(
        TableSpec(
            slug="drivers",
            caption=gettext_lazy("Drivers"),
            rows=lambda query: query.read(selectors.drivers),
            columns=driver_columns,
            chart=driver_chart,
        ),
    ),
    names_people=True,
)
