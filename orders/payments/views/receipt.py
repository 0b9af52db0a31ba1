"""Pages and PDFs of receipts and credit notes: for the owner of the order, for staff, for the guest with its link."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from orders.payments import selectors
from orders.payments.models import Receipt, ReceiptKind
from orders.payments.receipts.document import document_of
from pizzeria.foundation.actor import actor_of

RETRY_SECONDS = 10  # a worker looks for PDFs to make at least so often


@require_safe
def receipt(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _show(request, _receipt(request, ref))


@login_not_required
@require_safe
def guest_receipt(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _show(request, _receipt(request, ref, token), token)


@require_safe
def receipt_pdf(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _pdf(request, _receipt(request, ref))


@login_not_required
@require_safe
def guest_receipt_pdf(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _pdf(request, _receipt(request, ref, token), token)


@require_safe
def receipts_of_order(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _list(request, ref)


@login_not_required
@require_safe
def guest_receipts_of_order(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    return _list(request, ref, token)


def _receipt(request: HttpRequest, ref: UUID, token: str = "") -> Receipt:
    receipt = selectors.receipt_for(actor_of(request), ref, token)
    if receipt is None:
        raise Http404
    return receipt


def _show(request: HttpRequest, receipt: Receipt, token: str = "") -> HttpResponse:
    context = {
        "receipt": document_of(receipt),
        "pdf_url": selectors.receipt_url("receipt_pdf", receipt.ref, token),
        "others": [other for other in selectors.receipt_rows(receipt.order, token) if other.ref != receipt.ref],
        "order_url": selectors.order_page_url(receipt.order, token),
    }
    return render(request, "payments/receipt.html", context)


def _pdf(request: HttpRequest, receipt: Receipt, token: str = "") -> HttpResponse:
    """Send the PDF; while no worker has made it, or if none will, a page that says so."""
    content = selectors.pdf_of(receipt)
    if content is None:
        is_due = selectors.is_pdf_due(receipt)
        context = {
            "receipt": document_of(receipt),
            "receipt_url": selectors.receipt_url("receipt", receipt.ref, token),
            "is_due": is_due,
        }
        page = render(request, "payments/receipt_pending.html", context, status=503 if is_due else 404)
        if is_due:
            page.headers["Retry-After"] = str(RETRY_SECONDS)
        return page
    name = "receipt" if receipt.kind == ReceiptKind.RECEIPT else "credit-note"
    response = HttpResponse(content, content_type="application/pdf")
    response.headers["Content-Disposition"] = f'inline; filename="{name}-{receipt.number_text}.pdf"'
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response


def _list(request: HttpRequest, ref: UUID, token: str = "") -> HttpResponse:
    """Show what an order has: its one receipt, a list of several, or that there is none yet."""
    order = selectors.order_with_receipts(actor_of(request), ref, token)
    if order is None:
        raise Http404
    rows = selectors.receipt_rows(order, token)
    if len(rows) == 1:
        return redirect(rows[0].url)
    context = {"number": order.number, "receipts": rows, "order_url": selectors.order_page_url(order, token)}
    return render(request, "payments/receipts.html", context)
