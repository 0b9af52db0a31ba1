"""Printing from the board, and the page for a browser's print dialog."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.urls import reverse

from kitchen.models import Ticket, TicketState
from kitchen.printing import services as printing_services
from kitchen.printing.models import PrintJob, PrintState
from pizzeria.foundation import clock
from pizzeria.users.roles import DRIVER, KITCHEN
from tests.kitchen.printing.print_helpers import only_job, print_next, print_until_given_up
from tests.kitchen.printing.receipt_printer import NO_PAPER
from tests.kitchen.tickets import in_queue

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD, PRINT = reverse("kitchen:board"), reverse("kitchen:print")
DISMISS = reverse("kitchen:dismiss_print_failures")


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN, first_name="Ciro")


@pytest.fixture
def tickets(kitchen):
    return in_queue(kitchen, TicketState.WAITING, TicketState.COOKING, at=clock.now(), notes="By the <window>")


def fields(*tickets):
    """Return the fields that the board's form sends for selected tickets."""
    return [f"{ticket.ref}:{ticket.seq}" for ticket in tickets]


def messages_on_board(browser):
    return [str(message) for message in browser.get(BOARD).context["messages"]]


def test_the_print_page_of_a_ticket_shows_it_for_paper_of_80_mm_without_a_script(ciro, tickets):
    response = ciro.get(reverse("kitchen:print_page", args=[tickets[0].ref]))

    html = response.content.decode()
    assert ">#1</h1>" in html
    assert "By the &lt;window&gt;" in html
    assert "css/ticket_print.css" in html
    assert "<script" not in html
    assert "DUPLICATE" not in html


def test_the_print_page_of_several_tickets_shows_each_of_them(ciro, tickets):
    html = ciro.get(PRINT, {"ticket": fields(*tickets)}).content.decode()

    assert html.count('<article class="slip') == 2


def test_the_print_page_marks_a_ticket_that_the_printer_has_printed_as_a_duplicate(ciro, tickets):
    at = clock.now()
    PrintJob.objects.create(
        ticket=tickets[0], state=PrintState.PRINTED, requested_by="system", requested_at=at, printed_at=at
    )

    slips = ciro.get(PRINT, {"ticket": fields(*tickets)}).context["slips"]

    assert [slip.mark for slip in slips] == ["DUPLICATE", ""]


def test_the_print_page_says_that_a_ticket_is_cancelled(ciro, tickets):
    Ticket.objects.update(state=TicketState.WITHDRAWN)

    assert "CANCELLED" in ciro.get(reverse("kitchen:print_page", args=[tickets[0].ref])).content.decode()


@pytest.mark.parametrize(
    "address",
    [reverse("kitchen:print_page", args=[UUID(int=7)]), f"{PRINT}?ticket={UUID(int=7)}", f"{PRINT}?ticket=nonsense"],
)
def test_an_unknown_ticket_has_no_print_page(ciro, address):
    assert ciro.get(address).status_code == 404


def test_selected_tickets_are_printed_by_the_printer(ciro, kitchen, printer, tickets):
    response = ciro.post(PRINT, {"ticket": fields(*tickets), "by": "printer"})

    assert response.headers["Location"] == BOARD
    assert messages_on_board(ciro) == ["Printing #1, #2."]
    while print_next(kitchen, clock.now()):
        pass
    assert [text.splitlines()[0] for text in printer.texts] == ["#1", "#2"]


def test_selected_tickets_lead_to_the_print_page_that_a_script_opens_as_a_whole(ciro, tickets):
    form = {"ticket": fields(*tickets), "by": "page"}
    plain = ciro.post(PRINT, form)
    by_script = ciro.post(PRINT, form, headers={"HX-Request": "true"})

    for address in (plain.headers["Location"], by_script.headers["HX-Redirect"]):
        assert len(ciro.get(address).context["slips"]) == 2


def marks(browser, address):
    return [slip.mark for slip in browser.get(address).context["slips"]]


def test_a_page_counts_as_a_copy_as_soon_as_its_button_is_pressed_and_a_further_one_is_a_duplicate(ciro, tickets):
    form = {"ticket": fields(tickets[0]), "by": "page"}
    first, second = (ciro.post(PRINT, form).headers["Location"] for _time in range(2))

    assert (marks(ciro, first), marks(ciro, second)) == ([""], ["DUPLICATE"])
    assert marks(ciro, reverse("kitchen:print_page", args=[tickets[0].ref])) == ["DUPLICATE"]
    assert list(PrintJob.objects.order_by("copy").values_list("copy", "is_page")) == [(1, True), (2, True)]
    assert Ticket.objects.get(ref=tickets[0].ref).is_worked_on


