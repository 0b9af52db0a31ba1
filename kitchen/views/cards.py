"""The HTML of the board's cards. A board asks for it every few seconds, and few of hundreds of cards have changed."""

import re
from dataclasses import dataclass
from hashlib import blake2b
from typing import Self, TypedDict

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kitchen.permissions import COOK, HAND_OVER
from kitchen.selectors import Board, BoardTicket
from pizzeria.foundation.actor import Actor

MAX_KINDS = 16
DIGEST_BYTES = 6

# Where the card shows how late it is, which changes by itself. PostgreSQL's texts never contain it.
TIME_MARK = "\0"

PLACEHOLDER = re.compile(r'<li data-unchanged="(\w+)"></li>')  # see `Card.placeholder`


class CardRights(TypedDict):
    """What of a card's buttons somebody may press."""

    can_cook: bool
    can_hand_over: bool


def card_rights(by: Actor) -> CardRights:
    """Return what an actor may do with a card."""
    return {"can_cook": by.may(COOK), "can_hand_over": by.may(HAND_OVER)}


@dataclass(frozen=True, slots=True)
class Card:
    """
    The HTML of a card, whenever it is shown.

    :ivar digest: of the HTML but for what changes with the time, which the browser keeps up by itself; hexadecimal
    :ivar pieces: what stands before, between and after the texts of `BoardTicket.times`
    """

    digest: str
    pieces: tuple[str, ...]

    @classmethod
    def of(cls, ticket: BoardTicket, rights: CardRights) -> Self:
        html = _render(ticket, times=[TIME_MARK] * len(ticket.times), **rights)
        digest = blake2b(html.encode(), digest_size=DIGEST_BYTES).hexdigest()
        named = html.replace("<li ", f'<li data-card="{digest}" ', 1)
        return cls(digest, tuple(named.split(TIME_MARK)))

    def html(self, ticket: BoardTicket) -> SafeString:
        """Return the HTML with the times of the ticket, which is an equal one to that it was made of."""
        first, *rest = self.pieces
        filled = [first]
        for text, piece in zip(ticket.times, rest, strict=True):
            filled += (text, piece)
        return mark_safe("".join(filled))  # noqa: S308 - the pieces are escaped by a template, the times are the server's

    @property
    def placeholder(self) -> SafeString:
        """Return what stands for the card in an answer to a board that has it."""
        return mark_safe(f'<li data-unchanged="{self.digest}"></li>')  # noqa: S308 - hexadecimal


# By what a kind of board may do, its station and language: the cards that it showed last. What leaves it leaves this.
_shown: dict[tuple[bool, bool, str, str | None], dict[BoardTicket, Card]] = {}


def cards_of(board: Board, *, by: Actor) -> dict[BoardTicket, Card]:
    """Return the cards of a board by their tickets."""
    rights = card_rights(by)
    kind = (rights["can_cook"], rights["can_hand_over"], board.station, get_language())
    before = _shown.get(kind, {})
    cards = {
        ticket: before.get(ticket) or Card.of(ticket, rights)
        for column in (board.waiting, board.cooking, board.ready)
        for ticket in column
    }
    if kind not in _shown and len(_shown) >= MAX_KINDS:
        _shown.clear()
    _shown[kind] = cards
    return cards


def refused_card(ticket: BoardTicket, *, by: Actor, refusal: str) -> SafeString:
    """
    Return the HTML of a card with the refusal of a step.

    :param refusal: a sentence
    """
    html = _render(ticket, times=ticket.times, refusal=refusal, **card_rights(by))
    return mark_safe(html)  # noqa: S308 - a template escapes


def _render(ticket: BoardTicket, **context: object) -> str:
    return render_to_string("kitchen/card.html", {"ticket": ticket, **context}).strip()
