"""Queries of payments: attempts of an order, its receipts, and the URLs of their pages."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from orders import policies
from orders.models import Order
from orders.payments.gateways.protocol import ReturnUrls
from orders.payments.models import PaymentAttempt, Receipt, ReceiptKind, ReceiptPdf
from orders.selectors.order import order_by_guest_token, visible_to
from pizzeria.foundation.actor import GUEST, Actor


def order_to_pay(by: Actor, ref: UUID, token: str) -> Order | None:
    """
    Return an order if the caller may pay it: its owner, or, with the token, a guest with the link; else None.

    :param token: blank: a customer's order
    """
    if token:
        return order_by_guest_token(ref, token)
    order = visible_to(by, ref)
    return order if order and policies.is_owner(order, by) else None


def card_attempt(order: Order) -> PaymentAttempt | None:
    """Return the newest attempt to pay an order by card."""
    return PaymentAttempt.objects.by_gateway().filter(order=order).order_by("pk").last()


def page_url(name: str, order: Order) -> str:
    """
    Return the path of one of the pages of paying an order, whose contact is loaded.

    :param name: "pay", "returned", "left" or "again"
    """
    if order.contact.guest_token:
        return reverse(f"payments:guest_{name}", args=[order.ref, order.contact.guest_token])
    return reverse(f"payments:{name}", args=[order.ref])


def return_urls(order: Order) -> ReturnUrls:
    """Return where the gateway's page sends the guest of an order."""
    return ReturnUrls(
        paid=urljoin(settings.SHOP_ORIGIN, page_url("returned", order)),
        left=urljoin(settings.SHOP_ORIGIN, page_url("left", order)),
    )


# --- Receipts ---


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A receipt or a credit note in the list of an order."""

    ref: UUID
    number: str
    is_credit_note: bool
    issued_at: datetime
    total: Decimal
    url: str


def order_with_receipts(by: Actor, ref: UUID, token: str = "") -> Order | None:
    """
    Return an order if the caller may see its receipts: its owner and staff; with the token, the guest; else None.

    :param token: blank: without the guest's link
    """
    return order_by_guest_token(ref, token) if token else visible_to(by, ref)


def receipt_for(by: Actor, ref: UUID, token: str = "") -> Receipt | None:
    """
    Return a receipt if the caller may see the receipts of its order; else None.

    :param ref: the receipt's ref
    :param token: of the order's link; blank: without it
    """
    loaded = Receipt.objects.select_related("order__contact", "order__customer", "corrects")
    receipt = loaded.filter(ref=ref).first()
    if receipt is None:
        return None
    order = receipt.order
    is_allowed = (
        policies.has_guest_link(order, GUEST.with_guest_token(token)) if token else policies.is_visible(order, by)
    )
    return receipt if is_allowed else None


def receipt_rows(order: Order, token: str = "") -> list[ReceiptRow]:
    """Return the receipts and credit notes of an order, in the order of their numbers. One query."""
    return [
        ReceiptRow(
            ref=receipt.ref,
            number=receipt.number_text,
            is_credit_note=receipt.kind == ReceiptKind.CREDIT_NOTE,
            issued_at=receipt.issued_at,
            total=receipt.total,
            url=receipt_url("receipt", receipt.ref, token),
        )
        for receipt in order.receipts.defer("content").order_by("year", "number")
    ]


def pdf_of(receipt: Receipt) -> bytes | None:
    """Return the bytes of a receipt's PDF; None: it is not made yet."""
    content = ReceiptPdf.objects.filter(receipt=receipt).values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def is_pdf_due(receipt: Receipt) -> bool:
    """Return whether a worker is to make the PDF of a receipt: it is neither made nor given up, and was asked for."""
    return ReceiptPdf.objects.filter(receipt=receipt, due_at__isnull=False).exists()


def receipt_url(name: str, ref: UUID, token: str = "") -> str:
    """
    Return the path of a page of receipts, for the reader who came with the token of a guest's link, or without one.

    :param name: "receipt", "receipt_pdf" or "receipts"
    """
    return reverse(f"payments:guest_{name}", args=[ref, token]) if token else reverse(f"payments:{name}", args=[ref])


def order_page_url(order: Order, token: str = "") -> str:
    """Return the path of the order's page, for the same reader; staff get no guest's token."""
    return reverse("orders:guest_order", args=[order.ref, token]) if token else order.get_absolute_url()
