"""The reports as the API shows them."""

from datetime import date, datetime
from decimal import Decimal

from pydantic import Field

from orders.reports.figures import Overview, SeriesPoint
from orders.reports.periods import Grain
from pizzeria.foundation.api.schemas import Amount, ResponseBody


class OverviewRecord(ResponseBody):
    total_orders: int = Field(description="Placed in these days, and not cancelled", examples=[412])
    cancelled_orders: int = Field(examples=[9])
    pickups: int = Field(description="Of the orders", examples=[230])
    deliveries: int = Field(description="Of the orders", examples=[182])
    pizzas: int = Field(description="In the orders", examples=[731])
    sales: Amount = Field(description="Totals of the orders")
    average_order_value: Amount | None = Field(description="Sales by order; null: there are no orders")
    revenue: Amount = Field(description="Captured less refunded in these days, of orders that are not cancelled")
    captured: Amount
    refunded: Amount
    discounts: Amount = Field(description="What was taken off, not negative")
    delivery_fees: Amount
    tips: Amount
    promises_kept_percent: Decimal | None = Field(
        description="Of the orders that were ready or delivered; null: none was yet", examples=["94.2"]
    )

    @classmethod
    def of(cls, overview: Overview) -> "OverviewRecord":
        return cls(
            total_orders=overview.orders,
            cancelled_orders=overview.cancelled,
            pickups=overview.pickups,
            deliveries=overview.deliveries,
            pizzas=overview.pizzas,
            sales=overview.sales,
            average_order_value=overview.average_order_value,
            revenue=overview.revenue,
            captured=overview.captured,
            refunded=overview.refunded,
            discounts=overview.discounts,
            delivery_fees=overview.delivery_fees,
            tips=overview.tips,
            promises_kept_percent=overview.promises_kept_percent,
        )


class SeriesPointRecord(ResponseBody):
    first_day: date = Field(description="Business day", examples=["2026-11-16"])
    last_day: date = Field(description="The same for an hour or a day", examples=["2026-11-22"])
    begins: datetime | None = Field(description="Of an hour: when it began; else null")
    total_orders: int = Field(examples=[412])
    sales: Amount
    revenue: Amount

    @classmethod
    def of(cls, point: SeriesPoint) -> "SeriesPointRecord":
        return cls(
            first_day=point.first,
            last_day=point.last,
            begins=point.hour,
            total_orders=point.orders,
            sales=point.sales,
            revenue=point.revenue,
        )


class TimeSeriesRecord(ResponseBody):
    grain: Grain
    points: list[SeriesPointRecord] = Field(description="In order; also of intervals in which nothing happened")


class PopularPizza(ResponseBody):
    slug: str = Field(examples=["margherita"])
    name: str = Field(examples=["Margherita"])
    quantity: int = Field(examples=[120])
    sales: Amount = Field(description="By the prices of the lines, before discounts")


class PeakHourRecord(ResponseBody):
    weekday: int = Field(description="Of the business day: 0 is Monday", examples=[4])
    hour: int = Field(description="On the shop's wall clock", examples=[20])
    total_orders: int = Field(examples=[57])
    sales: Amount
