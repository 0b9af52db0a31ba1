from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from kitchen import selectors
from kitchen import services as kitchen_line
from kitchen.models import Kitchen
from kitchen.permissions import COOK, HAND_OVER, SEE_BOARD
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal


@needs(SEE_BOARD)
@require_safe
@never_cache
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    return _board(request)


@needs(COOK)
@require_POST
def start_cooking(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, lambda: kitchen_line.start_cooking(ref=ref, by=actor_of(request), at=clock.now()))


@needs(COOK)
@require_POST
def finish_ticket(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, lambda: kitchen_line.finish_ticket(ref=ref, by=actor_of(request), at=clock.now()))


def _step(request: HttpRequest, take: Callable[[], object]) -> HttpResponse:
    """Take a step on the line and show the board as it is then; a refusal is said on it."""
    try:
        take()
    except Kitchen.DoesNotExist as missing:
        raise Http404 from missing
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return _board(request) if request.headers.get("HX-Request") else redirect("kitchen:board")


def _board(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    context = {
        "board": selectors.board(selectors.the_kitchen(), at=clock.now()),
        "can_cook": by.may(COOK),
        "can_hand_over": by.may(HAND_OVER),
    }
    part = "#board" if request.headers.get("HX-Request") else ""
    return render(request, f"kitchen/board.html{part}", context)
