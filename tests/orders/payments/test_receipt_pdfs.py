"""The PDFs of receipts: made by a worker, the same bytes each time, and no text of theirs is ever markup."""

import os
import re
import socket
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from orders.payments import services as payment_services
from orders.payments.models import Receipt, ReceiptPdf
from orders.payments.receipts import pdf as receipt_pdf
from orders.payments.receipts.document import DocumentLine, document_of
from orders.payments.receipts.pdf import TEMPLATE, PdfNotMade, render_pdf
from orders.payments.services.receipt_pdfs import LEASE, MAX_ATTEMPTS
from pizzeria.foundation.alerts.models import Alert
from tests import shop
from tests.orders.payments.pdf_text import pages_of, text_of
from tests.orders.payments.receipt_helpers import paid_by_card, refunded
from tests.shop import FRIDAY_NIGHT

LATER = timedelta(hours=1)
MARKUP = (
    "#panic()",
    '#read("/etc/passwd")',
    "$x^2$",
    "*bold*",
    "_it_",
    "]",
    "[",
    "\\",
    "</b>",
    "// no comment",
    "@ref",
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kitchen")]


@pytest.fixture
def receipt():
    paid_by_card(shop.basket_of(shop.pizza(), shop.simple_item(), quantity=2))
    return Receipt.objects.get()


def make(receipt, *, at=FRIDAY_NIGHT):
    payment_services.make_due_pdf(pdf_id=receipt.pdf.pk, at=at)
    return pdf_of(receipt)


def pdf_of(receipt):
    return ReceiptPdf.objects.get(receipt=receipt)


@pytest.fixture
def broken_template(tmp_path, monkeypatch):
    template = tmp_path / "broken.typ"
    template.write_text("#panic()")
    monkeypatch.setattr(receipt_pdf, "TEMPLATE", template)


def test_the_pdf_holds_the_texts_of_the_receipt(receipt, change_shop):
    pdf = bytes(make(receipt).content)

    lines = text_of(pdf).splitlines()
    for text in (
        "Mario's Pizzeria",
        "Receipt 2026-000001",
        "20 November 2026, 20:00",
        "Order #1 of 20 November 2026",
        "€12.99 each",
        "€25.98",
        "€32.38",
        "10%",
        "€29.44",
        "€2.94",
        "Paid by card on 20 November 2026, 20:00",
    ):
        assert text in lines, (text, lines)
    assert "2 ×" in text_of(pdf)
    assert pages_of(pdf) == 1
    assert b"/Title(Receipt 2026-000001)" in pdf


def test_the_pdf_of_a_credit_note_names_its_receipt(receipt):
    note = refunded(receipt.order, Decimal("5.00"))

    lines = text_of(bytes(make(note).content)).splitlines()

    assert {"Credit note 2026-000002", "To a part of receipt 2026-000001", "Refunded", "€5.00"} <= set(lines)


def test_a_pdf_that_is_made_again_has_the_same_bytes_in_any_language_and_in_any_process(receipt):
    first = make(receipt)
    ReceiptPdf.objects.update(content=None, made_at=None, due_at=FRIDAY_NIGHT)

    with translation.override("it"):
        again = make(receipt, at=FRIDAY_NIGHT + LATER)

    assert bytes(again.content) == bytes(first.content)
    assert first.made_at != again.made_at


def test_no_text_of_a_receipt_is_markup(receipt):
    names = [*MARKUP, "🍕 emoji", "日本", "N" * 60, "word " * 12]
    document = replace(
        document_of(receipt),
        shop_name=" ".join(MARKUP),
        shop_address="#" * 200,
        lines=tuple(DocumentLine("1 ×", name, "", "€1.00") for name in names),
    )

    pdf = render_pdf(document, issued_at=FRIDAY_NIGHT)

    text = re.sub(r"[\u200b\n]", "", text_of(pdf))
    assert [name for name in (*MARKUP, "N" * 60) if name not in text] == []
    assert b"/Author(" in pdf


def test_an_order_of_a_hundred_lines_gets_as_many_pages_as_it_needs(receipt):
    lines = tuple(DocumentLine("2 ×", f"Pizza {number}", "€1.00 each", "€2.00") for number in range(100))

    pdf = render_pdf(replace(document_of(receipt), lines=lines), issued_at=FRIDAY_NIGHT)

    assert pages_of(pdf) > 3
    assert f"1 / {pages_of(pdf)}" in text_of(pdf)
    assert "Pizza 99" in text_of(pdf)


@pytest.mark.parametrize("path", ["/etc/passwd", "../../../../etc/passwd", "receipt.typ", str(TEMPLATE)])
def test_the_compiler_reads_no_file(receipt, path):
    with pytest.raises(PdfNotMade, match=r"not found|escape"):
        render_pdf(document_of(receipt), issued_at=FRIDAY_NIGHT, template=f'#read("{path}")'.encode())


def test_the_compiler_asks_no_server_for_a_receipt(receipt, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as proxy:
        proxy.setblocking(False)
        for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY"):
            monkeypatch.setitem(os.environ, name, f"http://127.0.0.1:{proxy.getsockname()[1]}")
        document = replace(document_of(receipt), shop_name='#import "@preview/cetz:0.3.0": *')

        assert render_pdf(document, issued_at=FRIDAY_NIGHT)

        with pytest.raises(BlockingIOError):
            proxy.accept()
    assert not re.search(r"#?\b(import|include|read|plugin|eval)\b|@preview", TEMPLATE.read_text())


# --- By a worker ---


def test_a_pdf_is_made_once_by_any_number_of_tasks(receipt, monkeypatch):
    made = make(receipt)

    again = make(receipt, at=FRIDAY_NIGHT + LATER)

    assert (made.attempts, again.attempts) == (1, 1)
    assert (made.made_at, again.made_at, again.due_at) == (FRIDAY_NIGHT, FRIDAY_NIGHT, None)


def test_a_pdf_whose_worker_was_killed_is_made_when_its_lease_has_ended(receipt, monkeypatch):
    monkeypatch.setattr(
        "orders.payments.services.receipt_pdfs.render_pdf", lambda *_, **__: (_ for _ in ()).throw(SystemExit)
    )
    with pytest.raises(SystemExit):
        make(receipt)
    monkeypatch.undo()

    assert make(receipt, at=FRIDAY_NIGHT + LEASE / 2).made_at is None
    assert make(receipt, at=FRIDAY_NIGHT + LEASE).made_at == FRIDAY_NIGHT + LEASE


@pytest.mark.usefixtures("broken_template")
def test_a_pdf_that_cannot_be_made_is_given_up_after_the_last_attempt_and_managers_are_alerted(receipt):
    for number in range(MAX_ATTEMPTS + 2):
        pdf = make(receipt, at=FRIDAY_NIGHT + number * LATER)

    assert (pdf.attempts, pdf.due_at, pdf.made_at, pdf.error) == (MAX_ATTEMPTS, None, None, "panicked")
    assert str(Alert.objects.get()) == "The PDF of receipt 2026-000001 cannot be made: panicked"


# --- By hand ---


def test_the_command_makes_what_is_missing_and_with_again_all_of_them_the_same(receipt, capsys):
    note = refunded(receipt.order, Decimal("5.00"))
    make(receipt)
    ReceiptPdf.objects.filter(receipt=note).update(due_at=None)  # given up

    call_command("make_receipt_pdfs")
    call_command("make_receipt_pdfs", again=True)

    assert capsys.readouterr().out.splitlines() == ["1 made, 0 as they were", "0 made, 2 as they were"]
    assert bytes(pdf_of(note).content).startswith(b"%PDF-")


def test_the_command_names_a_receipt_whose_pdf_cannot_be_made_and_keeps_what_is_stored(receipt, request, capsys):
    before = bytes(make(receipt).content)
    request.getfixturevalue("broken_template")

    with pytest.raises(CommandError, match="1 could not be made"):
        call_command("make_receipt_pdfs", again=True)

    assert capsys.readouterr().err == "2026-000001: panicked\n"
    assert bytes(pdf_of(receipt).content) == before
