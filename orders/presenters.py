"""Text about an order for its guest: sentences about pizza, not about states."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from kitchen import slot_labels
from kitchen.models import FulfillmentMethod
from orders.models import CancelReason, Order, OrderStatus, PaymentFailure
from orders.price_trace import DeliveryStep, DiscountStep, LineStep, PriceTrace, TaxStep, TipStep
from pizzeria.foundation.money import format_amount

_CANCEL_SENTENCES = {  # for each CancelReason: shown to the guest when it has no note
    CancelReason.CHANGED_MIND: _lazy("As you wished. Another time!"),
    CancelReason.SOLD_OUT: _lazy("We are sorry: something in it ran out."),
    CancelReason.TOO_BUSY: _lazy("We are sorry: we could not have made it in time."),
    CancelReason.NOT_COLLECTED: _lazy("Nobody came for it, so we had to give it up."),
    CancelReason.NOBODY_HOME: _lazy("Nobody opened the door, so we had to take it back."),
    CancelReason.WRONG_ADDRESS: _lazy("We could not find the address, so we had to take it back."),
    CancelReason.PAYMENT_FAILED: _lazy("Payment failed. Nothing was charged."),
    CancelReason.OTHER: _lazy("We are sorry. Please call us."),
}

_REACHED_STEPS = {  # of an active order: the position of its current step
    OrderStatus.PENDING: 0,
    OrderStatus.CONFIRMED: 0,
    OrderStatus.COOKING: 1,
    OrderStatus.READY: 2,
    OrderStatus.DELIVERING: 3,
}


@dataclass(frozen=True, slots=True)
class TimelineStep:
    name: str
    at: datetime | None
    state: str  # "done", "now" or "later"


def order_headline(order: Order) -> str:
    """Return the order's status in a few words."""
    match order.status:
        case OrderStatus.PENDING:
            return _("Waiting for your payment")
        case OrderStatus.CONFIRMED if order.requested_for and not order.has_started:
            return _("We have your order for %(time)s") % {"time": wanted_text(order)}
        case OrderStatus.CONFIRMED:
            return _("We have your order")
        case OrderStatus.COOKING:
            return _("In the oven")
        case OrderStatus.READY:
            return _("Ready to go") if order.method == FulfillmentMethod.DELIVERY else _("Ready for you")
        case OrderStatus.DELIVERING:
            return _("On its way")
        case OrderStatus.DELIVERED:
            return _("Enjoy your meal!")
    return _("This order was cancelled")


def wanted_text(order: Order) -> str:
    """Return when the guest wants an order for later: "19:30", with its date if it is not the day of the order."""
    if order.requested_for is None or order.placed_at is None:
        return ""
    return slot_labels.label(order.requested_for, at=order.placed_at)


def status_message(order: Order) -> str:
    """Return a sentence about the next step, or about why the order was cancelled."""
    is_delivery = order.method == FulfillmentMethod.DELIVERY
    number = {"number": order.number}
    match order.status:
        case OrderStatus.PENDING:
            return _("We hold your place at the oven for a few minutes. Once it is paid, we begin.")
        case OrderStatus.CONFIRMED if order.requested_for and not order.has_started:
            return _confirmed_for_later(order)
        case OrderStatus.CONFIRMED if is_delivery:
            return _("It is in line for the oven. We bring it to you.")
        case OrderStatus.CONFIRMED:
            return _("It is in line for the oven. We will call “#%(number)d” at the counter.") % number
        case OrderStatus.COOKING:
            return _("It smells good already.")
        case OrderStatus.READY if is_delivery:
            return _("Out of the oven and packed. A driver takes it to you.")
        case OrderStatus.READY:
            return _("Ask for “#%(number)d” at the counter, while it is hot.") % number
        case OrderStatus.DELIVERING:
            return _("Your driver has left the shop.")
        case OrderStatus.DELIVERED:
            return _("Thank you, and see you soon.")
        case OrderStatus.CANCELLED if order.payment_failure and not order.contact.reason_note:
            return _("Payment failed: %(reason)s.") % {"reason": PaymentFailure(order.payment_failure).label}
        case OrderStatus.CANCELLED if order.contact.reason_note:
            return order.contact.reason_note
        case OrderStatus.CANCELLED:
            return str(_CANCEL_SENTENCES[CancelReason(order.cancel_reason)])
    return ""


def cook_text(name: str, *, is_cooking: bool) -> str:
    """Return who cooks an order, or who has cooked it."""
    return (_("%(name)s is making it.") if is_cooking else _("Made by %(name)s.")) % {"name": name}


def _confirmed_for_later(order: Order) -> str:
    values = {"time": wanted_text(order), "number": order.number}
    if order.method == FulfillmentMethod.DELIVERY:
        return _("You want it at %(time)s. We make it in time, and bring it to you.") % values
    return _("You want it at %(time)s. We make it in time, and call “#%(number)d” at the counter.") % values


