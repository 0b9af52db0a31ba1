"""The PDFs of receipts: each is claimed, made outside any transaction, and stored. Two workers make the same bytes."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext_lazy

from orders.payments.models import Receipt, ReceiptPdf
from orders.payments.receipts.document import document_of
from orders.payments.receipts.pdf import PdfNotMade, render_pdf
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command

LEASE = timedelta(minutes=1)
FIRST_DELAY, MAX_DELAY = timedelta(seconds=10), timedelta(minutes=10)
MAX_ATTEMPTS = 6

RECEIPT_PDF_FAILED = AlertKind(
    "receipt_pdf_failed", gettext_lazy("The PDF of receipt %(receipt)s cannot be made: %(reason)s")
)

log = structlog.get_logger(__name__)


def make_due_pdf(*, pdf_id: int, at: datetime) -> None:
    """Make a PDF if it is due. Of any number of concurrent calls, one does."""
    pdf = claim_pdf(pdf_id=pdf_id, at=at)
    if pdf is None:
        return
    try:
        content = _render(pdf.receipt)
    except PdfNotMade as error:
        log.warning("receipt_pdf_failed", receipt=str(pdf.receipt), reason=str(error))
        postpone_pdf(pdf=pdf, reason=str(error), by=SYSTEM, at=at)
    else:
        store_pdf(pdf=pdf, content=content, by=SYSTEM, at=at)


def make_pdf_again(*, pdf: ReceiptPdf, at: datetime) -> bool:
    """
    Make a PDF, whether it was made before or not; return whether its bytes are new.

    :raises PdfNotMade: it cannot be made; what is stored stays
    """
    content = _render(pdf.receipt)
    if pdf.content is not None and bytes(pdf.content) == content:
        return False
    store_pdf(pdf=pdf, content=content, by=SYSTEM, at=at)
    return True


def _render(receipt: Receipt) -> bytes:
    with translation.override(settings.LANGUAGE_CODE):  # not that of the process: the bytes would differ
        return render_pdf(document_of(receipt), issued_at=receipt.issued_at)


@command
def claim_pdf(*, pdf_id: int, at: datetime) -> ReceiptPdf | None:
    """
    Claim a due PDF until its lease ends; None: it is not due, another worker has it, or it is given up.

    Whatever ended the earlier attempts, also a worker that was killed: after the last one managers are alerted.
    """
    pdf = ReceiptPdf.objects.for_update(skip_locked=True).due(at).filter(pk=pdf_id).first()
    if pdf is None:
        return None
    pdf.receipt = Receipt.objects.select_related("corrects").get(pk=pdf.receipt_id)
    is_given_up = pdf.attempts >= MAX_ATTEMPTS
    if is_given_up:
        pdf.due_at = None
    else:
        pdf.attempts, pdf.due_at = pdf.attempts + 1, at + LEASE
    pdf.save(update_fields=["attempts", "due_at"])
    if is_given_up:
        reason = pdf.error or "the worker was terminated each time"
        raise_alert(RECEIPT_PDF_FAILED, key=str(pdf.receipt.ref), at=at, receipt=str(pdf.receipt), reason=reason)
    return None if is_given_up else pdf


@command
def postpone_pdf(*, pdf: ReceiptPdf, reason: str, by: Actor, at: datetime) -> None:
    """Try again later to make a PDF."""
    delay = backoff_delay(pdf.attempts, first=FIRST_DELAY, longest=MAX_DELAY)
    ReceiptPdf.objects.filter(pk=pdf.pk, made_at=None).update(due_at=at + delay, error=reason[:200])


@command
def store_pdf(*, pdf: ReceiptPdf, content: bytes, by: Actor, at: datetime) -> None:
    """Store a PDF that was made."""
    ReceiptPdf.objects.filter(pk=pdf.pk).update(content=content, made_at=at, due_at=None, error="")
