"""
Printing in three steps, so that nothing is locked while the printer is waited for: claim, print, record.

The printer takes one slip at a time, in the order in which they were requested. A worker that is killed between the
first step and the last leaves the job claimed; when the lease ends, it is printed again. So is one whose answer did not
come: a second slip, marked "DUPLICATE?", costs a bit of paper, and a slip that never comes out costs a guest the meal.
The locks are taken in one order: the kitchen, then its jobs.
"""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kitchen import services as kitchen_services
from kitchen.models import ON_BOARD, Kitchen
from kitchen.printing.escpos_document import escpos_document
from kitchen.printing.models import PrinterProblem, PrintJob, PrintState
from kitchen.printing.printer import Printer, PrintFailed, configured_printer
from kitchen.printing.slips import mark_of, slip_of
from kitchen.services.queue import bump_board_version
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.backoff import backoff_delay
from pizzeria.foundation.commands import command

PRINT_GIVEN_UP = AlertKind("print_given_up", _("A ticket of the kitchen was not printed: %(problem)s."))

LEASE = timedelta(minutes=1)  # from the claim to the recorded outcome; longer than a task may run
MAX_ATTEMPTS = 6
FIRST_DELAY, MAX_DELAY = timedelta(seconds=5), timedelta(seconds=40)  # in all, long enough to change the roll

log = structlog.get_logger(__name__)


def print_next_job(*, kitchen_id: int, at: datetime) -> bool:
    """
    Print the next job of a kitchen, if one is due and none is being printed.

    :returns: whether an attempt was made; others may wait
    """
    printer = configured_printer()
    job = claim_print_job(kitchen_id=kitchen_id, at=at) if printer else None
    if printer is None or job is None:
        return False
    passed = clock.stopwatch()
    failure = _print(job, printer, at=at)
    failpoints.reach("printing.sent")
    record_print_outcome(job=job, failure=failure, at=at + passed())
    return True


@command
def claim_print_job(*, kitchen_id: int, at: datetime) -> PrintJob | None:
    """
    Claim the next job for the length of the lease; None if there is nothing to print now.

    All that are unfinished are locked, so that two workers never claim one each. What the system has requested is
    dropped if the ticket has left the board meanwhile. From the claim on the ticket counts as printed: a change of it
    comes before, and is on the paper, or after, and has a slip of its own.
    """
    kitchen = Kitchen.objects.for_update().get(pk=kitchen_id)
    unfinished = PrintJob.objects.unfinished().filter(ticket__kitchen=kitchen_id).select_related("ticket__kitchen")
    jobs = list(unfinished.for_update().order_by("pk"))
    if any(job.is_being_printed(at) for job in jobs):
        return None
    for job in jobs:
        if job.due_at is None or job.due_at > at:
            continue
        if job.is_automatic and job.ticket.state not in ON_BOARD:
            _drop(job)
            continue
        _claim(job, at=at)
        kitchen_services.note_printed(kitchen=kitchen, ref=job.ticket.ref, at=at)
        return job
    return None


def _claim(job: PrintJob, *, at: datetime) -> None:
    if job.state == PrintState.PRINTING:  # its worker was terminated, before or after it had sent the slip
        job.problem, job.is_outcome_unknown = PrinterProblem.TERMINATED, True
    job.state, job.due_at, job.attempts = PrintState.PRINTING, at + LEASE, job.attempts + 1
    job.save(update_fields=["problem", "is_outcome_unknown", "state", "due_at", "attempts"])


def _drop(job: PrintJob) -> None:
    job.state, job.due_at, job.problem = PrintState.DROPPED, None, ""
    job.save(update_fields=["state", "due_at", "problem"])


def _print(job: PrintJob, printer: Printer, *, at: datetime) -> PrintFailed | None:
    """Print a claimed job; return why it was not printed, or None."""
    if job.attempts > MAX_ATTEMPTS:  # each of them has terminated its worker
        return PrintFailed(PrinterProblem.TERMINATED, is_outcome_unknown=True)
    try:
        slip = slip_of(job.ticket, mark=mark_of(job), at=at)
        printer.print(escpos_document(slip, columns=settings.KITCHEN_PRINTER_COLUMNS))
    except PrintFailed as failure:
        log.warning("ticket_not_printed", ticket=str(job.ticket.ref), problem=failure.problem.value)
        return failure
    except Exception:  # includes the task's time limit: it may have been printed
        log.exception("ticket_print_outcome_unknown", ticket=str(job.ticket.ref))
        return PrintFailed(PrinterProblem.UNEXPECTED, is_outcome_unknown=True)
    return None


@command
def record_print_outcome(*, job: PrintJob, failure: PrintFailed | None, at: datetime) -> None:
    """
    Record the outcome of a claimed job, unless another worker has claimed it since. The board shows a failure.

    :param job: as `claim_print_job` returned it
    :param failure: why it was not printed; None: it was
    """
    is_shown = failure is not None or job.problem != ""
    kitchen = Kitchen.objects.for_update().get(pk=job.ticket.kitchen_id) if is_shown else None
    row = PrintJob.objects.for_update().filter(pk=job.pk, state=PrintState.PRINTING, due_at=job.due_at).first()
    if row is None:
        return
    if failure and kitchen:
        _fail(row, failure, at=at)
        _note_without_paper(row, kitchen)
    else:
        row.state, row.printed_at, row.due_at, row.problem = PrintState.PRINTED, at, None, ""
    row.save()
    if kitchen:
        bump_board_version(kitchen)
    if kitchen and row.state == PrintState.GIVEN_UP:
        raise_alert(PRINT_GIVEN_UP, key=kitchen.slug, at=at, problem=str(row.get_problem_display()))


def _note_without_paper(failed: PrintJob, kitchen: Kitchen) -> None:
    """Note that a ticket is on no paper, unless the failed attempt or another copy may have printed it."""
    others = failed.ticket.print_jobs.exclude(pk=failed.pk)
    if not failed.is_outcome_unknown and not any(job.may_be_on_paper for job in others):
        kitchen_services.note_not_printed(kitchen=kitchen, ref=failed.ticket.ref)


def _fail(job: PrintJob, failure: PrintFailed, *, at: datetime) -> None:
    """Schedule the next attempt, or give the job up after the last one."""
    job.problem = failure.problem
    job.is_outcome_unknown = job.is_outcome_unknown or failure.is_outcome_unknown
    if job.attempts >= MAX_ATTEMPTS:
        job.state, job.due_at = PrintState.GIVEN_UP, None
        return
    delay = backoff_delay(job.attempts, first=FIRST_DELAY, longest=MAX_DELAY)
    job.state, job.due_at = PrintState.QUEUED, at + delay
