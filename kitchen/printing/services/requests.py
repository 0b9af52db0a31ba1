"""Requests for printing: by the system the first copy and what has changed since, by a cook any other; dismissal."""

from datetime import datetime
from uuid import UUID

from django.db.models import Max
from django.utils.translation import gettext as _

from kitchen import services as kitchen_services
from kitchen.models import ON_BOARD, Kitchen, Ticket, TicketChange, TicketState
from kitchen.permissions import COOK, SEE_BOARD
from kitchen.printing.exceptions import NoPrinter, NotToBeCookedYet
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


def queue_change(*, ticket: Ticket, change: TicketChange, at: datetime) -> None:
    """
    Queue a slip, in the caller's transaction, that tells of a change of a ticket that is on paper.

    A copy that is not begun yet becomes that slip: it is printed with what the ticket says by then.

    :param ticket: of a kitchen that is locked
    """
    queued = PrintJob.objects.filter(ticket=ticket, state=PrintState.QUEUED)
    if not queued.update(change=change, due_at=at, attempts=0):
        copy = _next_copy(ticket)
        PrintJob.objects.create(
            ticket=ticket, copy=copy, change=change, requested_by=str(SYSTEM), requested_at=at, due_at=at
        )


@command
def request_print(*, ref: UUID, by: Actor, at: datetime) -> Ticket:
    """
    Have a ticket printed. One that is to be printed already is not printed twice, but due now.

    A copy that was given up is printed as if it were requested for the first time; after one that was printed, the next
    is a duplicate. The caller queues the task; the sweep does, if that is lost.

    :param ref: the order's ref
    :raises NotAllowed: the actor is not a cook
    :raises NoPrinter: the kitchen has no printer
    :raises NotToBeCookedYet: it is not paid yet, or for later
    :raises TicketNotFound: there is no such ticket
    """
    refuse_unless_permitted(by, COOK)
    if configured_printer() is None:
        raise NoPrinter(_("The kitchen has no printer. Please print from this device."))
    kitchen = kitchen_services.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    _refuse_unless_due(ticket, at=at)
    job = PrintJob.objects.filter(ticket=ticket, is_page=False).for_update().order_by("-copy").first()
    if job is None or job.state == PrintState.PRINTED:
        copy = _next_copy(ticket)
        PrintJob.objects.create(ticket=ticket, copy=copy, requested_by=str(by), requested_at=at, due_at=at)
    elif job.state != PrintState.PRINTING:
        _request_again(job, kitchen, by=by, at=at)
    return ticket


@command
def print_page(*, ref: UUID, by: Actor, at: datetime) -> PrintJob:
    """
    Record that a ticket is printed by the print dialog of a browser, and return the copy.

    :param ref: the order's ref
    :raises NotAllowed: the actor does not see the board
    :raises NotToBeCookedYet: it is not paid yet, or for later
    :raises TicketNotFound: there is no such ticket
    """
    refuse_unless_permitted(by, SEE_BOARD)
    kitchen = kitchen_services.lock_for_ticket(ref)
    ticket = kitchen.tickets.get(ref=ref)
    _refuse_unless_due(ticket, at=at)
    if ticket.state in ON_BOARD:
        kitchen_services.note_printed(kitchen=kitchen, ref=ref, at=at)
    return PrintJob.objects.create(
        ticket=ticket,
        copy=_next_copy(ticket),
        is_page=True,
        state=PrintState.PRINTED,
        requested_by=str(by),
        requested_at=at,
        printed_at=at,
    )


def _next_copy(ticket: Ticket) -> int:
    """Return the number of the next copy of a ticket, whose kitchen is locked."""
    return (PrintJob.objects.filter(ticket=ticket).aggregate(last=Max("copy"))["last"] or 0) + 1


def _refuse_unless_due(ticket: Ticket, *, at: datetime) -> None:
    """
    Refuse to print a ticket that is not to be cooked yet: on paper it would look like one that is.

    :raises NotToBeCookedYet: it is not paid yet, or for later
    """
    if ticket.state == TicketState.HELD:
        raise NotToBeCookedYet(_("%(ticket)s is not paid yet. It can be printed then.") % {"ticket": ticket.label})
    if ticket.state == TicketState.SCHEDULED and not ticket.is_due_to_join(at):
        sentence = _("%(ticket)s is for later. It can be printed when it has joined the queue.")
        raise NotToBeCookedYet(sentence % {"ticket": ticket.label})


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