def notes_message(order: Order) -> str:
    """Return a sentence on what the kitchen can still do with a note."""
    if order.status == OrderStatus.COOKING:
        return _("It is in the oven already. The cooks read this at once, and we will see what we can do.")
    if order.status == OrderStatus.READY:
        return _("It is out of the oven already. The cooks read this at once, and look whether it must be made again.")
    return _("It is not in the oven yet. The cooks read this before they begin.")


def order_steps(order: Order) -> list[TimelineStep]:
    """
    Return the steps of an order with their times; a step not yet reached has none.

    An order that was recalled, or brought back, has not reached its later steps any more, whenever they were.
    """
    is_delivery = order.method == FulfillmentMethod.DELIVERY
    times = [
        (_("Ordered"), order.placed_at),
        (_("In the oven"), order.cooking_started_at),
        (_("Ready"), order.ready_at),
        *([(_("On its way"), order.out_for_delivery_at)] if is_delivery else []),
        (_("Brought to you") if is_delivery else _("Handed over"), order.delivered_at),
    ]
    current = _REACHED_STEPS.get(OrderStatus(order.status), len(times))
    return [
        TimelineStep(name, at, "now")
        if index == current
        else TimelineStep(name, at, "done")
        if at and index < current
        else TimelineStep(name, None, "later")
        for index, (name, at) in enumerate(times)
    ]


def payment_text(order: Order) -> str:
    """Return what is paid, to be paid or refunded, and how."""
    if order.refund_requested:
        return _refund_text(order)
    if order.status == OrderStatus.CANCELLED or not order.total:
        return _("Nothing to pay")
    if order.status == OrderStatus.PENDING:
        return _("By card, not paid yet")
    if order.amount_due:
        return _("Cash, at the door") if order.method == FulfillmentMethod.DELIVERY else _("Cash, at the counter")
    return _("Paid by card") if order.is_by_card else _("Paid in cash")


def _refund_text(order: Order) -> str:
    if order.refunded < order.refund_requested:
        amount = format_amount(order.refund_requested - order.refunded)
        return _("%(amount)s is on its way back to you") % {"amount": amount}
    return _("%(amount)s refunded") % {"amount": format_amount(order.refunded)}


def price_explanation(trace: PriceTrace, *, names: Sequence[str]) -> list[str]:
    """
    Return the steps of a price as sentences, for "Why this price?".

    :param names: of the lines
    """
    steps = [_explain_line(name, line) for name, line in zip(names, trace.lines, strict=True)]
    if trace.discount:
        steps.append(_explain_discount(trace.discount, trace.lines_total))
    if trace.delivery:
        steps.append(_explain_delivery(trace.delivery))
    if trace.tip:
        steps.append(_explain_tip(trace.tip))
    return [*steps, *(_explain_tax(tax, included=trace.tax_included) for tax in trace.taxes)]


def _explain_line(name: str, line: LineStep) -> str:
    unit = format_amount(line.unit_price)
    if line.factor != 1 or line.added:
        parts = [format_amount(line.base) + (f" × {_number(line.factor)}" if line.factor != 1 else "")]
        unit = " + ".join([*parts, *map(format_amount, line.added)]) + f" = {unit}"
    if line.quantity == 1:
        return f"{name}: {unit}"
    return f"{name}: {unit}; × {line.quantity} = {format_amount(line.total)}"


def _explain_discount(discount: DiscountStep, lines_total: Decimal) -> str:
    values = {"code": discount.code, "amount": format_amount(discount.amount)}
    if discount.kind == "fixed":
        return _("Code %(code)s: %(amount)s off") % values
    values |= {"percent": _number(discount.value), "total": format_amount(lines_total)}
    return _("Code %(code)s: %(percent)s%% of %(total)s = %(amount)s off") % values


def _explain_delivery(delivery: DeliveryStep) -> str:
    if delivery.free_from is None:
        return _("Delivery: %(fee)s") % {"fee": format_amount(delivery.amount)}
    free_from = format_amount(delivery.free_from)
    if not delivery.amount:
        return _("Delivery: free from %(free_from)s on") % {"free_from": free_from}
    values = {"fee": format_amount(delivery.amount), "free_from": free_from}
    return _("Delivery: %(fee)s, free from %(free_from)s on") % values


def _explain_tip(tip: TipStep) -> str:
    if tip.percent is None:
        return _("Tip: %(amount)s") % {"amount": format_amount(tip.amount)}
    values = {
        "percent": _number(tip.percent),
        "base": format_amount(tip.base),
        "amount": format_amount(tip.amount),
    }
    return _("Tip: %(percent)s%% of %(base)s = %(amount)s") % values


def _explain_tax(tax: TaxStep, *, included: bool) -> str:
    values = {"rate": _number(tax.rate), "base": format_amount(tax.base), "tax": format_amount(tax.tax)}
    if included:
        return _("Included in %(base)s: %(rate)s%% tax = %(tax)s") % values
    return _("Tax: %(rate)s%% of %(base)s = %(tax)s") % values


def _number(value: Decimal) -> str:
    """Return a factor or a percentage without zeros at its end."""
    return f"{value.normalize():f}"
