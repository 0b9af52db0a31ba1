"""
PDFs, by typst: the same data in the same template always have the same bytes.

The texts reach the template as data, so none of them is ever markup. The compiler finds files in an empty folder only,
and fonts in itself; it would load a package only for a template that imports one.
"""

import json
from collections.abc import Mapping
from datetime import datetime
from tempfile import TemporaryDirectory
from typing import Any

import typst


class PdfNotMade(Exception):
    """The compiler has refused a document."""


def compile_pdf(template: bytes, *, data: Mapping[str, Any], at: datetime) -> bytes:
    """
    Return a PDF.

    :param template: reads each of the data as `json(bytes(sys.inputs.NAME))`
    :param at: stands in the file as its date
    :raises PdfNotMade: the compiler refuses it
    """
    with TemporaryDirectory() as empty:
        try:
            compiler = typst.Compiler(
                template,
                root=empty,
                package_path=empty,
                package_cache_path=empty,
                ignore_system_fonts=True,  # so that every machine has the same fonts
                sys_inputs={name: json.dumps(value) for name, value in data.items()},
            )
            pdf = compiler.compile(format="pdf", timestamp=int(at.timestamp()))
        except typst.TypstError as error:
            raise PdfNotMade(error.message) from error
    assert isinstance(pdf, bytes), "one file in one format"
    return pdf
