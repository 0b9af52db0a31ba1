"""Reports about guests: the best customers, the coupons and the cancellations."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from orders.reports import selectors
from orders.reports.charts import Chart, Point, bar_chart
from orders.reports.comparison import Figure, Wish
from orders.reports.figures import CancellationFigures, CouponFigures, CustomerFigures
from orders.reports.query import ReportQuery
from orders.reports.registry.report import Report
from orders.reports.registry.writing import count_text, money_axis, money_text
from orders.reports.tables import CellKind, Column, TableSpec
from pizzeria.foundation.money import ZERO

# Top customers


def customer_figures(query: ReportQuery) -> list[Figure]:
    rows = query.read(selectors.top_customers)
    return [
        Figure(_("Orders of these"), sum(row.orders for row in rows)),
        Figure(_("Sales to these"), sum((row.sales for row in rows), ZERO), CellKind.MONEY),
        Figure(_("VIPs among them"), sum(row.is_vip for row in rows)),
    ]


def customer_chart(query: ReportQuery, rows: Sequence[CustomerFigures]) -> Chart | None:
    points = [Point(_name(row), row.sales) for row in rows]
    return bar_chart(points, title=_("Sales by customer"), value_axis=money_axis(_("Sales")), write=money_text)


def _name(row: CustomerFigures) -> str:
    return row.name or _("Without a name")


CUSTOMERS = Report(
    slug="customers",
    title=gettext_lazy("Top customers"),
    summary=gettext_lazy("The fifty best customers, and who is a VIP"),
    explanation=(
        gettext_lazy("The fifty customers with an account who ordered for the largest totals; guests are not counted."),
        gettext_lazy("Orders are those that are not cancelled."),
        gettext_lazy(
            "A VIP has as many orders in the 365 days up to the end of the period as the shop's settings ask for."
        ),
    ),
    figures=customer_figures,
    tables=(
        TableSpec(
            slug="customers",
            caption=gettext_lazy("Top customers"),
            rows=lambda query: query.read(selectors.top_customers),
            columns=lambda _query: (
                Column(
                    gettext_lazy("Customer"),
                    _name,
                    link=lambda row: reverse("admin:customers_customer_change", args=[row.customer_id]),
                ),
                Column(gettext_lazy("VIP"), lambda row: _("VIP") if row.is_vip else ""),
                Column(gettext_lazy("Orders"), lambda row: row.orders, CellKind.COUNT, is_summed=True),
                Column(gettext_lazy("Sales"), lambda row: row.sales, CellKind.MONEY, is_summed=True),
                Column(gettext_lazy("Last ordered"), lambda row: row.last_ordered, CellKind.DAY),
            ),
            chart=customer_chart,
        ),
    ),
    names_people=True,
)

# Coupons


def coupon_figures(query: ReportQuery) -> list[Figure]:
    rows = query.read(selectors.coupons)
    return [
        Figure(_("Uses"), sum(row.uses for row in rows)),
        Figure(_("Discounts"), sum((row.discount for row in rows), ZERO), CellKind.MONEY, Wish.NEITHER),
        Figure(_("Sales with a coupon"), sum((row.sales for row in rows), ZERO), CellKind.MONEY),
    ]


def coupon_chart(query: ReportQuery, rows: Sequence[CouponFigures]) -> Chart | None:
    points = [Point(row.code, row.uses) for row in rows]
    return bar_chart(points, title=_("Uses by coupon"), value_axis=_("Orders with the coupon"), write=count_text)


COUPONS = Report(
    slug="coupons",
    title=gettext_lazy("Coupons"),
    summary=gettext_lazy("What each coupon brought and cost"),
    explanation=(
        gettext_lazy("Uses are orders with the coupon that are not cancelled; sales are the totals of these orders."),
        gettext_lazy("The discount is what the coupon took off."),
    ),
    figures=coupon_figures,
    tables=(
        TableSpec(
            slug="coupons",
            caption=gettext_lazy("Coupons"),
            rows=lambda query: query.read(selectors.coupons),
            columns=lambda _query: (
                Column(gettext_lazy("Coupon"), lambda row: row.code),
                Column(gettext_lazy("Uses"), lambda row: row.uses, CellKind.COUNT, is_summed=True),
                Column(gettext_lazy("Discount"), lambda row: row.discount, CellKind.MONEY, is_summed=True),
                Column(gettext_lazy("Sales"), lambda row: row.sales, CellKind.MONEY, is_summed=True),
            ),
            chart=coupon_chart,
        ),
    ),
)

# Cancellations


def cancellation_figures(query: ReportQuery) -> list[Figure]:
    rows = query.read(selectors.cancellations)
    return [
        Figure(_("Cancelled"), sum(row.orders for row in rows), wish=Wish.LESS),
        Figure(_("Totals of these"), sum((row.total for row in rows), ZERO), CellKind.MONEY, Wish.LESS),
        Figure(_("Refunded of these"), sum((row.refunded for row in rows), ZERO), CellKind.MONEY, Wish.LESS),
    ]


def cancellation_chart(query: ReportQuery, rows: Sequence[CancellationFigures]) -> Chart | None:
    points = [Point(_reason(row), row.orders) for row in rows]
    return bar_chart(points, title=_("Cancelled orders by reason"), value_axis=_("Orders"), write=count_text)


def _reason(row: CancellationFigures) -> str:
    label = str(row.reason.label)
    return label[:1].upper() + label[1:]


CANCELLATIONS = Report(
    slug="cancellations",
    title=gettext_lazy("Cancellations"),
    summary=gettext_lazy("Why orders were cancelled"),
    explanation=(
        gettext_lazy("Orders that were placed in the period and are cancelled, by the reason that was given."),
        gettext_lazy("The total is that of the orders as they were placed; refunded is what went back of it by now."),
    ),
    figures=cancellation_figures,
    tables=(
        TableSpec(
            slug="reasons",
            caption=gettext_lazy("Cancelled orders by reason"),
            rows=lambda query: query.read(selectors.cancellations),
            columns=lambda _query: (
                Column(gettext_lazy("Reason"), _reason),
                Column(gettext_lazy("Orders"), lambda row: row.orders, CellKind.COUNT, is_summed=True),
                Column(gettext_lazy("Total"), lambda row: row.total, CellKind.MONEY, is_summed=True),
                Column(gettext_lazy("Refunded"), lambda row: row.refunded, CellKind.MONEY, is_summed=True),
            ),
            chart=cancellation_chart,
        ),
    ),
)
