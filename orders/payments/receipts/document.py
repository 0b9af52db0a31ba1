"""A receipt as people read it: the same texts for its page and for its PDF."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import partial

from babel.numbers import format_currency
from django.utils.formats import date_format
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

from orders.models import PaymentMethod
from orders.payments.models import Receipt, ReceiptKind
from orders.payments.receipts.content import ReceiptContent, ReceiptLine
from orders.totals import TaxLine
from pizzeria.foundation import clock


@dataclass(frozen=True, slots=True)
class DocumentLine:
    """
    A line of a receipt.

    :ivar unit_price: blank if there is one piece of it
    """

    quantity: str
    name: str
    unit_price: str
    total: str


@dataclass(frozen=True, slots=True)
class DocumentPart:
    """A part of the total: lines, discount, fee, tip or added tax."""

    label: str
    amount: str


@dataclass(frozen=True, slots=True)
class DocumentTax:
    rate: str
    net: str
    tax: str
    gross: str


@dataclass(frozen=True, slots=True)
class ReceiptDocument:
    """
    The texts of a receipt or a credit note, in their order.

    :ivar corrects: the sentence that names the receipt of a credit note; blank on a receipt
    :ivar parts: empty if the total is the sum of the lines
    """

    title: str
    number: str
    corrects: str
    shop_name: str
    shop_address: str
    issued: str
    order: str
    lines: tuple[DocumentLine, ...]
    parts: tuple[DocumentPart, ...]
    total_label: str
    total: str
    taxes: tuple[DocumentTax, ...]
    payment: str


def document_of(receipt: Receipt) -> ReceiptDocument:
    """Return the document of a receipt, whose `corrects` is loaded. No query."""
    content = ReceiptContent.model_validate(receipt.content)
    totals, money = content.totals, partial(_money, currency=receipt.currency)
    is_credit = receipt.kind == ReceiptKind.CREDIT_NOTE
    parts = [(part.label, part.amount) for part in totals.parts]
    if not totals.tax_included:
        parts += [(_("Tax, %(rate)s%%") % {"rate": _percent(line.rate)}, line.tax) for line in totals.tax_lines]
    if parts:
        label = _("Part of the order") if content.is_part else _("Food and drinks")
        parts = [(label, totals.lines_total), *parts]
    return ReceiptDocument(
        title=_("Credit note") if is_credit else _("Receipt"),
        number=receipt.number_text,
        corrects=_corrects(receipt, is_part=content.is_part),
        shop_name=content.shop_name,
        shop_address=content.shop_address,
        issued=_moment(receipt.issued_at),
        order=_("Order #%(number)d of %(date)s")
        % {"number": content.order_number, "date": date_format(content.order_date, "j F Y")},
        lines=tuple(_line(line, receipt.currency) for line in content.lines),
        parts=tuple(DocumentPart(label, money(amount)) for label, amount in parts),
        total_label=_("Refunded") if is_credit else _("Total"),
        total=money(totals.total),
        taxes=tuple(_tax(line, receipt.currency, included=totals.tax_included) for line in totals.tax_lines),
        payment=_payment(content, is_credit=is_credit),
    )


def _corrects(receipt: Receipt, *, is_part: bool) -> str:
    if receipt.corrects is None:
        return ""
    number = {"number": receipt.corrects.number_text}
    return (_("To a part of receipt %(number)s") if is_part else _("To receipt %(number)s")) % number


def _line(line: ReceiptLine, currency: str) -> DocumentLine:
    unit_price = _("%(price)s each") % {"price": _money(line.unit_price, currency=currency)}
    return DocumentLine(
        quantity=f"{line.quantity} ×",
        name=f"{line.name}, {line.size}" if line.size else line.name,
        unit_price=unit_price if line.quantity > 1 else "",
        total=_money(line.total, currency=currency),
    )


def _tax(line: TaxLine, currency: str, *, included: bool) -> DocumentTax:
    net = line.base - line.tax if included else line.base
    amounts = [_money(amount, currency=currency) for amount in (net, line.tax, net + line.tax)]
    return DocumentTax(f"{_percent(line.rate)}%", *amounts)


def _payment(content: ReceiptContent, *, is_credit: bool) -> str:
    values = {"moment": _moment(content.paid_at)}
    if content.payment_method == PaymentMethod.CASH:
        text = _("Given back in cash on %(moment)s") if is_credit else _("Paid in cash on %(moment)s")
    else:
        text = _("Refunded to your card on %(moment)s") if is_credit else _("Paid by card on %(moment)s")
    return text % values


def _money(amount: Decimal, *, currency: str) -> str:
    """Format an amount in the receipt's own currency, which may be another than the shop's of today."""
    return format_currency(amount, currency, locale=to_locale(get_language() or "en"))


def _moment(moment: datetime) -> str:
    return date_format(moment.astimezone(clock.shop_zone()), "j F Y, H:i")


def _percent(rate: Decimal) -> str:
    return f"{rate.normalize():f}"
