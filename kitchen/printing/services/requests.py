"""Requests for printing: the first copy of a ticket by the system, every other by a cook; and their dismissal."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket
from kitchen.permissions import COOK
from kitchen.printing.exceptions import NoPrinter
from kitchen.printing.models import PrintJob, PrintState
from kitchen.printing.printer import configured_printer
from kitchen.services.queue import bump_board_version, refuse_unless_permitted
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.commands import command


def queue_first_copy(*, ticket: Ticket, at: datetime) -> None:
    """
    Queue the first copy of a ticket in the caller's transaction, once however often the ticket begins to wait.

    One that was dropped, because the ticket had been started early by mistake, is queued again.
    """
    dropped = PrintJob.objects.filter(ticket=ticket, state=PrintState.DROPPED)
    if dropped.update(state=PrintState.QUEUED, requested_at=at, due_at=at, attempts=0):
        return
    job = PrintJob(ticket=ticket, requested_by=str(SYSTEM), requested_at=at, due_at=at)
    PrintJob.objects.bulk_create([job], ignore_conflicts=True)


@command
def request_print(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Have a ticket printed. One that is to be printed already is not printed twice, but due now.

    A copy that was given up is printed as if it were requested for the first time; after one that was printed, the next
    is a duplicate. The caller queues the task; the sweep does, if that is lost.

    :param ref: the order's ref
    :raises NotAllowed: the actor is not a cook
    :raises NoPrinter: the kitchen has no printer
    :raises TicketNotFound: there is no such ticket
    """
    refuse_unless_permitted(by, COOK)
    if configured_printer() is None:
        raise NoPrinter(_("The kitchen has no printer. Please print from this device."))
    kitchen = kitchen_services.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    job = PrintJob.objects.filter(ticket=ticket).for_update().order_by("-copy").first()
    if job is None or job.state == PrintState.PRINTED:
        copy = job.copy + 1 if job else 1
        PrintJob.objects.create(ticket=ticket, copy=copy, requested_by=str(by), requested_at=at, due_at=at)
    elif job.state != PrintState.PRINTING:
        _request_again(job, kitchen, by=by, at=at)
    return ticket


def _request_again(job: PrintJob, kitchen: Kitchen, *, by: Actor, at: datetime) -> None:
    was_shown = job.problem != ""
    job.state, job.requested_by, job.requested_at, job.due_at = PrintState.QUEUED, str(by), at, at
    job.attempts, job.problem, job.dismissed_at = 0, "", None
    job.save()
    if was_shown:
        bump_board_version(kitchen)


@command
def dismiss_print_failure(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Stop showing that a ticket was not printed. Nothing happens to one that is still to be printed.

    :param ref: the order's ref
    :raises NotAllowed: the actor is not a cook
    :raises TicketNotFound: there is no such ticket
    """
    refuse_unless_permitted(by, COOK)
    kitchen = kitchen_services.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    given_up = PrintJob.objects.filter(ticket=ticket, state=PrintState.GIVEN_UP, dismissed_at=None)
    if given_up.update(dismissed_at=at):
        bump_board_version(kitchen)
    return ticket


def purge_print_jobs(*, before: datetime) -> int:
    """Delete the jobs that were requested before a moment, whatever became of them; return how many."""
    return PrintJob.objects.filter(requested_at__lt=before).delete()[0]
