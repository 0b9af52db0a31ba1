"""The HTML of the board's cards. A board asks for it every few seconds, and few of hundreds of cards have changed."""

from collections.abc import Mapping
from uuid import UUID

from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from kitchen.permissions import COOK, HAND_OVER
from kitchen.selectors import Board, BoardTicket
from pizzeria.foundation.actor import Actor

MAX_KINDS = 16

# By what a kind of board may do, its station and language: the cards that it showed last. What leaves it leaves this.
_shown: dict[tuple[bool, bool, str, str | None], dict[BoardTicket, SafeString]] = {}


def rendered_cards(board: Board, *, by: Actor, refusals: Mapping[UUID, str]) -> dict[str, list[SafeString]]:
    """
    Return the HTML of the cards of a board, by column: "waiting", "cooking" and "ready".

    :param refusals: by the ref of a ticket: why a step was refused
    """
    can_cook, can_hand_over = by.may(COOK), by.may(HAND_OVER)
    kind = (can_cook, can_hand_over, board.station, get_language())
    before, shown = _shown.get(kind, {}), {}

    def card(ticket: BoardTicket) -> SafeString:
        shown[ticket] = before.get(ticket) or _render(ticket, can_cook=can_cook, can_hand_over=can_hand_over)
        refusal = refusals.get(ticket.ref)
        if not refusal:
            return shown[ticket]
        return _render(ticket, can_cook=can_cook, can_hand_over=can_hand_over, refusal=refusal)

    columns = {name: [card(ticket) for ticket in getattr(board, name)] for name in ("waiting", "cooking", "ready")}
    if kind not in _shown and len(_shown) >= MAX_KINDS:
        _shown.clear()
    _shown[kind] = shown
    return columns


def _render(ticket: BoardTicket, **context: object) -> SafeString:
    return mark_safe(render_to_string("kitchen/card.html", {"ticket": ticket, **context}).strip())  # noqa: S308 - a template escapes
