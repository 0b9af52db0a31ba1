"""A quote as the API shows it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from pydantic import Field

from orders import services
from orders.totals import AdjustmentKind, Totals, TotalsPart
from pizzeria.foundation.api.schemas import Amount, ResponseBody
from pizzeria.foundation.money import format_amount


class AdjustmentRecord(ResponseBody):
    kind: AdjustmentKind
    code: str = Field(description="Its source: a coupon's code, a delivery zone", examples=["FIRST10"])
    label: str = Field(description="For people", examples=["Delivery fee"])
    amount: Amount = Field(description="Negative: it is taken off", examples=["-10.00"])


class TaxRecord(ResponseBody):
    rate: Decimal = Field(description="Percent", examples=["10"])
    base: Amount
    tax: Amount


class PromiseRecord(ResponseBody):
    """When the customer gets the order, at the counter or at the door: between two moments."""

    earliest: datetime
    latest: datetime


class TotalsRecord(ResponseBody):
    lines_total: Amount
    adjustments: list[AdjustmentRecord] = Field(description="Discount, delivery fee and tip")
    tax_lines: list[TaxRecord]
    tax_included: bool = Field(description="Whether the tax is included in the prices")
    total: Amount = Field(description="What is to be paid", examples=["36.48"])
    total_amount: str = Field(description="The total for people", examples=["$36.48"])
    currency: str = Field(description="ISO 4217", examples=["EUR"])


class QuotedLine(ResponseBody):
    name: str
    size: str | None
    price: Amount = Field(description="Of one")
    quantity: int
    total: Amount


class QuoteRecord(TotalsRecord):
    lines: list[QuotedLine]
    trace: dict[str, Any] = Field(description="The steps of the computation, from which the total can be recomputed")
    accepts_orders: bool = Field(description="Whether the kitchen would accept this order now")
    message: str = Field(description="When it would be ready, or why it is not accepted, for people")
    promise: PromiseRecord | None = Field(description="Null: it is not accepted now")


def totals_fields(totals: Totals) -> dict[str, Any]:
    """Return the fields of a `TotalsRecord`."""
    return {
        "lines_total": totals.lines_total,
        "adjustments": [_adjustment(part) for part in totals.parts],
        "tax_lines": [TaxRecord.model_validate(line) for line in totals.tax_lines],
        "tax_included": totals.tax_included,
        "total": totals.total,
        "total_amount": format_amount(totals.total),
        "currency": settings.SHOP_CURRENCY,
    }


def quote_record(quote: services.OrderQuote) -> QuoteRecord:
    promise = quote.promise
    return QuoteRecord(
        **totals_fields(quote.basket.totals),
        lines=[
            QuotedLine(
                name=line.item.name,
                size=line.item.size.slug if line.item.size else None,
                price=line.item.unit_price,
                quantity=line.basket_line.quantity,
                total=line.total,
            )
            for line in quote.basket.lines
            if line.item
        ],
        trace=quote.basket.trace.model_dump(mode="json"),
        accepts_orders=quote.accepts_orders,
        message=quote.message,
        promise=PromiseRecord(earliest=promise.ready_from, latest=promise.ready_until) if promise else None,
    )


def _adjustment(part: TotalsPart) -> AdjustmentRecord:
    return AdjustmentRecord(kind=part.kind, code=part.code, label=part.label, amount=part.amount)
