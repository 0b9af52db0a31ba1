from uuid import UUID

from django.contrib.messages import get_messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from kitchen import selectors
from kitchen.board_address import redirect_to_board, station_of
from kitchen.forms import CapacityForm, PauseForm
from kitchen.models import Kitchen
from kitchen.permissions import CHANGE_CAPACITY, COOK, PAUSE, SEE_BOARD
from kitchen.views.content import BoardContent, new_content, shared_content
from kitchen.views.service_worker import allow_service_worker
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs

COPY_HEADER = "X-Board-Copy"  # the browser keeps this answer for later: what is meant for the next page waits for it
CARDS_HEADER = "X-Board-Cards"  # the digests of the cards that the board has, separated by spaces
REFUSED_TICKET = "ticket-"  # begins the tag of a message that is about one ticket; its ref follows


@needs(SEE_BOARD)
@require_safe
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    return render_board(request)


@needs(SEE_BOARD)
@require_safe
def finished(request: HttpRequest) -> HttpResponse:
    context = {
        "tickets": selectors.finished_tickets(selectors.the_kitchen()),
        "can_cook": actor_of(request).may(COOK),
        "station": station_of(request),
    }
    return render(request, "kitchen/finished.html", context)


def board_after_step(request: HttpRequest) -> HttpResponse:
    """Return the board after a step: to htmx the part that changes, otherwise a redirect."""
    if request.headers.get("HX-Request"):
        return render_board(request)
    return redirect_to_board(request)


def render_board(
    request: HttpRequest,
    *,
    status: int = 200,
    pause_form: Form | None = None,
    capacity_form: Form | None = None,
) -> HttpResponse:
    """
    Render the board.

    :param pause_form, capacity_form: a tool's form with errors; the tool is shown open
    """
    by, kitchen, is_copy = actor_of(request), selectors.the_kitchen(), COPY_HEADER in request.headers
    content = _content(request, kitchen, is_copy=is_copy)
    context = {
        "board": content.board,
        "content": content.html(known=frozenset(request.headers.get(CARDS_HEADER, "").split())),
        "undo_offers": lambda: selectors.undo_offers(by=by),  # a refresh shows none
        "can_pause": by.may(PAUSE),
        "can_change_capacity": by.may(CHANGE_CAPACITY),
        # A refresh shows neither.
        "pause_form": pause_form or SimpleLazyObject(PauseForm),
        "capacity_form": capacity_form or SimpleLazyObject(lambda: CapacityForm(kitchen=kitchen)),
        "open_tool": "pause" if pause_form else "capacity" if capacity_form else request.GET.get("tool", ""),
    }
    if is_copy:
        context |= {"messages": (), "undo_offers": ()}
    part = "#board" if request.headers.get("HX-Request") else ""
    return allow_service_worker(render)(request, f"kitchen/board.html{part}", context, status=status)


def _content(request: HttpRequest, kitchen: Kitchen, *, is_copy: bool) -> BoardContent:
    """Return the content of the board: to a refresh the one that is shared with other screens."""
    by, station, at = actor_of(request), station_of(request), clock.now()
    refusals = {} if is_copy else _refusals(request)
    if request.headers.get("HX-Trigger") == "board" and not refusals:
        return shared_content(kitchen, station=station, by=by, at=at)
    return new_content(kitchen, station=station, by=by, refusals=refusals, at=at)


def _refusals(request: HttpRequest) -> dict[UUID, str]:
    """Return why steps were refused, by the ref of the ticket: the messages that this answer shows."""
    return {
        UUID(tag.removeprefix(REFUSED_TICKET)): str(message)
        for message in get_messages(request)
        for tag in (message.extra_tags or "").split()
        if tag.startswith(REFUSED_TICKET)
    }
