"""What the board says of its printer, and what the print page shows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from uuid import UUID

from django.utils.translation import ngettext

from kitchen.models import Kitchen, Ticket
from kitchen.printing.models import PrinterProblem, PrintJob, PrintState
from kitchen.printing.printer import configured_printer
from kitchen.printing.slips import Slip, mark_after, slip_of


@dataclass(frozen=True, slots=True)
class PrintFailure:
    """
    Tickets that were not printed for one reason.

    :param message: a sentence
    :param is_given_up: they are not printed before a cook says so; else they are tried again
    """

    message: str
    refs: Sequence[UUID]
    is_given_up: bool


@dataclass(frozen=True, slots=True)
class PrinterState:
    """
    What the board says of the printer.

    :param has_printer: else tickets are printed by the print dialog of a browser alone
    """

    has_printer: bool
    failures: Sequence[PrintFailure] = field(default_factory=list)


def printer_state(kitchen: Kitchen) -> PrinterState:
    """Return what the board says of the printer. One query; none without a printer."""
    if configured_printer() is None:
        return PrinterState(has_printer=False)
    failed = PrintJob.objects.failed().filter(ticket__kitchen=kitchen).select_related("ticket")
    jobs = sorted(failed.order_by("pk"), key=_reason)
    failures = [_failure(list(group)) for _reason_of_group, group in groupby(jobs, key=_reason)]
    return PrinterState(has_printer=True, failures=failures)


def has_due_job(kitchen_id: int, *, at: datetime) -> bool:
    """Return whether a job of a kitchen is to be printed now."""
    return PrintJob.objects.due(at).filter(ticket__kitchen=kitchen_id).exists()


def kitchens_with_due_jobs(at: datetime) -> list[int]:
    """Return the ids of the kitchens with jobs to be printed now."""
    due = PrintJob.objects.due(at).order_by("ticket__kitchen").values_list("ticket__kitchen", flat=True)
    return list(due.distinct())


def slips(refs: Sequence[UUID], *, copies: Mapping[UUID, int] | None = None, at: datetime) -> list[Slip]:
    """
    Return the slips of tickets for the print page, in the order in which they are due. Two queries.

    :param copies: the number of the copy that a page is, by the ticket's ref; without one, it is one more copy
    """
    tickets = Ticket.objects.filter(ref__in=refs).prefetch_related("print_jobs").order_by("due_at", "id")
    own = copies or {}
    return [slip_of(ticket, mark=_page_mark(ticket, copy=own.get(ticket.ref)), at=at) for ticket in tickets]


def _page_mark(ticket: Ticket, *, copy: int | None) -> str:
    jobs = list(ticket.print_jobs.all())
    if any(job.is_page and job.copy == copy for job in jobs):
        jobs = [job for job in jobs if job.copy < (copy or 0)]
    return mark_after(jobs)


def _reason(job: PrintJob) -> tuple[bool, str]:
    return job.state == PrintState.GIVEN_UP, job.problem


def _failure(jobs: Sequence[PrintJob]) -> PrintFailure:
    is_given_up, problem = _reason(jobs[0])
    labels, reason = ", ".join(job.ticket.label for job in jobs), PrinterProblem(problem).label
    if is_given_up:
        text = ngettext(
            "%(tickets)s was not printed: %(reason)s.", "%(tickets)s were not printed: %(reason)s.", len(jobs)
        )
    else:
        text = ngettext(
            "%(tickets)s is not printed yet: %(reason)s. We try again.",
            "%(tickets)s are not printed yet: %(reason)s. We try again.",
            len(jobs),
        )
    message = text % {"tickets": labels, "reason": reason}
    return PrintFailure(message=message, refs=[job.ticket.ref for job in jobs], is_given_up=is_given_up)
