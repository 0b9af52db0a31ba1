"""Refunds of a part of a past order, and the content of their credit notes, by the functions of the payments."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from random import Random

from orders.models import PaymentMethod
from orders.payments.models import RefundRequestReason
from orders.payments.receipts.content import ReceiptContent, credit_note_content
from orders.payments.refundable import RefundItems, amounts_by_rate, split_total
from pizzeria.demo.bulk_history.baskets import PricedOrder
from pizzeria.demo.bulk_history.copy_text import json_text, moment
from pizzeria.foundation.shop.selectors import ShopSnapshot

REASONS = {
    RefundRequestReason.WRONG_ITEM: 3,
    RefundRequestReason.MISSING_ITEM: 3,
    RefundRequestReason.QUALITY: 4,
    RefundRequestReason.LATE: 3,
}


@dataclass(frozen=True, slots=True)
class PartialRefund:
    """What a manager has refunded of an order: one unit of a line."""

    items: RefundItems
    amount: Decimal
    reason: RefundRequestReason


def partial_refund(priced: PricedOrder, rng: Random) -> PartialRefund | None:
    """Return a refund of one unit of any line; None: it costs nothing."""
    lines = split_total(priced.priced.trace).lines
    position = rng.randrange(len(lines))
    amount = lines[position][0]
    reason = rng.choices(list(REASONS), weights=list(REASONS.values()))[0]
    return PartialRefund(RefundItems(units={position: (0,)}), amount, reason) if amount else None


def credit_note_text(
    priced: PricedOrder,
    refund: PartialRefund | None,
    *,
    number: int,
    day: date,
    method: PaymentMethod,
    paid_at: int,
    refunded_at: int,
    shop: ShopSnapshot,
) -> str:
    """
    Return the content of a credit note as COPY has it.

    :param refund: None: the whole of the order
    """
    receipt = ReceiptContent(
        shop_name=shop.name,
        shop_address=shop.address,
        order_number=number,
        order_date=day,
        payment_method=method,
        paid_at=moment(paid_at),
        lines=priced.basket.receipt_lines,
        totals=priced.priced.totals,
    )
    content = credit_note_content(
        receipt,
        credited=(),
        amount=refund.amount if refund else priced.total,
        by_rate=amounts_by_rate(refund.items, priced.priced.trace) if refund else None,
        shop=shop,
        refunded_at=moment(refunded_at),
    )
    return json_text(content.model_dump(mode="json"))
