"""Printing on a real connection: what is printed when, and what becomes of a job whose printer fails."""

import socket
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from kitchen import services as kitchen_services
from kitchen import signals as kitchen_signals
from kitchen.models import Kitchen, Ticket, TicketChange, TicketState
from kitchen.printing import selectors as printing_selectors
from kitchen.printing import services as printing_services
from kitchen.printing.exceptions import NoPrinter
from kitchen.printing.models import PrinterProblem, PrintJob, PrintState
from kitchen.printing.printer import PrintFailed
from kitchen.printing.services.attempts import MAX_ATTEMPTS
from kitchen.services import withdraw_ticket
from orders.models import PaymentMethod
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.kitchen.printing.print_helpers import after_lease, only_job, print_next, print_until_given_up
from tests.kitchen.printing.receipt_printer import (
    COVER_IS_OPEN,
    ERROR,
    NO_PAPER,
    OFFLINE_STATUS,
    PRINTED_WITHOUT_PAPER,
    STATUS_WHEN_DONE,
    text_of,
)
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT


class PowerCut(BaseException):
    """Ends a worker where a failpoint raises it: nothing after it is carried out."""


def cut_power():
    raise PowerCut


@pytest.fixture
def placed_order(kitchen, printer):
    """Place an order in a shop with a printer."""
    return shop.place()


def messages(kitchen):
    return [failure.message for failure in printing_selectors.printer_state(kitchen).failures]


def request(order, by, at=FRIDAY_NIGHT):
    return printing_services.request_print(ref=order.ref, by=by, at=at)


def test_an_order_is_printed_once_when_its_ticket_begins_to_wait(kitchen, printer, placed_order):
    assert print_next(kitchen)
    assert not print_next(kitchen, FRIDAY_NIGHT + timedelta(hours=1))

    [text] = printer.texts
    assert "#1" in text.splitlines()
    assert "1 x Margherita, Small" in text
    assert "DUPLICATE" not in text
    job = only_job()
    assert (job.state, job.copy, job.problem, job.due_at) == (PrintState.PRINTED, 1, "", None)
    assert job.printed_at >= FRIDAY_NIGHT


def test_an_order_that_is_still_being_paid_is_printed_when_it_is_paid(kitchen, printer, stripe):
    order = shop.place(payment_method=PaymentMethod.CREDIT_CARD)
    assert not PrintJob.objects.exists()

    with_lock = Kitchen.objects.for_update().get(pk=kitchen.pk)
    kitchen_services.release_hold(kitchen=with_lock, ref=order.ref, by=SYSTEM, at=FRIDAY_NIGHT)

    assert print_next(kitchen)
    assert len(printer.documents) == 1


def test_the_signal_heard_twice_makes_one_job(kitchen, placed_order):
    ticket = Ticket.objects.get(ref=placed_order.ref)

    for _time in range(2):
        kitchen_signals.ticket_waiting.send(sender=Ticket, kitchen=kitchen, ticket=ticket, at=FRIDAY_NIGHT)

    assert only_job().ticket == ticket


@pytest.mark.django_db(transaction=True)
def test_no_job_is_left_of_an_order_whose_placing_fails(kitchen, printer):
    with failpoints.armed("orders.place_order.before_commit", cut_power), pytest.raises(PowerCut):
        shop.place()

    assert not PrintJob.objects.exists()


