"""
The content of the board: what every screen with the same rights and station shows.

A change reaches all screens at once, and each of them fetches the board: the first that does makes the content, and the
others of that version get the same, without the cards that they have. It is kept no longer than the clocks on its cards
may be behind.
"""

import re
import threading
from collections.abc import Iterator, Mapping
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kitchen import selectors
from kitchen.models import Kitchen
from kitchen.permissions import PAUSE
from kitchen.printing import selectors as printing_selectors
from kitchen.selectors import Board, BoardTicket
from kitchen.steps import MAX_AT_ONCE
from kitchen.views.cards import PLACEHOLDER, Card, card_rights, cards_of, refused_card
from pizzeria.foundation.actor import Actor

MAX_AGE = timedelta(seconds=1)
MAX_KEPT = 16
LOCK_SECONDS = 1.0  # a thread that waited so long makes the content itself


@dataclass(frozen=True, slots=True)
class BoardContent:
    """
    :param template: the HTML in the board's element, without the CSRF token, and with placeholders for its cards
    :param cards: the HTML of the cards by digest
    :param made_at: the moment that its clocks show
    """

    board: Board
    template: str
    cards: Mapping[str, str]
    made_at: datetime

    def html(self, *, known: AbstractSet[str] = frozenset()) -> SafeString:
        """
        Return the HTML.

        :param known: the digests of cards that the reader has: their placeholders stay
        """

        def card(placeholder: re.Match[str]) -> str:
            return placeholder[0] if placeholder[1] in known else self.cards[placeholder[1]]

        return mark_safe(PLACEHOLDER.sub(card, self.template))  # noqa: S308 - templates escape


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
    cards = cards_of(board, by=by)
    columns = {
        name: [_in_column(ticket, cards[ticket], by=by, refusal=refusals.get(ticket.ref, "")) for ticket in tickets]
        for name, tickets in (("waiting", board.waiting), ("cooking", board.cooking), ("ready", board.ready))
    }
    context = {
        "board": board,
        "cards": columns,
        "seen_at_once": f":{MAX_AT_ONCE}",
        "printing": printing_selectors.printer_state(kitchen),
        "can_pause": by.may(PAUSE),
        **card_rights(by),
    }
    template = render_to_string("kitchen/board_content.html", context)
    return BoardContent(board, template, {card.digest: card.html(ticket) for ticket, card in cards.items()}, at)


def _in_column(ticket: BoardTicket, card: Card, *, by: Actor, refusal: str) -> SafeString:
    return refused_card(ticket, by=by, refusal=refusal) if refusal else card.placeholder


def shared_content(kitchen: Kitchen, *, station: str, by: Actor, at: datetime) -> BoardContent:
    """
    Return the content of the board in its version, made for this or for another screen, at most `MAX_AGE` ago.

    :param station: a slug; blank: all stations
    """
    key = (kitchen.ref, station, get_language(), by.may(PAUSE), *card_rights(by).values())
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