def test_to_look_at_a_page_writes_nothing_whatever_copy_it_names(ciro, tickets):
    ref = tickets[0].ref
    addresses = [f"{PRINT}?ticket={ref}", f"{PRINT}?copy={ref}:7", f"{PRINT}?copy={ref}:x", f"{PRINT}?copy={ref}"]

    assert [marks(ciro, address) for address in addresses] == [[""]] * 4
    assert ciro.get(f"{PRINT}?ticket={ref}&copy=x:1").status_code == 404
    assert not PrintJob.objects.exists()


@pytest.mark.parametrize(
    ("outcome", "mark"),
    [
        ({"state": PrintState.QUEUED, "is_outcome_unknown": True}, "DUPLICATE?"),
        ({"state": PrintState.PRINTING}, "DUPLICATE?"),
        ({"state": PrintState.QUEUED}, ""),
    ],
    ids=["unknown", "being printed", "not begun"],
)
def test_a_page_says_that_it_may_be_a_duplicate_while_nobody_knows_whether_one_came_out(ciro, tickets, outcome, mark):
    at = clock.now()
    PrintJob.objects.create(ticket=tickets[0], requested_by="system", requested_at=at, due_at=at, **outcome)

    location = ciro.post(PRINT, {"ticket": fields(tickets[0]), "by": "page"}).headers["Location"]

    assert marks(ciro, location) == [mark]


def test_the_printer_marks_a_slip_after_a_page_as_a_duplicate(ciro, kitchen, printer, tickets):
    ciro.post(PRINT, {"ticket": fields(tickets[0]), "by": "page"})
    ciro.post(PRINT, {"ticket": fields(tickets[0]), "by": "printer"})
    print_next(kitchen, clock.now())

    [text] = printer.texts
    assert text.splitlines()[0] == "DUPLICATE"


@pytest.mark.parametrize("by", ["page", "printer"])
def test_a_ticket_that_is_not_to_be_cooked_yet_is_not_printed(ciro, kitchen, printer, by):
    at = clock.now()
    times = {"slot_at": at, "joins_queue_at": at + timedelta(hours=1)}
    held = in_queue(kitchen, TicketState.HELD, at=at)
    later = in_queue(kitchen, TicketState.SCHEDULED, at=at, **times)

    response = ciro.post(PRINT, {"ticket": fields(*held, *later), "by": by})

    assert response.headers["Location"] == BOARD
    assert messages_on_board(ciro) == [
        "#1 is not paid yet. It can be printed then.",
        "#1 is for later. It can be printed when it has joined the queue.",
    ]
    assert not PrintJob.objects.exists()


def test_printing_without_a_printer_is_refused_with_one_sentence(ciro, tickets):
    ciro.post(PRINT, {"ticket": fields(*tickets), "by": "printer"})

    assert messages_on_board(ciro) == ["The kitchen has no printer. Please print from this device."]


@pytest.mark.parametrize("number", [0, 51])
def test_printing_no_ticket_or_too_many_is_refused_with_a_sentence(ciro, printer, number):
    response = ciro.post(PRINT, {"ticket": [f"{uuid4()}:0" for _ in range(number)]})

    assert response.headers["Location"] == BOARD
    assert messages_on_board(ciro) == ["Please select the tickets to print first: up to 50 at once."]


def test_a_ticket_that_does_not_exist_does_not_keep_the_others_from_being_printed(ciro, printer, tickets):
    ciro.post(PRINT, {"ticket": [f"{uuid4()}:0", *fields(tickets[0])]})

    assert only_job().ticket == tickets[0]
    assert messages_on_board(ciro) == ["There is no such ticket.", "Printing #1."]


def test_a_malformed_ref_is_not_found(ciro, printer):
    assert ciro.post(PRINT, {"ticket": "42"}).status_code == 404


def test_a_failure_can_be_printed_again_or_dismissed_from_the_board(ciro, kitchen, printer, tickets):
    printer.paper = NO_PAPER
    printing_services.queue_first_copy(ticket=tickets[0], at=clock.now())
    print_until_given_up(kitchen)
    [failure] = ciro.get(BOARD).context["printing"].failures
    assert (failure.message, failure.is_given_up) == ("#1 was not printed: the printer is out of paper.", True)

    # The tickets that are selected on the board do not count for a button that names its own.
    ciro.post(DISMISS, {"these": str(tickets[0].ref), "ticket": fields(tickets[1])})
    assert ciro.get(BOARD).context["printing"].failures == []

    ciro.post(PRINT, {"these": str(tickets[0].ref), "ticket": fields(tickets[1])})
    assert (only_job().ticket, only_job().state) == (tickets[0], PrintState.QUEUED)


def test_a_driver_neither_sees_nor_prints_tickets(sign_in, printer, tickets):
    driver = sign_in(DRIVER)

    assert driver.get(reverse("kitchen:print_page", args=[tickets[0].ref])).status_code == 403
    assert driver.post(PRINT, {"ticket": fields(*tickets)}).status_code == 403
    assert not PrintJob.objects.exists()
