"""Tickets on paper: cooks print again what was not printed, print what they select, and print without a printer."""

import re

import pytest
from playwright.sync_api import expect

from kitchen.models import Kitchen
from kitchen.printing.models import PrintJob
from pizzeria.foundation import clock
from tests.e2e.accessibility import assert_accessible
from tests.e2e.browsers import WITHOUT_JAVASCRIPT_IN_LONG_RUNS
from tests.e2e.people import reload_without_javascript, sign_in
from tests.kitchen.printing.print_helpers import print_next, print_until_given_up
from tests.kitchen.printing.receipt_printer import NO_PAPER, running_receipt_printer
from tests.shop import place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

POINTS_PER_MILLIMETER = 72 / 25.4  # in PDF


@pytest.fixture
def printer(settings):
    """Yield the kitchen's printer, which is out of paper."""
    with running_receipt_printer() as printer:
        settings.KITCHEN_PRINTER, printer.paper = printer.address, NO_PAPER
        yield printer


def press_print(page):
    """Select the first ticket of the board and press the button that prints what is selected."""
    expect(page.locator("html[data-settling]")).to_have_count(0)  # until then presses are ignored
    page.locator("li.ticket").first.locator("label:has(input[name=ticket])").click()
    page.get_by_role("button", name="Print", exact=True).click()


@pytest.mark.long
@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_a_cook_prints_again_what_was_not_printed_and_then_a_duplicate(open_page, printer, scripted):
    place(at=clock.now())
    kitchen = Kitchen.objects.get()
    print_until_given_up(kitchen, clock.now())
    chef = open_page()
    sign_in(chef, "chef")
    failure = chef.get_by_text("#1 was not printed: the printer is out of paper.")
    expect(failure).to_be_visible()
    if scripted:
        assert_accessible(chef)

    printer.mend()
    chef.get_by_role("button", name="Print again").click()
    expect(chef.get_by_text("Printing #1.")).to_be_visible()
    expect(failure).to_have_count(0)
    assert print_next(kitchen, clock.now())

    reload_without_javascript(chef, scripted=scripted)
    press_print(chef)
    until(PrintJob.objects.filter(copy=2).exists)
    assert print_next(kitchen, clock.now())

    assert ["DUPLICATE" in text.splitlines() for text in printer.texts] == [False, True]


@pytest.mark.long
@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_a_cook_without_a_printer_prints_from_a_page_for_paper_of_80_mm(open_page, scripted):
    place(at=clock.now())
    chef = open_page()
    sign_in(chef, "chef")

    press_print(chef)

    expect(chef).to_have_url(re.compile(r"/kitchen/print/\?copy="))
    expect(chef.get_by_role("heading", name="#1")).to_be_visible()
    if scripted:
        assert_accessible(chef)
    paper = re.findall(rb"/MediaBox \[0 0 ([0-9.]+) ([0-9.]+)\]", chef.pdf(prefer_css_page_size=True))
    assert [round(float(width) / POINTS_PER_MILLIMETER) for width, _height in paper] == [80]
    chef.get_by_role("link", name="Back to the board").click()
    expect(chef).to_have_url(re.compile(r"/kitchen/$"))
