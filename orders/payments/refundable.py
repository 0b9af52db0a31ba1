"""
What can be refunded of an order: its total, split into the units of each line, the delivery fee and the tip.

    total = units + delivery fee + tip, to the minor unit

A unit is net of its share of the discount, and has its share of a tax that is added. An order that was placed before
the price trace was kept has no parts: only all that is left of it can be refunded.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from pydantic import BaseModel, ConfigDict

from orders.models import Order, OrderLine
from orders.payments.models import RefundRequest, RefundRequestState
from orders.price_trace import PriceTrace
from orders.totals import spread
from pizzeria.foundation.money import ZERO, format_amount
from pizzeria.foundation.refusals import Refusal


class NotRefundable(Refusal):
    """Refusal of what cannot be refunded, or not any more; `field` is "line_" and the position of the line, if any."""

    code = "not_refundable"
    status = 422


class RefundItems(BaseModel):
    """
    What a request refunds, as `RefundRequest.items` has it.

    :ivar units: which units of a line, counted from 0, by the line's position; they can differ by a minor unit
    :ivar rest: all that was left of an order without parts
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    units: dict[int, tuple[int, ...]] = {}
    fee: bool = False
    tip: bool = False
    rest: bool = False


@dataclass(frozen=True, slots=True)
class TotalParts:
    """
    An order's total in parts.

    :param lines: the amount of each unit of each line
    """

    lines: tuple[tuple[Decimal, ...], ...]
    fee: Decimal
    tip: Decimal


@dataclass(frozen=True, slots=True)
class RefundableLine:
    """
    A line of an order.

    :param quantity: as it was ordered
    :param units: the amount of each unit that can still be refunded, by its number
    """

    position: int
    name: str
    quantity: int
    units: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class Refundable:
    """
    What of an order is neither refunded nor requested to be.

    :param lines: all lines of an order with parts; none of one without
    :param fee: zero if there was none, or none is left
    :param left: what was paid, less refunds and requests that wait
    :param waiting: the sum of the requests that wait
    """

    has_parts: bool
    lines: tuple[RefundableLine, ...]
    fee: Decimal
    tip: Decimal
    left: Decimal
    waiting: Decimal


@dataclass(frozen=True, slots=True)
class RefundChoice:
    """
    What a manager chooses to refund.

    :param quantities: how many units of a line, by its position
    :param everything: all that is left; only of an order without parts
    """

    quantities: Mapping[int, int] = field(default_factory=dict)
    with_fee: bool = False
    with_tip: bool = False
    everything: bool = False


@dataclass(frozen=True, slots=True)
class PricedRefund:
    """
    A choice with its amount.

    :param lines: the amount of each chosen line, by its position
    """

    items: RefundItems
    amount: Decimal
    lines: Mapping[int, Decimal]


def split_total(trace: PriceTrace) -> TotalParts:
    """Return a total in parts, whose sum is the total. The tax of a rate is spread over what is taxed at it."""
    amounts = [line.total - line.discount for line in trace.lines]
    rates: list[Decimal | None] = [line.tax_rate for line in trace.lines]
    amounts.append(trace.delivery.amount if trace.delivery else ZERO)
    rates.append(trace.delivery.tax_rate if trace.delivery else None)
    bases = tuple(amounts)
    for tax in () if trace.tax_included else trace.taxes:
        taxed = [base if rate == tax.rate else ZERO for base, rate in zip(bases, rates, strict=True)]
        amounts = [amount + share for amount, share in zip(amounts, spread(tax.tax, over=taxed), strict=True)]
    *lines, fee = amounts
    return TotalParts(
        lines=tuple(
            tuple(spread(amount, over=[Decimal(1)] * line.quantity))
            for amount, line in zip(lines, trace.lines, strict=True)
        ),
        fee=fee,
        tip=trace.tip.amount if trace.tip else ZERO,
    )


def amounts_by_rate(items: RefundItems, trace: PriceTrace) -> dict[Decimal, Decimal]:
    """Return what a refund gives back at each tax rate, the tax included, of an order with parts; tips have no rate."""
    parts = split_total(trace)
    amounts: dict[Decimal, Decimal] = {}
    for position, units in items.units.items():
        rate, line = trace.lines[position].tax_rate, parts.lines[position]
        amounts[rate] = amounts.get(rate, ZERO) + sum((line[unit] for unit in units), ZERO)
    if items.fee and trace.delivery:
        amounts[trace.delivery.tax_rate] = amounts.get(trace.delivery.tax_rate, ZERO) + parts.fee
    return amounts


