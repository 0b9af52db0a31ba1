"""
The jobs of the kitchen's printer: each is one copy of a ticket.

A job holds no text: what is printed is read from the ticket at that moment.
"""

from datetime import datetime
from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from kitchen.models import ON_BOARD, Ticket, TicketChange
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.locking import LockingQuerySet


class PrintState(models.TextChoices):
    QUEUED = "queued", _("to be printed")
    PRINTING = "printing", _("being printed")
    PRINTED = "printed", _("printed")
    GIVEN_UP = "given_up", _("given up")
    DROPPED = "dropped", _("not needed any more")


UNFINISHED = (PrintState.QUEUED, PrintState.PRINTING)


class PrinterProblem(models.TextChoices):
    """Why the last attempt has failed."""

    UNREACHABLE = "unreachable", _("the printer cannot be reached")
    NO_ANSWER = "no_answer", _("the printer does not answer")
    INTERRUPTED = "interrupted", _("the connection to the printer was interrupted")
    NO_PAPER = "no_paper", _("the printer is out of paper")
    COVER_OPEN = "cover_open", _("the printer's cover is open")
    PRINTER_ERROR = "printer_error", _("the printer reports an error")
    TERMINATED = "terminated", _("the worker was terminated before it reported a result")
    UNEXPECTED = "unexpected", _("an unexpected error occurred")


class PrintJobQuerySet(LockingQuerySet["PrintJob"]):
    def unfinished(self) -> Self:
        """Filter the jobs that are still to be printed, now or later."""
        return self.filter(state__in=UNFINISHED)

    def due(self, at: datetime) -> Self:
        """Filter the jobs to be printed now, and those whose worker's lease has ended."""
        return self.unfinished().filter(due_at__lte=at)

    def failed(self) -> Self:
        """Filter the jobs that the board shows: not printed, at least one attempt has failed, and not dismissed."""
        return self.exclude(problem="").filter(dismissed_at=None, ticket__state__in=ON_BOARD)


class PrintJob(models.Model):
    ticket = models.ForeignKey(
        Ticket,
        models.CASCADE,
        related_name="print_jobs",
        db_index=False,  # the constraint below serves
    )
    copy = models.PositiveSmallIntegerField(default=1)
    is_page = models.BooleanField(default=False)  # printed by the print dialog of a browser, not by the printer
    change = models.CharField(max_length=10, choices=TicketChange, blank=True)  # what it tells of a slip before it
    state = models.CharField(max_length=8, choices=PrintState, default=PrintState.QUEUED)
    requested_by = models.CharField(max_length=32)  # actor, as in a stored event; the system prints the first copy
    requested_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)  # while it is being printed: the end of the lease
    attempts = models.PositiveSmallIntegerField(default=0)  # since it was requested
    printed_at = models.DateTimeField(null=True, blank=True)
    problem = models.CharField(max_length=13, choices=PrinterProblem, blank=True)  # of the last attempt
    is_outcome_unknown = models.BooleanField(default=False)  # an attempt may have printed it
    dismissed_at = models.DateTimeField(null=True, blank=True)  # a cook does not want to read of the problem any more

    objects = PrintJobQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["due_at"], name="print_job_due", condition=models.Q(state__in=UNFINISHED)),
            models.Index(
                fields=["ticket"],
                name="print_job_failed",
                condition=~models.Q(problem="") & models.Q(dismissed_at__isnull=True),
            ),
            models.Index(fields=["requested_at"], name="print_job_requested"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "copy"], name="print_job_once"),
            models.CheckConstraint(condition=models.Q(state__in=PrintState.values), name="print_job_state_known"),
            models.CheckConstraint(
                condition=models.Q(state__in=UNFINISHED, due_at__isnull=False)
                | (~models.Q(state__in=UNFINISHED) & models.Q(due_at__isnull=True)),
                name="print_job_due_until_finished",
            ),
            models.CheckConstraint(
                condition=~models.Q(state=PrintState.PRINTED) | models.Q(printed_at__isnull=False, problem=""),
                name="print_job_printed_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ticket}, copy {self.copy}"

    @property
    def may_be_on_paper(self) -> bool:
        """Return whether it is printed, or may be: it is just being printed, or its outcome is unknown."""
        return self.state in (PrintState.PRINTED, PrintState.PRINTING) or self.is_outcome_unknown

    @property
    def is_automatic(self) -> bool:
        """Return whether the system has requested it, because the ticket began to wait."""
        return self.requested_by == str(SYSTEM) and not self.change

    def is_being_printed(self, at: datetime) -> bool:
        """Return whether a worker has claimed it, and its lease has not ended."""
        return self.state == PrintState.PRINTING and self.due_at is not None and self.due_at > at
