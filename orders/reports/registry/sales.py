"""Reports of what was sold: the overview, the time series, the products, the statuses and the peak hours."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.dates import WEEKDAYS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django_stubs_ext import StrOrPromise

from orders.reports import selectors
from orders.reports.charts import MAX_COLUMNS, Chart, Point, bar_chart, column_chart, heat_map
from orders.reports.comparison import Figure, Wish
from orders.reports.figures import PeakHour, ProductFigures, SeriesPoint, StatusFigures, percent
from orders.reports.forms import SeriesForm
from orders.reports.periods import Grain
from orders.reports.query import PeriodSelector, ReportQuery, SeriesMeasure
from orders.reports.registry.hours import hours_between
from orders.reports.registry.report import Report
from orders.reports.registry.writing import count_text, money_axis, money_text, money_tick
from orders.reports.tables import CellKind, Column, TableSpec, format_cell
from pizzeria.foundation import clock
from pizzeria.foundation.money import ZERO

TWO_DAYS, A_WEEK, A_YEAR = 2, 7, 366  # in days

SALES_RULE = gettext_lazy(
    "Sales are the totals of orders that are not cancelled, on the business day on which they were placed."
)
REVENUE_RULE = gettext_lazy(
    "Revenue is what was captured less what was refunded, of orders that are not cancelled. A capture counts on the "
    "business day on which it was made, and a refund on its own."
)

# Overview


def overview_figures(query: ReportQuery) -> list[Figure]:
    overview = query.read(selectors.overview)
    return [
        Figure(_("Sales"), overview.sales, CellKind.MONEY),
        Figure(_("Revenue"), overview.revenue, CellKind.MONEY),
        Figure(_("Orders"), overview.orders),
        Figure(_("Average order"), overview.average_order_value, CellKind.MONEY),
        Figure(_("Pizzas"), overview.pizzas),
        Figure(_("Promises kept"), overview.promises_kept_percent, CellKind.PERCENT),
        Figure(_("Pickups"), overview.pickups, wish=Wish.NEITHER),
        Figure(_("Deliveries"), overview.deliveries, wish=Wish.NEITHER),
        Figure(_("Cancelled"), overview.cancelled, wish=Wish.LESS),
        Figure(_("Refunded"), overview.refunded, CellKind.MONEY, Wish.LESS),
        Figure(_("Discounts"), overview.discounts, CellKind.MONEY, Wish.NEITHER),
        Figure(_("Delivery fees"), overview.delivery_fees, CellKind.MONEY, Wish.NEITHER),
        Figure(_("Tips"), overview.tips, CellKind.MONEY),
    ]


# Time series

MEASURES = {
    SeriesMeasure.SALES: gettext_lazy("Sales"),
    SeriesMeasure.REVENUE: gettext_lazy("Revenue"),
    SeriesMeasure.ORDERS: gettext_lazy("Orders"),
}
GRAINS = {
    Grain.HOUR: gettext_lazy("hour"),
    Grain.DAY: gettext_lazy("day"),
    Grain.WEEK: gettext_lazy("week"),
    Grain.MONTH: gettext_lazy("month"),
}
INTERVALS = {
    Grain.HOUR: gettext_lazy("Hour, on the shop's clock"),
    Grain.DAY: gettext_lazy("Business day"),
    Grain.WEEK: gettext_lazy("ISO week"),
    Grain.MONTH: gettext_lazy("Month"),
}


def series(query: ReportQuery) -> list[SeriesPoint]:
    return selectors.time_series(query.period, grain=query.grain, at=query.at)


def interval_name(point: SeriesPoint, grain: Grain) -> str:
    match grain:
        case Grain.HOUR:
            return format_cell(point.hour, CellKind.TIME)
        case Grain.DAY:
            return format_cell(point.first, CellKind.DAY)
        case Grain.WEEK:
            year, week, _day = point.first.isocalendar()
            return f"{year}-W{week:02}"
        case Grain.MONTH:
            return date_format(point.first, "F Y")


def _tick(point: SeriesPoint, query: ReportQuery) -> str:
    """Return what is at the axis of the chart; blank for the days between two months, and hours between two days."""
    is_long = query.period.days > A_YEAR
    match query.grain:
        case Grain.HOUR:
            return _hour_tick(point, query)
        case Grain.DAY:
            return _day_tick(point, query)
        case Grain.WEEK:
            week = interval_name(point, Grain.WEEK)
            return week if is_long else week.partition("-")[2]
        case Grain.MONTH:
            return date_format(point.first, "M Y" if is_long else "M")


def _hour_tick(point: SeriesPoint, query: ReportQuery) -> str:
    if point.hour is None:
        return ""
    local = point.hour.astimezone(clock.shop_zone())
    if query.period.days <= TWO_DAYS:
        return date_format(local, "H:i")
    return date_format(local, "D j M") if local.hour == settings.SHOP_DAY_ENDS.hour else ""


def _day_tick(point: SeriesPoint, query: ReportQuery) -> str:
    if query.period.days <= A_WEEK:
        return date_format(point.first, "D j")
    if query.period.days <= MAX_COLUMNS:
        return date_format(point.first, "j M")
    return date_format(point.first, "M Y") if point.first.day == 1 else ""


def series_columns(query: ReportQuery) -> list[Column[SeriesPoint]]:
    match query.grain:
        case Grain.HOUR:
            interval = [Column[SeriesPoint](INTERVALS[Grain.HOUR], lambda point: point.hour, CellKind.TIME)]
        case Grain.DAY:
            interval = [Column[SeriesPoint](INTERVALS[Grain.DAY], lambda point: point.first, CellKind.DAY)]
        case grain:
            interval = [
                Column(INTERVALS[grain], lambda point: interval_name(point, grain)),
                Column(_("First day"), lambda point: point.first, CellKind.DAY),
                Column(_("Last day"), lambda point: point.last, CellKind.DAY),
            ]
    return [
        *interval,
        Column(_("Orders"), lambda point: point.orders, CellKind.COUNT, is_summed=True),
        Column(_("Sales"), lambda point: point.sales, CellKind.MONEY, is_summed=True),
        Column(_("Revenue"), lambda point: point.revenue, CellKind.MONEY, is_summed=True),
    ]


def series_chart(query: ReportQuery, rows: Sequence[SeriesPoint]) -> Chart:
    name, is_money = str(MEASURES[query.measure]), query.measure is not SeriesMeasure.ORDERS
    points = [
        Point(interval_name(row, query.grain), getattr(row, query.measure.value), _tick(row, query)) for row in rows
    ]
    return column_chart(
        points,
        title=_("%(measure)s by %(interval)s") % {"measure": name, "interval": GRAINS[query.grain]},
        axis=str(INTERVALS[query.grain]),
        value_axis=money_axis(name) if is_money else name,
        write=money_text if is_money else count_text,
        write_tick=money_tick if is_money else count_text,
    )


SERIES_TABLE = TableSpec(
    slug="series",
    caption=gettext_lazy("Orders, sales and revenue"),
    rows=series,
    columns=series_columns,
    chart=series_chart,
)


def series_figures(query: ReportQuery) -> list[Figure]:
    return overview_figures(query)[:4]


# Products


def product_table(
    slug: str, caption: StrOrPromise, column: StrOrPromise, selector: PeriodSelector[list[ProductFigures]]
) -> TableSpec[ProductFigures]:
    def chart(query: ReportQuery, rows: Sequence[ProductFigures]) -> Chart | None:
        points = [Point(row.name, row.quantity) for row in rows]
        return bar_chart(points, title=str(caption), value_axis=_("Sold (pieces)"), write=count_text)

    return TableSpec(
        slug=slug,
        caption=caption,
        rows=lambda query: query.read(selector),
        columns=lambda _query: (
            Column(column, lambda row: row.name),
            Column(gettext_lazy("Sold"), lambda row: row.quantity, CellKind.COUNT, is_summed=True),
            Column(gettext_lazy("Sales"), lambda row: row.sales, CellKind.MONEY, is_summed=True),
        ),
        chart=chart,
    )


def product_figures(query: ReportQuery) -> list[Figure]:
    items, overview = query.read(selectors.simple_items), query.read(selectors.overview)
    return [
        Figure(_("Pizzas"), overview.pizzas),
        Figure(_("Sales of pizzas"), sum((row.sales for row in query.read(selectors.pizzas)), ZERO), CellKind.MONEY),
        Figure(_("Drinks, sides and desserts"), sum(row.quantity for row in items)),
        Figure(_("Sales of these"), sum((row.sales for row in items), ZERO), CellKind.MONEY),
    ]


# Statuses


def status_figures(query: ReportQuery) -> list[Figure]:
    overview = query.read(selectors.overview)
    placed = overview.orders + overview.cancelled
    return [
        Figure(_("Orders placed"), placed),
        Figure(_("Cancelled"), overview.cancelled, wish=Wish.LESS),
        Figure(_("Cancelled of all"), percent(overview.cancelled, placed), CellKind.PERCENT, Wish.LESS),
    ]


def status_chart(query: ReportQuery, rows: Sequence[StatusFigures]) -> Chart | None:
    points = [Point(row.status.label.capitalize(), row.orders) for row in rows]
    return bar_chart(points, title=_("Orders by status"), value_axis=_("Orders"), write=count_text)


# Peak hours


def peak_chart(query: ReportQuery, rows: Sequence[PeakHour]) -> Chart:
    return heat_map(
        {(row.weekday, row.hour): row.orders for row in rows},
        hours=hours_between([row.hour for row in rows]),
        title=_("Orders by weekday and hour"),
        legend=_("Orders; hours on the shop's clock"),
        write=count_text,
    )


def peak_hour_text(row: PeakHour) -> str:
    """Return an hour; after midnight it says so, as its weekday is that of the evening before."""
    begin = f"{row.hour:02}:00"
    return _("%(hour)s (after midnight)") % {"hour": begin} if row.hour < settings.SHOP_DAY_ENDS.hour else begin


OVERVIEW = Report(
    slug="overview",
    title=gettext_lazy("Overview"),
    summary=gettext_lazy("All key figures at a glance"),
    explanation=(
        SALES_RULE,
        REVENUE_RULE,
        gettext_lazy("The average order is the sales by the number of orders."),
        gettext_lazy(
            "A promise is the first time that the guest was given. It is kept if a pickup was ready, or a delivery was "
            "handed over, by its end."
        ),
    ),
    figures=overview_figures,
    tables=(SERIES_TABLE,),
)

SERIES = Report(
    slug="series",
    title=gettext_lazy("Over time"),
    summary=gettext_lazy("Sales, revenue and orders by hour, day, week or month"),
    explanation=(
        SALES_RULE,
        REVENUE_RULE,
        gettext_lazy("Orders are those that are not cancelled, in the interval in which they were placed."),
        gettext_lazy("Weeks are those of ISO 8601, which begin on a Monday. Intervals without orders are shown, too."),
    ),
    figures=series_figures,
    tables=(SERIES_TABLE,),
    form=SeriesForm,
)

PRODUCTS = Report(
    slug="products",
    title=gettext_lazy("Products"),
    summary=gettext_lazy("Best sellers: pizzas, drinks and sides, sizes, toppings"),
    explanation=(
        gettext_lazy("What was sold in orders that are not cancelled, by the business day of the order."),
        gettext_lazy("Sales of a product are its prices in the orders, before discounts, delivery fees and tips."),
        gettext_lazy("Toppings are those that guests added; the sales of a pizza include them."),
    ),
    figures=product_figures,
    tables=(
        product_table("pizzas", gettext_lazy("Pizzas"), gettext_lazy("Pizza"), selectors.pizzas),
        product_table(
            "items", gettext_lazy("Drinks, sides and desserts"), gettext_lazy("Item"), selectors.simple_items
        ),
        product_table("sizes", gettext_lazy("Sizes of pizzas"), gettext_lazy("Size"), selectors.sizes),
        product_table("toppings", gettext_lazy("Added toppings"), gettext_lazy("Topping"), selectors.toppings),
    ),
)

STATUSES = Report(
    slug="statuses",
    title=gettext_lazy("Statuses"),
    summary=gettext_lazy("Where the orders are by now"),
    explanation=(
        gettext_lazy("All orders that were placed in the period, cancelled ones included, by the status of now."),
        gettext_lazy("The total is of the orders as they were placed."),
    ),
    figures=status_figures,
    tables=(
        TableSpec(
            slug="statuses",
            caption=gettext_lazy("Orders by status"),
            rows=lambda query: query.read(selectors.statuses),
            columns=lambda _query: (
                Column(gettext_lazy("Status"), lambda row: row.status.label.capitalize()),
                Column(gettext_lazy("Orders"), lambda row: row.orders, CellKind.COUNT, is_summed=True),
                Column(gettext_lazy("Total"), lambda row: row.total, CellKind.MONEY, is_summed=True),
            ),
            chart=status_chart,
        ),
    ),
)

PEAK_HOURS = Report(
    slug="peak-hours",
    title=gettext_lazy("Peak hours"),
    summary=gettext_lazy("When the orders come in: weekday by hour"),
    explanation=(
        gettext_lazy("Orders that are not cancelled, by the hour in which they were placed, on the shop's clock."),
        gettext_lazy("The weekday is that of the business day: what is ordered after midnight belongs to the evening."),
        SALES_RULE,
    ),
    figures=series_figures,
    tables=(
        TableSpec(
            slug="hours",
            caption=gettext_lazy("Orders and sales by weekday and hour"),
            rows=lambda query: query.read(selectors.peak_hours),
            columns=lambda _query: (
                Column(gettext_lazy("Weekday"), lambda row: str(WEEKDAYS[row.weekday])),
                Column(gettext_lazy("From"), peak_hour_text),
                Column(gettext_lazy("Orders"), lambda row: row.orders, CellKind.COUNT, is_summed=True),
                Column(gettext_lazy("Sales"), lambda row: row.sales, CellKind.MONEY, is_summed=True),
            ),
            chart=peak_chart,
        ),
    ),
)
