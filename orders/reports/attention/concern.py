"""What needs a hand, as the overview of managers and the daily e-mail show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from orders.models import Order
from pizzeria.foundation import clock

MAX_ROWS = 50  # of one group; the page it links to has them all
MAX_AT_ONCE = 5  # the others are shown once they are asked for


@dataclass(frozen=True, slots=True)
class Button:
    """
    What is done about a concern.

    :ivar fields: what the form sends along; None: a link to the page where it is done
    """

    label: str
    url: str
    fields: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Concern:
    """
    One thing that needs a hand.

    :ivar id: the same whenever the page is refreshed
    """

    id: str
    text: str
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class ConcernGroup:
    """
    Concerns of one kind, the oldest first.

    :ivar is_urgent: a guest waits, or money does
    :ivar more: the link to the others; None: these are all
    """

    id: str
    title: str
    concerns: Sequence[Concern]
    is_urgent: bool = False
    more: Button | None = None

    @property
    def first(self) -> Sequence[Concern]:
        """Return the concerns that are seen at once."""
        return self.concerns[:MAX_AT_ONCE]

    @property
    def others(self) -> Sequence[Concern]:
        return self.concerns[MAX_AT_ONCE:]


def order_name(order: Order, at: datetime) -> str:
    day = clock.other_day(order.business_date, at=at) if order.business_date else ""
    return _("#%(number)d of %(day)s") % {"number": order.number, "day": day} if day else f"#{order.number}"


def time_text(moment: datetime | None, at: datetime) -> str:
    return clock.day_and_time(moment, at=at) if moment else "–"


def oldest[M: Model](rows: QuerySet[M]) -> list[M]:
    """Return the oldest rows, as many as are shown, and one more if there are more."""
    return list(rows.order_by("pk")[: MAX_ROWS + 1])


def urgent_group(name: str, title: str, concerns: Sequence[Concern], *, page: str) -> ConcernGroup:
    """Return an urgent group of the concerns that are shown, and with a link to the page of all if there are more."""
    more = Button(_("All of them"), page) if len(concerns) > MAX_ROWS else None
    return ConcernGroup(name, title, concerns[:MAX_ROWS], is_urgent=True, more=more)
