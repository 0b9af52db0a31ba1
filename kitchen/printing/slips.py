"""The slip: what is printed of a ticket, by the kitchen's printer and on the page for a browser's print dialog."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from kitchen.models import Ticket, TicketState
from kitchen.printing.models import PrintJob
from pizzeria.foundation import clock

PAPERS = (("short", 5), ("medium", 12), ("long", 22))  # and how many lines fit, beside the head
LETTERS_IN_A_LINE = 26


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

    @property
    def texts(self) -> list[str]:
        """Return what stands on lines of its own."""
        return [f"{self.name}, {self.size}", *self.added, *self.left_out, ", ".join(self.contains)]


@dataclass(frozen=True, slots=True)
class Slip:
    """
    A slip. Times are formatted for people.

    :param day: of the number, if that is not today; else blank
    :param mark: printed above everything else: that it is a duplicate, or cancelled; blank: nothing
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
        """Return which length of paper the print page needs, by its style sheet: about 7 mm for each line."""
        texts = [self.allergies, self.notes, *(text for item in self.items for text in item.texts)]
        lines = sum(1 + len(text) // LETTERS_IN_A_LINE for text in texts if text)
        return next((paper for paper, most in PAPERS if lines <= most), "endless")


def slip_of(ticket: Ticket, *, mark: str = "", at: datetime) -> Slip:
    """Return the slip of a ticket as it is now."""
    return Slip(
        label=ticket.label,
        day=clock.other_day(ticket.business_date, at=at) if ticket.business_date else "",
        mark=_("CANCELLED") if ticket.state == TicketState.WITHDRAWN else mark,
        method=ticket.get_method_display(),
        due=clock.day_and_time(ticket.due_at, at=at),
        wanted=clock.day_and_time(ticket.slot_at, at=at) if ticket.slot_at else "",
        items=[_slip_item(item) for item in ticket.items],
        allergies=ticket.allergies,
        notes=ticket.notes,
        printed=clock.day_and_time(at, at=at),
    )


def mark_of(job: PrintJob) -> str:
    """
    Return how a copy is marked: a second slip without a mark would be a second pizza.

    One whose outcome is unknown may be the first that comes out, so its mark leaves that open.
    """
    if job.copy > 1:
        return _("DUPLICATE")
    return _("DUPLICATE?") if job.is_outcome_unknown else ""


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
