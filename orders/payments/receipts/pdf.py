"""The PDF of a receipt: the same document always has the same bytes."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from orders.payments.receipts.document import ReceiptDocument
from pizzeria.foundation.pdf import PdfNotMade, compile_pdf

__all__ = ["PdfNotMade", "render_pdf"]

TEMPLATE = Path(__file__).with_name("receipt.typ")


def render_pdf(document: ReceiptDocument, *, issued_at: datetime, template: bytes | None = None) -> bytes:
    """
    Return the PDF of a document.

    :param issued_at: stands in the file as its date
    :param template: another than the receipt's
    :raises PdfNotMade: the compiler refuses it
    """
    return compile_pdf(template or TEMPLATE.read_bytes(), data={"receipt": asdict(document)}, at=issued_at)
