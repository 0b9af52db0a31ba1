"""
The PDF of a receipt, by typst: the same document always has the same bytes.

The texts reach the template as data, so none of them is ever markup. The compiler finds files in an empty folder only,
and fonts in itself; it would load a package only for a template that imports one, and this one imports nothing.
"""

import json
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import typst

from orders.payments.receipts.document import ReceiptDocument

TEMPLATE = Path(__file__).with_name("receipt.typ")


class PdfNotMade(Exception):
    """The compiler has refused a document."""


def render_pdf(document: ReceiptDocument, *, issued_at: datetime, template: bytes | None = None) -> bytes:
    """
    Return the PDF of a document.

    :param issued_at: stands in the file as its date
    :param template: another than the receipt's
    :raises PdfNotMade: the compiler refuses it
    """
    with TemporaryDirectory() as empty:
        try:
            compiler = typst.Compiler(
                template or TEMPLATE.read_bytes(),
                root=empty,
                package_path=empty,
                package_cache_path=empty,
                ignore_system_fonts=True,  # so that every machine has the same fonts
                sys_inputs={"receipt": json.dumps(asdict(document))},
            )
            pdf = compiler.compile(format="pdf", timestamp=int(issued_at.timestamp()))
        except typst.TypstError as error:
            raise PdfNotMade(error.message) from error
    assert isinstance(pdf, bytes), "one file in one format"
    return pdf
