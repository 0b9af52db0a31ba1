"""
The content of the board: what every screen with the same rights and station shows.

A change reaches all screens at once, and each of them fetches the board: the first that does makes the content, and the
others of that version get the same. It is kept no longer than the clocks on its cards may be behind.
"""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from kitchen import selectors
from kitchen.models import Kitchen
from kitchen.permissions import COOK, HAND_OVER, PAUSE
from kitchen.printing import selectors as printing_selectors
from kitchen.selectors import Board
from kitchen.steps import MAX_AT_ONCE
from kitchen.views.cards import rendered_cards
from pizzeria.foundation.actor import Actor

MAX_AGE = timedelta(seconds=1)
MAX_KEPT = 16
LOCK_SECONDS = 1.0  # a thread that waited so long makes the content itself


@dataclass(frozen=True, slots=True)
class BoardContent:
    """
    :param html: what is in the board's element, without the CSRF token
    :param made_at: the moment that its clocks show
    """

    board: Board
    html: SafeString
    made_at: datetime


_lock = threading.Lock()

# The newest of each kitchen, station, language and set of rights.
_kept: dict[tuple[object, ...], BoardContent] = {}


def new_content(
    kitchen: Kitchen, *, station: str, by: Actor, refusals: Mapping[UUID, str], at: datetime
) -> BoardContent:
    """
    Return the content of the board as it is now.

    :param station: a slug; blank: all stations
    :param refusals: by the ref of a ticket: why a step was refused
    """
    board = selectors.board(kitchen, station=station, at=at)
    context = {
        "board": board,
        "cards": rendered_cards(board, by=by, refusals=refusals),
        "seen_at_once": f":{MAX_AT_ONCE}",
        "printing": printing_selectors.printer_state(kitchen),
        "can_cook": by.may(COOK),
        "can_hand_over": by.may(HAND_OVER),
        "can_pause": by.may(PAUSE),
    }
    return BoardContent(board, render_to_string("kitchen/board_content.html", context), at)


def shared_content(kitchen: Kitchen, *, station: str, by: Actor, at: datetime) -> BoardContent:
    """
    Return the content of the board in its version, made for this or for another screen, at most `MAX_AGE` ago.

    :param station: a slug; blank: all stations
    """
    rights = [by.may(permission) for permission in (COOK, HAND_OVER, PAUSE)]
    key = (kitchen.ref, station, get_language(), *rights)
    with _one_at_a_time():
        kept = _kept.get(key)
        if kept is None or kept.board.version != kitchen.version or abs(at - kept.made_at) >= MAX_AGE:
            kept = new_content(kitchen, station=station, by=by, refusals={}, at=at)
            if len(_kept) >= MAX_KEPT:
                _kept.clear()
            _kept[key] = kept
    return kept


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold the lock of this process; a thread that has waited for `LOCK_SECONDS` goes on without it."""
    is_locked = _lock.acquire(timeout=LOCK_SECONDS)
    try:
        yield
    finally:
        if is_locked:
            _lock.release()
