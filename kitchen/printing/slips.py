"""The slip: what is printed of a ticket, by the kitchen's printer and on the page for a browser's print dialog."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from typing import Any

from django.utils.translation import gettext as _

from kitchen import slot_labels
from kitchen.models import Ticket, TicketChange, TicketState
from kitchen.printing.models import PrintJob, PrintState
from pizzeria.foundation import clock

PAPERS = (("short", 100), ("medium", 150), ("long", 220))  # by their names in the style sheet, in mm; else "endless"


@dataclass(frozen=True, slots=True)
class SlipItem:
    """
    One line of the order.

    :param contains: allergens, which are printed if the guest has named an allergy
    :param is_declared: whether all allergens of it are known
    """

    quantity: int
    name: str
    size: str
    added: Sequence[str]
    left_out: Sequence[str]
    contains: Sequence[str]
    is_declared: bool


@dataclass(frozen=True, slots=True)
class Slip:
    """
    A slip. Times are formatted for people.

    :param day: of the number, if that is not today; else blank
    :param mark: printed above everything else: that it is a duplicate, changed, or not to be made; blank: nothing
    :param wanted: when the guest wants it; blank: as soon as possible
    """

    label: str
    day: str
    mark: str
    method: str
    due: str
    wanted: str
    items: Sequence[SlipItem]
    allergies: str
    notes: str
    printed: str

    @property
    def paper(self) -> str:
        """Return which length of paper the print page needs, by a generous estimate."""
        head = 46 + 10 * bool(self.mark) + 6 * bool(self.day) + 7 * bool(self.wanted)
        height = head + _large(self.allergies) + _small(self.notes) + sum(map(self._height_of, self.items))
        return next((paper for paper, millimeters in PAPERS if height <= millimeters), "endless")

    def _height_of(self, item: SlipItem) -> float:
        height = 2 + _large(f"{item.quantity} x {item.name}, {item.size}")
        height += sum(map(_small, [*item.added, *item.left_out]))
        if self.allergies:
            height += _small(", ".join(item.contains)) + 11
        return height


def slip_of(ticket: Ticket, *, mark: str = "", at: datetime) -> Slip:
    """Return the slip of a ticket as it is now."""
    return Slip(
        label=ticket.label,
        day=clock.other_day(ticket.business_date, at=at) if ticket.business_date else "",
        mark=_mark_of_state(ticket, at=at) or mark,
        method=ticket.get_method_display(),
        due=clock.day_and_time(ticket.due_at, at=at),
        wanted=slot_labels.label(ticket.wanted_at, at=at) if ticket.wanted_at else "",
        items=[_slip_item(item) for item in ticket.items],
        allergies=ticket.allergies,
        notes=ticket.notes,
        printed=clock.day_and_time(at, at=at),
    )


def mark_of(job: PrintJob) -> str:
    """Return how a copy is marked: as a duplicate, or that the ticket was changed after one before it. One query."""
    if job.change == TicketChange.CHANGED:
        return _("CHANGED")
    mark = mark_after(job.ticket.print_jobs.exclude(pk=job.pk))
    return mark or (_("DUPLICATE?") if job.is_outcome_unknown else "")


def mark_after(jobs: Iterable[PrintJob]) -> str:
    """
    Return the mark of one more copy: a second slip without a mark would be a second pizza.

    After one whose outcome is unknown it may be the first that comes out, so its mark leaves that open.

    :param jobs: the other ones of the ticket
    """
    before = [job for job in jobs if job.may_be_on_paper]
    if any(job.state == PrintState.PRINTED for job in before):
        return _("DUPLICATE")
    return _("DUPLICATE?") if before else ""


def _mark_of_state(ticket: Ticket, *, at: datetime) -> str:
    """Return the mark of a ticket that is not to be made, or not yet; blank for those on the board."""
    match ticket.state:
        case TicketState.WITHDRAWN:
            return _("CANCELLED")
        case TicketState.GONE:
            return _("GONE")
        case TicketState.HELD:
            return _("NOT PAID")
        case TicketState.SCHEDULED if not ticket.is_due_to_join(at):
            return _("FOR LATER")
    return ""


def _large(text: str) -> float:
    """Return how many mm a text in large letters takes on the print page."""
    return 7 * ceil(len(text) / 20)


def _small(text: str) -> float:
    return 5.5 * ceil(len(text) / 26)


def _slip_item(item: dict[str, Any]) -> SlipItem:
    return SlipItem(
        quantity=item["quantity"],
        name=item["name"],
        size=item.get("size", ""),
        added=item.get("added", ()),
        left_out=item.get("left_out", ()),
        contains=item.get("contains", ()),
        is_declared=item.get("is_declared", False),
    )