def test_a_ticket_that_waits_again_is_not_printed_again(kitchen, placed_order, chef):
    print_next(kitchen)
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.undo_step(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    assert Ticket.objects.get().state == TicketState.WAITING
    assert not print_next(kitchen, FRIDAY_NIGHT + timedelta(hours=1))


def test_a_shop_without_a_printer_writes_no_jobs_and_asks_nothing(kitchen, settings):
    settings.KITCHEN_PRINTER = ""
    with CaptureQueriesContext(
        connection,
    ) as queries:
        shop.place()
        printing_selectors.printer_state(kitchen)

    assert [query for query in queries if "printing_printjob" in query["sql"]] == []


def test_the_board_asks_for_failures_with_one_query(kitchen, printer, django_assert_num_queries):
    shop.place()
    with django_assert_num_queries(1):
        printing_selectors.printer_state(kitchen)


def test_jobs_are_printed_in_the_order_in_which_they_were_requested(kitchen, printer):
    for _order in range(3):
        shop.place()
    while print_next(kitchen):
        pass

    assert [text.splitlines()[0] for text in printer.texts] == ["#1", "#2", "#3"]


def test_a_second_worker_prints_nothing_while_the_first_one_does(kitchen, printer):
    shop.place()
    shop.place()
    assert printing_services.claim_print_job(kitchen_id=kitchen.pk, at=FRIDAY_NIGHT) is not None

    assert printing_services.claim_print_job(kitchen_id=kitchen.pk, at=FRIDAY_NIGHT) is None
    assert printing_services.claim_print_job(kitchen_id=kitchen.pk, at=after_lease()) is not None


@pytest.mark.django_db(transaction=True)
def test_the_printer_is_waited_for_outside_any_transaction(kitchen, placed_order, monkeypatch):
    seen = []

    def print_document(_printer, _document):
        seen.append((connection.in_atomic_block, only_job().state))

    monkeypatch.setattr("kitchen.printing.printer.Printer.print", print_document)
    print_next(kitchen)

    assert seen == [(False, PrintState.PRINTING)]


# Further copies ---------------------------------------------------------------------------------------------------


def test_a_reprint_is_marked_as_a_duplicate_with_the_time_of_printing(kitchen, printer, placed_order, chef):
    print_next(kitchen)
    later = FRIDAY_NIGHT + timedelta(minutes=7)
    request(placed_order, chef, at=later)
    print_next(kitchen, later)

    first, second = printer.texts
    assert "DUPLICATE" not in first
    assert "DUPLICATE" in second.splitlines()
    assert f"printed {clock.wall_clock(later)}" in second
    assert list(PrintJob.objects.order_by("copy").values_list("copy", "requested_by")) == [
        (1, "system"),
        (2, str(chef)),
    ]


def test_a_ticket_that_waits_for_the_printer_is_not_printed_twice_when_a_cook_asks_for_it(
    kitchen, printer, placed_order, chef
):
    request(placed_order, chef)
    request(placed_order, chef)
    while print_next(kitchen):
        pass

    assert len(printer.documents) == 1


def test_a_ticket_is_not_requested_again_while_it_is_being_printed(kitchen, placed_order, chef):
    claimed = printing_services.claim_print_job(kitchen_id=kitchen.pk, at=FRIDAY_NIGHT)
    request(placed_order, chef)

    assert (only_job().state, only_job().due_at) == (PrintState.PRINTING, claimed.due_at)


def test_printing_is_refused_without_a_printer(kitchen, chef, settings):
    settings.KITCHEN_PRINTER = ""
    order = shop.place()

    with pytest.raises(NoPrinter, match="no printer"):
        request(order, chef)


def test_only_cooks_have_a_ticket_printed_or_dismiss_a_failure(placed_order, driver):
    for command in (printing_services.request_print, printing_services.dismiss_print_failure):
        with pytest.raises(NotAllowed):
            command(ref=placed_order.ref, by=driver, at=FRIDAY_NIGHT)


@pytest.mark.parametrize("state", [TicketState.WITHDRAWN, TicketState.GONE], ids=str)
def test_the_first_copy_of_a_ticket_that_has_left_the_board_is_dropped(kitchen, printer, placed_order, state):
    Ticket.objects.update(state=state)

    assert not print_next(kitchen)
    assert only_job().state == PrintState.DROPPED
    assert printer.connections == 0


def test_a_ticket_for_later_that_was_started_by_mistake_is_printed_when_it_joins_the_queue(kitchen, printer, chef):
    Kitchen.objects.update(max_slot_pizzas=4)
    kitchen.refresh_from_db()
    order = shop.place(wanted_at=FRIDAY_NIGHT + timedelta(hours=2))
    assert not PrintJob.objects.exists()
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.undo_step(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    assert not print_next(kitchen)
    assert only_job().state == PrintState.DROPPED

    in_time = FRIDAY_NIGHT + timedelta(minutes=105)
    kitchen_services.join_queue(kitchen=kitchen, by=SYSTEM, at=in_time)

    assert print_next(kitchen, in_time)
    assert only_job().state == PrintState.PRINTED
    assert len(printer.texts) == 1


def test_a_cancelled_ticket_that_a_cook_prints_says_that_it_is_cancelled(kitchen, printer, placed_order, chef):
    withdraw_ticket(kitchen=kitchen, ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    request(placed_order, chef)
    print_next(kitchen)

    [text] = printer.texts
    assert text.splitlines()[0] == "CANCELLED"


def test_a_ticket_is_worked_on_from_the_moment_its_slip_is_begun_unless_nothing_came_out(
    kitchen, printer, placed_order
):
    assert not Ticket.objects.get().is_worked_on
    claimed = printing_services.claim_print_job(kitchen_id=kitchen.pk, at=FRIDAY_NIGHT)
    assert Ticket.objects.get().is_worked_on

    failure = PrintFailed(PrinterProblem.NO_PAPER)
    printing_services.record_print_outcome(job=claimed, failure=failure, at=FRIDAY_NIGHT)
    assert not Ticket.objects.get().is_worked_on

    claimed = printing_services.claim_print_job(kitchen_id=kitchen.pk, at=only_job().due_at)
    failure = PrintFailed(PrinterProblem.INTERRUPTED, is_outcome_unknown=True)
    printing_services.record_print_outcome(job=claimed, failure=failure, at=FRIDAY_NIGHT)
    assert Ticket.objects.get().is_worked_on


def change_allergies(kitchen, order, allergies):
    kitchen_services.change_ticket_notes(kitchen=kitchen, ref=order.ref, notes="", allergies=allergies, at=FRIDAY_NIGHT)


def test_a_printed_ticket_that_is_changed_turns_on_the_board_and_is_printed_again_by_itself(
    kitchen, printer, placed_order
):
    print_next(kitchen)

    change_allergies(kitchen, placed_order, "Nuts")
    change_allergies(kitchen, placed_order, "Nuts and milk")
    while print_next(kitchen):
        pass

    assert Ticket.objects.get().unacknowledged_change == TicketChange.CHANGED
    _first, second = printer.texts  # one slip for both changes: the second came before it was begun
    assert second.splitlines()[0] == "CHANGED"
    assert "ALLERGY: Nuts and milk" in second


def test_a_ticket_that_is_changed_while_its_slip_comes_out_has_a_slip_of_its_own(kitchen, printer, placed_order):
    claimed = printing_services.claim_print_job(kitchen_id=kitchen.pk, at=FRIDAY_NIGHT)
    change_allergies(kitchen, placed_order, "Nuts")
    printing_services.record_print_outcome(job=claimed, failure=None, at=FRIDAY_NIGHT)
    print_next(kitchen)

    [text] = printer.texts
    assert text.splitlines()[0] == "CHANGED"


def test_a_printed_ticket_that_is_cancelled_is_printed_again_by_itself(kitchen, printer, placed_order, chef):
    print_next(kitchen)

    withdraw_ticket(kitchen=kitchen, ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    print_next(kitchen)

    assert Ticket.objects.get().unacknowledged_change == TicketChange.CANCELLED
    assert printer.texts[1].splitlines()[0] == "CANCELLED"


@pytest.mark.parametrize("is_gone", [False, True], ids=["not printed", "gone"])
def test_a_ticket_that_is_not_on_paper_or_has_left_the_shop_is_not_printed_when_it_is_cancelled(
    kitchen, printer, placed_order, chef, is_gone
):
    if is_gone:
        print_next(kitchen)
        Ticket.objects.update(state=TicketState.GONE)
    before = len(printer.documents)

    withdraw_ticket(kitchen=kitchen, ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    assert not print_next(kitchen)
    assert len(printer.documents) == before


def test_a_slip_that_a_cook_has_requested_of_a_ticket_that_is_gone_says_so(kitchen, printer, placed_order, chef):
    print_next(kitchen)
    request(placed_order, chef)
    Ticket.objects.update(state=TicketState.GONE)
    print_next(kitchen)

    assert printer.texts[1].splitlines()[0] == "GONE"


# Failures ---------------------------------------------------------------------------------------------------------


def test_a_silent_printer_is_given_up_after_some_attempts_with_growing_pauses(
    kitchen, printer, placed_order, impatient
):
    printer.is_silent = True
    moments = print_until_given_up(kitchen)

    assert len(moments) == MAX_ATTEMPTS
    pauses = [later - earlier for earlier, later in pairwise(moments)]
    assert all(timedelta(seconds=2) < pause < timedelta(minutes=1) for pause in pauses)
    assert pauses[-1] > pauses[0]
    job = only_job()
    assert (job.problem, job.is_outcome_unknown) == (PrinterProblem.NO_ANSWER, False)
    assert messages(kitchen) == ["#1 was not printed: the printer does not answer."]
    assert str(Alert.objects.get()) == "A ticket of the kitchen was not printed: the printer does not answer."


def test_a_ticket_that_was_given_up_is_printed_without_a_mark_when_a_cook_asks_for_it(
    kitchen, printer, placed_order, chef, impatient
):
    printer.is_silent = True
    print_until_given_up(kitchen)
    printer.mend()
    later = FRIDAY_NIGHT + timedelta(hours=1)
    request(placed_order, chef, at=later)
    print_next(kitchen, later)

    printed = [text for text in map(text_of, printer.documents) if "Margherita" in text]
    assert len(printed) == 1
    assert "DUPLICATE" not in printed[0]
    assert messages(kitchen) == []


def test_a_printer_that_refuses_connections_is_tried_again(kitchen, printer, placed_order, settings):
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    mended, settings.KITCHEN_PRINTER = settings.KITCHEN_PRINTER, f"127.0.0.1:{port}"
    print_next(kitchen)
    assert (only_job().state, only_job().problem) == (PrintState.QUEUED, PrinterProblem.UNREACHABLE)
    assert messages(kitchen) == ["#1 is not printed yet: the printer cannot be reached. We try again."]

    settings.KITCHEN_PRINTER = mended
    print_next(kitchen, only_job().due_at)

    assert "DUPLICATE" not in printer.texts[0]
    assert messages(kitchen) == []


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ((NO_PAPER, NO_PAPER), "#1 is not printed yet: the printer is out of paper. We try again."),
        ((COVER_IS_OPEN, b"\x12"), "#1 is not printed yet: the printer's cover is open. We try again."),
        ((ERROR, b"\x12"), "#1 is not printed yet: the printer reports an error. We try again."),
    ],
    ids=["no paper", "open", "error"],
)
def test_nothing_is_sent_to_a_printer_that_says_that_it_cannot_print(kitchen, printer, placed_order, answers, sentence):
    printer.offline, printer.paper = answers
    print_next(kitchen)

    assert printer.documents == []
    assert messages(kitchen) == [sentence]
    assert not only_job().is_outcome_unknown


def test_a_slip_whose_connection_is_reset_in_the_middle_is_printed_again_with_a_mark(kitchen, printer, placed_order):
    printer.resets_after = 100
    print_next(kitchen)
    assert (only_job().problem, only_job().is_outcome_unknown) == (PrinterProblem.INTERRUPTED, True)

    printer.mend()
    print_next(kitchen, only_job().due_at)

    assert "DUPLICATE?" in text_of(printer.documents[-1]).splitlines()


def test_a_slip_that_the_printer_takes_and_never_confirms_is_printed_again_with_a_mark(
    kitchen, printer, placed_order, impatient
):
    printer.done = b""
    print_next(kitchen)
    assert (only_job().problem, only_job().is_outcome_unknown) == (PrinterProblem.NO_ANSWER, True)

    printer.mend()
    print_next(kitchen, only_job().due_at)

    assert "DUPLICATE?" in text_of(printer.documents[-1]).splitlines()
    assert only_job().state == PrintState.PRINTED


def test_a_slip_during_which_the_paper_ran_out_is_printed_again_with_a_mark(kitchen, printer, placed_order):
    printer.done = PRINTED_WITHOUT_PAPER
    print_next(kitchen)

    assert (only_job().problem, only_job().is_outcome_unknown) == (PrinterProblem.NO_PAPER, True)


def test_a_printer_that_sends_other_bytes_first_is_understood(kitchen, printer, placed_order):
    unasked = b"\x14\x00\x00\x0f"  # an automatic status
    printer.offline = unasked + b"\x12"
    print_next(kitchen)

    assert only_job().state == PrintState.PRINTED


def test_what_was_sent_to_a_printer_that_answers_no_status_counts_as_printed(kitchen, printer, placed_order, settings):
    settings.KITCHEN_PRINTER_CONFIRMS = False
    print_next(kitchen)

    assert only_job().state == PrintState.PRINTED
    assert printer.asked == []


def test_a_printer_that_answers_is_asked_before_and_after_a_slip(kitchen, printer, placed_order):
    print_next(kitchen)

    assert printer.asked[0] == OFFLINE_STATUS
    assert printer.asked[-1] == STATUS_WHEN_DONE


def test_an_error_of_the_program_counts_as_an_attempt(kitchen, printer, placed_order):
    Ticket.objects.update(items=[{"name": "without a quantity"}])
    print_until_given_up(kitchen)

    assert messages(kitchen) == ["#1 was not printed: an unexpected error occurred."]


def test_a_worker_that_is_killed_after_it_has_sent_a_slip_has_it_printed_again_with_a_mark(
    kitchen, printer, placed_order
):
    with failpoints.armed("printing.sent", cut_power), pytest.raises(PowerCut):
        print_next(kitchen)
    assert only_job().state == PrintState.PRINTING
    assert not print_next(kitchen)  # the lease has not ended

    assert print_next(kitchen, after_lease())

    first, second = printer.texts
    assert "DUPLICATE" not in first
    assert "DUPLICATE?" in second.splitlines()


def test_a_job_whose_workers_are_killed_each_time_is_given_up(kitchen, printer, placed_order):
    at = FRIDAY_NIGHT
    for _attempt in range(MAX_ATTEMPTS):
        with failpoints.armed("printing.sent", cut_power), pytest.raises(PowerCut):
            print_next(kitchen, at)
        at = after_lease(at)
    print_next(kitchen, at)

    assert only_job().state == PrintState.GIVEN_UP
    assert len(printer.documents) == MAX_ATTEMPTS


def test_the_outcome_of_a_worker_whose_lease_has_ended_does_not_count(kitchen, placed_order):
    late = printing_services.claim_print_job(kitchen_id=kitchen.pk, at=FRIDAY_NIGHT)
    printing_services.claim_print_job(kitchen_id=kitchen.pk, at=after_lease())

    printing_services.record_print_outcome(job=late, failure=None, at=after_lease())

    assert only_job().state == PrintState.PRINTING


def test_a_failure_and_its_end_change_the_boards_version(kitchen, printer, placed_order):
    def version():
        return Kitchen.objects.get().version

    before = version()
    printer.paper = NO_PAPER
    print_next(kitchen)
    failed = version()
    printer.mend()
    print_next(kitchen, only_job().due_at)

    assert before < failed < version()


def test_printing_without_a_failure_does_not_change_the_board(kitchen, printer, placed_order):
    before = Kitchen.objects.get().version
    print_next(kitchen)

    assert Kitchen.objects.get().version == before


def test_a_dismissed_failure_is_not_shown_any_more(kitchen, printer, placed_order, chef, impatient):
    printer.is_silent = True
    print_until_given_up(kitchen)
    printing_services.dismiss_print_failure(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    assert messages(kitchen) == []


def test_a_job_that_is_still_tried_cannot_be_dismissed(kitchen, printer, placed_order, chef):
    printer.paper = NO_PAPER
    print_next(kitchen)
    printing_services.dismiss_print_failure(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    assert len(messages(kitchen)) == 1


def test_a_failure_is_not_shown_once_the_ticket_has_left_the_board(kitchen, printer, placed_order):
    printer.paper = NO_PAPER
    print_next(kitchen)
    Ticket.objects.update(state=TicketState.GONE)

    assert messages(kitchen) == []


def test_tickets_that_failed_for_one_reason_are_one_sentence(kitchen, printer):
    tickets = in_queue(kitchen, TicketState.WAITING, TicketState.COOKING)
    for each in tickets:
        printing_services.queue_first_copy(ticket=each, at=FRIDAY_NIGHT)
    printer.paper = NO_PAPER
    while print_next(kitchen):
        pass

    [failure] = printing_selectors.printer_state(kitchen).failures
    assert failure.message == "#1, #2 are not printed yet: the printer is out of paper. We try again."
    assert failure.refs == [each.ref for each in tickets]


def test_old_jobs_are_purged(kitchen, placed_order):
    assert printing_services.purge_print_jobs(before=FRIDAY_NIGHT) == 0
    assert printing_services.purge_print_jobs(before=FRIDAY_NIGHT + timedelta(seconds=1)) == 1
