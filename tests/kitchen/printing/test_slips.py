"""What is on a slip: the letters that the printer has, no command in any text, and lines that fit."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import selectors as kitchen_selectors
from kitchen.models import FulfillmentMethod, Ticket, TicketState
from kitchen.printing.code_page import encode, printable
from kitchen.printing.escpos_document import END, START, escpos_document
from kitchen.printing.layout import slip_lines
from kitchen.printing.slips import Slip, SlipItem, slip_of
from tests import shop
from tests.kitchen.printing.receipt_printer import text_of
from tests.kitchen.tickets import MARGHERITA, ticket
from tests.shop import FRIDAY_NIGHT

PIZZA = SlipItem(2, "Margherita", "Large", ["Olives"], ["Basil"], ["milk"], is_declared=True)
SLIP = Slip(
    label="#42",
    day="",
    mark="",
    method="pickup",
    due="19:25",
    wanted="",
    items=[PIZZA],
    allergies="",
    notes="",
    printed="19:02",
)


def changed(**fields):
    return Slip(**{name: getattr(SLIP, name) for name in Slip.__dataclass_fields__} | fields)


def text_on_paper(slip, columns=42):
    return text_of(escpos_document(slip, columns=columns))


def test_a_slip_has_number_method_times_pizzas_toppings_allergies_and_notes():
    text = text_on_paper(changed(allergies="Nuts", notes="By the window", wanted="19:30", day="Sat 28 Nov"))

    lines = [line.strip() for line in text.splitlines()]
    assert (
        lines
        == [
            "#42",
            "Sat 28 Nov",
            "PICKUP, due 19:25",
            "wanted for 19:30",
            "-" * 42,
            "ALLERGY: Nuts",
            "2 x Margherita, Large",
            "+ Olives",
            "- NO BASIL",
            "contains milk",
            "",
            "NOTE: By the window",
            "-" * 42,
            "printed 19:02",
            "",
        ][: len(lines)]
    )
    assert len(lines) >= 14


def test_a_slip_says_that_allergens_are_not_declared_only_if_the_guest_names_an_allergy():
    unknown = [SlipItem(1, "Surprise", "", [], [], [], is_declared=False)]

    assert "Not all allergens are declared." in text_on_paper(changed(items=unknown, allergies="Nuts"))
    assert "allergens" not in text_on_paper(changed(items=unknown))


def test_a_mark_stands_above_and_below_everything_else():
    lines = text_on_paper(changed(mark="DUPLICATE")).splitlines()

    assert lines[0] == "DUPLICATE"
    assert lines.count("DUPLICATE") == 2


def test_a_document_begins_with_a_reset_and_the_code_page_and_ends_with_a_cut():
    document = escpos_document(SLIP, columns=42)

    assert document.startswith(b"\x1b@")
    assert START.endswith(b"\x1bt\x13")  # ESC t 19: code page 858
    assert document.startswith(START)
    assert document.endswith(END)
    assert END.endswith(b"\x1dV\x01")


def test_the_number_is_printed_larger_and_allergies_white_on_black():
    document = escpos_document(changed(allergies="Nuts"), columns=42)

    assert b"\x1d!\x55#42\n" in document  # six times as wide and high
    assert b"\x1bE\x01\x1dB\x01\x1d!\x01ALLERGY: Nuts\n" in document
    assert b"\x1bE\x01\x1dB\x00\x1d!\x012 x Margherita, Large\n" in document


def test_accents_and_the_euro_are_printed_as_the_code_page_has_them():
    document = escpos_document(changed(notes="Perché no? Jalapeño, Müller, 5 €"), columns=42)

    assert "Perché no? Jalapeño, Müller, 5 €" in text_of(document)
    assert "Perché".encode("cp858") in document
    assert b"5 \xd5" in document


@pytest.mark.parametrize(
    ("typed", "printed"),
    [
        ("Wałęsa", "Walesa"),
        ("Dvořák", "Dvorák"),
        ("l’aglio – “bene”…", 'l\'aglio - "bene"...'),
        ("🍕 ok", "? ok"),
        ("e\u0301", "é"),
        ("披萨", "??"),
        ("a\u202eb\u200bc", "abc"),
        ("tab\there", "tab here"),
    ],
)
def test_a_letter_that_the_printer_lacks_is_replaced_by_a_similar_one_or_by_a_question_mark(typed, printed):
    assert printable(typed) == printed


DRAWER, CUT, RESET, STATUS = "\x1bp\x00\x32\x32", "\x1dV\x00", "\x1b@", "\x10\x04\x01"


@pytest.mark.parametrize("command", [DRAWER, CUT, RESET, STATUS, "\x9b1m", "\x7f", "\x00"], ids=repr)
@pytest.mark.parametrize("field", ["notes", "allergies", "label", "day", "mark", "method", "wanted"])
def test_a_command_in_a_guests_text_does_not_reach_the_printer(field, command):
    document = escpos_document(changed(**{field: f"before{command}after"}), columns=42)

    ordinary = escpos_document(changed(**{field: "beforeafter"}), columns=42)
    text_of(document)
    assert document.count(b"\x1b") == ordinary.count(b"\x1b")
    assert document.count(b"\x1d") == ordinary.count(b"\x1d")


@given(text=st.text())
def test_no_text_becomes_a_control_character(text):
    encoded = encode(printable(text))

    assert [byte for byte in encoded if byte < 0x20 or byte == 0x7F] == []


@given(
    text=st.text(max_size=200),
    names=st.lists(st.text(max_size=60), max_size=3),
    columns=st.sampled_from([32, 42, 48]),
)
def test_every_line_of_a_slip_fits_whatever_is_in_it(text, names, columns):
    item = SlipItem(3, text, text, names, names, names, is_declared=False)
    slip = changed(label=text[:16], notes=text, allergies=text, items=[item], mark=text[:20], wanted=text)

    assert [line for line in slip_lines(slip, columns=columns) if len(line.text) * line.width > columns] == []
    text_of(escpos_document(slip, columns=columns))


def test_text_that_is_not_printable_is_refused_instead_of_sent():
    with pytest.raises(UnicodeEncodeError):
        encode("\x1bp")


def test_a_slip_has_the_day_of_a_number_that_is_not_of_today():
    old = ticket(label="#7", business_date=FRIDAY_NIGHT.date().replace(day=1))

    slip = slip_of(old, at=FRIDAY_NIGHT)

    assert (slip.label, slip.day) == ("#7", "Sun 1 Nov")


def test_a_ticket_from_before_allergens_were_recorded_counts_as_not_declared():
    [item] = slip_of(ticket(items=[MARGHERITA]), at=FRIDAY_NIGHT).items

    assert (item.name, item.contains, item.is_declared) == ("Margherita", (), False)


@pytest.mark.parametrize(("lines", "paper"), [(1, "short"), (10, "medium"), (20, "long"), (60, "endless")])
def test_the_print_page_takes_a_longer_paper_for_more_lines(lines, paper):
    item = SlipItem(1, "Margherita", "Large", ["Olives"] * (lines - 1), [], [], is_declared=True)

    assert changed(items=[item]).paper == paper


@pytest.mark.parametrize(("method", "due"), [("pickup", "20:58"), ("delivery", "20:38")])
def test_slip_and_card_of_a_ticket_that_is_booked_for_later_name_the_time_that_the_guest_wants(kitchen, method, due):
    kitchen.max_slot_pizzas = 4
    kitchen.save()
    order = shop.place(method=FulfillmentMethod(method), wanted_at=FRIDAY_NIGHT + timedelta(hours=1))
    booked, at = Ticket.objects.get(ref=order.ref), FRIDAY_NIGHT + timedelta(minutes=45)

    slip = slip_of(booked, at=at)
    [card] = kitchen_selectors.board(kitchen, at=at).waiting

    assert (slip.wanted, slip.due) == ("21:00", due)
    assert (card.wanted, card.due) == ("21:00", due)


@pytest.mark.parametrize(
    ("state", "mark"),
    [
        (TicketState.HELD, "NOT PAID"),
        (TicketState.SCHEDULED, "FOR LATER"),
        (TicketState.GONE, "GONE"),
        (TicketState.WITHDRAWN, "CANCELLED"),
        (TicketState.READY, ""),
    ],
)
def test_a_slip_of_a_ticket_that_is_not_to_be_made_or_not_yet_says_so(state, mark):
    later = FRIDAY_NIGHT + timedelta(hours=1)
    times = {"slot_at": later, "joins_queue_at": later} if state == TicketState.SCHEDULED else {}

    assert slip_of(ticket(state=state, **times), at=FRIDAY_NIGHT).mark == mark
