"""The content of a receipt: a snapshot of what was bought, stored with its row, and what a refund takes of it."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal

from pydantic import BaseModel, ConfigDict

from orders.models import Order, PaymentMethod
from orders.totals import TaxLine, Totals, spread
from pizzeria.foundation.money import ZERO, rounded
from pizzeria.foundation.shop.selectors import ShopSnapshot


class ReceiptLine(BaseModel):
    """
    A line as it was ordered.

    :ivar size: its name; blank: it has no sizes
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    size: str
    quantity: int
    unit_price: Decimal
    total: Decimal


class ReceiptContent(BaseModel):
    """
    What is printed on a receipt or a credit note. It holds no personal data.

    :ivar paid_at: when the payment was captured or taken; on a credit note: when it was refunded
    :ivar lines: none on a credit note for a part of the receipt
    :ivar is_part: a credit note for a part of its receipt: the totals are the part's
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shop_name: str
    shop_address: str
    order_number: int
    order_date: date
    payment_method: PaymentMethod
    paid_at: datetime
    lines: tuple[ReceiptLine, ...]
    totals: Totals
    is_part: bool = False


def receipt_content(order: Order, *, shop: ShopSnapshot, paid_at: datetime) -> ReceiptContent:
    """Return the content of the receipt for a paid order. Two queries: lines, adjustments."""
    assert order.number and order.business_date, "placed orders only"
    return ReceiptContent(
        shop_name=shop.name,
        shop_address=shop.address,
        order_number=order.number,
        order_date=order.business_date,
        payment_method=PaymentMethod(order.payment_method),
        paid_at=paid_at,
        lines=tuple(
            ReceiptLine(
                name=line.name,
                size=line.size_name,
                quantity=line.quantity,
                unit_price=line.unit_price,
                total=line.total,
            )
            for line in order.lines.all()
        ),
        totals=order.totals,
    )


def credit_note_content(
    receipt: ReceiptContent,
    *,
    credited: Iterable[ReceiptContent],
    amount: Decimal,
    by_rate: Mapping[Decimal, Decimal] | None = None,
    shop: ShopSnapshot,
    refunded_at: datetime,
) -> ReceiptContent:
    """
    Return the content of a credit note: the receipt's own if the whole of it is refunded at once, else a part of it.

    :param credited: the earlier credit notes of the receipt
    :param amount: what is refunded, at most what they have left
    :param by_rate: what of it is refunded at each tax rate, the tax included; None: a part of everything
    """
    earlier = [content.totals for content in credited]
    is_part = bool(earlier) or amount != receipt.totals.total
    return receipt.model_copy(
        update={
            "shop_name": shop.name,
            "shop_address": shop.address,
            "paid_at": refunded_at,
            "lines": () if is_part else receipt.lines,
            "totals": part_of(receipt.totals, without=earlier, amount=amount, by_rate=by_rate)
            if is_part
            else receipt.totals,
            "is_part": is_part,
        }
    )


def part_of(
    totals: Totals, *, without: Iterable[Totals], amount: Decimal, by_rate: Mapping[Decimal, Decimal] | None = None
) -> Totals:
    """
    Return the totals of a part of some totals.

    If it is not known what of the amount was taxed at which rate, the amount is spread over what is left of each rate's
    gross, and of what is not taxed, by largest remainder. Of what is left of a rate's tax, the same share is taken as
    of its gross, half-up. So parts never exceed the whole, at any rate, and all of them together are the whole.

    :param without: the parts that were taken before
    :param amount: gross, at most what they have left
    :param by_rate: what of the amount was paid at each tax rate, the tax included; it is not counted if less is left
    """
    left = {line.rate: [_gross(line, totals), line.tax] for line in totals.tax_lines}
    untaxed = totals.total - sum((gross for gross, _tax in left.values()), ZERO)
    for part in without:
        untaxed -= part.total
        for line in part.tax_lines:
            gross = _gross(line, part)
            left[line.rate][0] -= gross
            left[line.rate][1] -= line.tax
            untaxed += gross
    if by_rate is not None and all(share <= left.get(rate, (ZERO,))[0] for rate, share in by_rate.items()):
        shares = [by_rate.get(rate, ZERO) for rate in left]
    else:
        *shares, _untaxed_share = spread(amount, over=[*(gross for gross, _tax in left.values()), untaxed])
    tax_lines = []
    for (rate, (gross, tax)), share in zip(left.items(), shares, strict=True):
        if share:
            share_of_tax = rounded(tax * share / gross)
            base = share if totals.tax_included else share - share_of_tax
            tax_lines.append(TaxLine(rate=rate, base=base, tax=share_of_tax))
    added_tax = ZERO if totals.tax_included else sum((line.tax for line in tax_lines), ZERO)
    return Totals(
        lines_total=amount - added_tax,
        adjustments=(),
        tax_lines=tuple(tax_lines),
        tax_included=totals.tax_included,
        total=amount,
    )


def _gross(line: TaxLine, totals: Totals) -> Decimal:
    """Return what was paid at a rate, its tax included."""
    return line.base if totals.tax_included else line.base + line.tax
