"""The screens that show the board: whether it is in sight on one, and what managers read of each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet

from kitchen.models import LOAD, BoardScreen, Kitchen, Ticket, TicketState

LIVE_FOR = timedelta(seconds=45)  # from a heartbeat, of which there is one every 15 s
SHOWN_FOR = timedelta(days=1)  # a screen that has not been seen for longer is not listed
IN_STEP_WITHIN = timedelta(seconds=10)  # a screen may be behind for a moment: it has just heard of the change
MAX_SCREENS_SHOWN = 100
MAX_SEEN_TICKETS = 10


@dataclass(frozen=True, slots=True)
class ScreenState:
    """
    A screen as managers read of it.

    :ivar is_live: the board was in sight there a moment ago
    :ivar is_hidden: it reported last that another page covers the board, or that the device sleeps
    :ivar behind_since: since when it has shown an older version than the kitchen has; None: it is in step
    :ivar missing_versions: how many changes it does not show, if it is behind
    :ivar tested_by: who heard the sound, by name
    """

    pk: int
    name: str
    user: str
    last_seen_at: datetime
    seconds_ago: int
    is_live: bool
    is_hidden: bool
    is_sound_on: bool
    sound_tested_at: datetime | None
    tested_by: str
    missing_versions: int
    behind_since: datetime | None

    @property
    def is_in_sight(self) -> bool:
        return self.is_live and not self.is_hidden


@dataclass(frozen=True, slots=True)
class SeenTicket:
    """
    Who has seen a ticket, and when.

    :ivar seen_at: None: no cook has seen it yet
    :ivar unseen_seconds: how long no cook has seen it, if none has
    """

    label: str
    seen_at: datetime | None
    seen_by: str
    unseen_seconds: int


def live_screens(kitchen: Kitchen, at: datetime) -> "QuerySet[BoardScreen]":
    """
    Filter the screens on which the board is in sight of cooks: a heartbeat has said so a moment ago.

    A manager who is signed in may be anywhere: such a screen counts only if it has a name. One without sound counts.
    """
    return in_kitchen(kitchen).filter(last_visible_at__gt=at - LIVE_FOR)


def in_kitchen(kitchen: Kitchen) -> "QuerySet[BoardScreen]":
    """Filter the screens that are taken to be in the kitchen: those where a cook is signed in, or which have a name."""
    return BoardScreen.objects.filter(Q(is_of_cook=True) | ~Q(name=""), kitchen=kitchen)


def has_live_screen(kitchen: Kitchen, at: datetime) -> bool:
    """Return whether the board is in sight of a cook on any screen. One query."""
    return live_screens(kitchen, at).exists()


def screen_states(kitchen: Kitchen, *, at: datetime) -> list[ScreenState]:
    """Return the screens that were seen within a day, the newest heartbeat first. Two queries."""
    recent = BoardScreen.objects.filter(kitchen=kitchen, last_seen_at__gt=at - SHOWN_FOR).select_related("user")
    screens = list(recent.order_by("-last_seen_at", "-pk")[:MAX_SCREENS_SHOWN])
    names = _names_of([screen.sound_tested_by for screen in screens])
    return [_state_of(screen, kitchen, names, at) for screen in screens]


def seen_tickets(kitchen: Kitchen, *, at: datetime) -> list[SeenTicket]:
    """Return the tickets that no cook has seen, then the last ones that were seen. Three queries."""
    unseen = list(unseen_tickets(kitchen).order_by("state_changed_at", "pk")[:MAX_SEEN_TICKETS])
    recent = kitchen.tickets.filter(seen_at__gt=at - SHOWN_FOR, state__in=(*LOAD, TicketState.READY))
    seen = list(recent.order_by("-seen_at", "-pk")[:MAX_SEEN_TICKETS])
    names = _names_of([ticket.seen_by for ticket in seen])
    return [
        *(SeenTicket(ticket.label, None, "", _seconds(ticket.state_changed_at, at)) for ticket in unseen),
        *(SeenTicket(ticket.label, ticket.seen_at, names.get(ticket.seen_by, ticket.seen_by), 0) for ticket in seen),
    ]


def unseen_tickets(kitchen: Kitchen) -> "QuerySet[Ticket]":
    """Filter the tickets that wait to be cooked and that no cook has seen yet."""
    return kitchen.tickets.filter(state=TicketState.WAITING, seen_at=None, on_hold_since=None)


def _state_of(screen: BoardScreen, kitchen: Kitchen, names: dict[str, str], at: datetime) -> ScreenState:
    behind = screen.behind_since
    is_in_step = behind is None or screen.last_seen_at - behind < IN_STEP_WITHIN
    return ScreenState(
        pk=screen.pk,
        name=screen.name,
        user=str(screen.user or ""),
        last_seen_at=screen.last_seen_at,
        seconds_ago=_seconds(screen.last_seen_at, at),
        is_live=screen.last_visible_at is not None and screen.last_visible_at > at - LIVE_FOR,
        is_hidden=screen.last_visible_at is None or screen.last_visible_at < screen.last_seen_at,
        is_sound_on=screen.is_sound_on,
        sound_tested_at=screen.sound_tested_at,
        tested_by=names.get(screen.sound_tested_by, screen.sound_tested_by),
        missing_versions=max(0, kitchen.version - screen.board_version),
        behind_since=None if is_in_step else behind,
    )


def _seconds(begin: datetime, at: datetime) -> int:
    return max(0, int((at - begin).total_seconds()))


def _names_of(actors: Sequence[str]) -> dict[str, str]:
    """Return the names of users by their ids, as actors are stored. One query, none without a user."""
    ids = {int(actor) for actor in actors if actor.isdecimal()}
    users = get_user_model().objects.filter(pk__in=ids).order_by("pk") if ids else []
    return {str(user.pk): str(user) for user in users}