def refundable_of(order: Order) -> Refundable:
    """Return what can be refunded of an order, of which a command holds the lock. Two queries: requests and lines."""
    requests = list(RefundRequest.objects.standing().filter(order=order).order_by("pk"))
    waiting = sum((each.amount for each in requests if each.state == RefundRequestState.WAITING), ZERO)
    left = order.amount_kept - waiting
    if order.price_trace is None:
        return Refundable(has_parts=False, lines=(), fee=ZERO, tip=ZERO, left=left, waiting=waiting)
    parts = split_total(PriceTrace.model_validate(order.price_trace))
    taken = [RefundItems.model_validate(each.items) for each in requests]
    return Refundable(
        has_parts=True,
        lines=tuple(
            _refundable_line(line, units, taken) for line, units in zip(order.lines.all(), parts.lines, strict=True)
        ),
        fee=ZERO if any(items.fee for items in taken) else parts.fee,
        tip=ZERO if any(items.tip for items in taken) else parts.tip,
        left=left,
        waiting=waiting,
    )


def price_refund(refundable: Refundable, choice: RefundChoice) -> PricedRefund:
    """
    Return a choice with its amount.

    :raises NotRefundable: something of it cannot be refunded (any more), or it comes to nothing
    """
    if choice.everything or not refundable.has_parts:
        return _price_rest(refundable, choice)
    chosen = {position: quantity for position, quantity in choice.quantities.items() if quantity}
    lines = {line.position: line for line in refundable.lines}
    units = {position: _take(lines.get(position), position, quantity) for position, quantity in chosen.items()}
    if (choice.with_fee and not refundable.fee) or (choice.with_tip and not refundable.tip):
        raise NotRefundable(_("The delivery fee or the tip cannot be refunded any more."))
    amounts = {position: sum(taken.values(), ZERO) for position, taken in units.items()}
    fee = refundable.fee if choice.with_fee else ZERO
    tip = refundable.tip if choice.with_tip else ZERO
    items = RefundItems(
        units={position: tuple(taken) for position, taken in units.items()},
        fee=choice.with_fee,
        tip=choice.with_tip,
    )
    return _refuse_wrong_amount(PricedRefund(items, sum(amounts.values(), fee + tip), amounts), left=refundable.left)


def items_text(request: RefundRequest) -> str:
    """Return what a request refunds, for managers. One query: the lines."""
    items = RefundItems.model_validate(request.items)
    names = {line.position: _line_name(line) for line in request.order.lines.all()}
    texts = [f"{len(units)} × {names[position]}" for position, units in items.units.items()]
    texts += [_("delivery fee")] if items.fee else []
    texts += [_("tip")] if items.tip else []
    texts += [_("all that was left")] if items.rest else []
    return ", ".join(texts)


def _refundable_line(line: OrderLine, units: tuple[Decimal, ...], taken: list[RefundItems]) -> RefundableLine:
    gone = {unit for items in taken for unit in items.units.get(line.position, ())}
    return RefundableLine(
        position=line.position,
        name=_line_name(line),
        quantity=line.quantity,
        units={unit: amount for unit, amount in enumerate(units) if unit not in gone},
    )


def _line_name(line: OrderLine) -> str:
    return f"{line.name}, {line.size_name}" if line.size_name else line.name


def _take(line: RefundableLine | None, position: int, quantity: int) -> dict[int, Decimal]:
    """Return the first units of a line that are left, with their amounts."""
    left = len(line.units) if line else 0
    if line is None or not 0 < quantity <= left:
        message = ngettext(
            "%(count)d of it can still be refunded.", "%(count)d of them can still be refunded.", left
        ) % {"count": left}
        raise NotRefundable(message, field=f"line_{position}")
    return dict(list(line.units.items())[:quantity])


def _price_rest(refundable: Refundable, choice: RefundChoice) -> PricedRefund:
    if refundable.has_parts:
        raise NotRefundable(_("Please choose what is refunded."))
    if choice.quantities or choice.with_fee or choice.with_tip:
        raise NotRefundable(_("Of this order only all that is left can be refunded: its parts were not recorded."))
    items = RefundItems(rest=choice.everything)
    amount = refundable.left if choice.everything else ZERO
    return _refuse_wrong_amount(PricedRefund(items, amount, {}), left=refundable.left)


def _refuse_wrong_amount(priced: PricedRefund, *, left: Decimal) -> PricedRefund:
    items = priced.items
    if not (items.units or items.fee or items.tip or items.rest):
        raise NotRefundable(_("Please choose what is refunded."))
    if priced.amount > left:
        message = _("That is %(amount)s, and only %(left)s of what was paid is left.")
        raise NotRefundable(message % {"amount": format_amount(priced.amount), "left": format_amount(left)})
    if not priced.amount:
        raise NotRefundable(_("Nothing was paid for what you chose."))
    return priced
