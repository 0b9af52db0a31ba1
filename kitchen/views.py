from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from kitchen import selectors, services
from kitchen.forms import CapacityForm, PauseForm
from kitchen.models import Kitchen
from kitchen.permissions import CHANGE_CAPACITY, COOK, HAND_OVER, PAUSE, SEE_BOARD
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
    return _step(request, lambda: services.start_cooking(ref=ref, by=actor_of(request), at=clock.now()))


@needs(COOK)
@require_POST
def finish_ticket(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, lambda: services.finish_ticket(ref=ref, by=actor_of(request), at=clock.now()))


@needs(COOK)
@require_POST
def recall_ticket(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, lambda: services.recall_ticket(ref=ref, by=actor_of(request), at=clock.now()))


@needs(PAUSE)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest) -> HttpResponse:
    form, at = PauseForm(request.POST), clock.now()
    kitchen, by = selectors.the_kitchen(), actor_of(request)

    def use(reason: str, **_: object) -> None:
        services.pause(kitchen=kitchen, reason=reason, until=form.until(at), by=by, at=at)

    return _use_tool(request, "pause", form, use, done=_("No new orders. Guests read why."))


@needs(PAUSE)
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    kitchen, by = selectors.the_kitchen(), actor_of(request)
    return _step(request, lambda: services.resume(kitchen=kitchen, by=by, at=clock.now()))


@needs(CHANGE_CAPACITY)
@require_http_methods(["GET", "HEAD", "POST"])
def change_capacity(request: HttpRequest) -> HttpResponse:
    kitchen, by, at = selectors.the_kitchen(), actor_of(request), clock.now()
    use = partial(services.change_capacity, kitchen=kitchen, by=by, at=at)
    done = _("From now on the kitchen takes as much as you said.")
    return _use_tool(request, "capacity", CapacityForm(request.POST), use, done=done)


def _use_tool(request: HttpRequest, tool: str, form: Form, use: Callable[..., object], *, done: str) -> HttpResponse:
    """
    Run a tool's command with its form; if the form is invalid or refused, show it on the board as it was typed.

    The browser is at the tool's own address then: a GET of it (a reload, the history) is redirected to the board.
    """
    if request.method != "POST":
        return redirect(reverse("kitchen:board", query={"still": tool}))
    status = 422
    if form.is_valid():
        try:
            use(**form.cleaned_data)
            messages.success(request, done)
            return redirect("kitchen:board")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = refusal.status
    return _board(request, status=status, **{tool: form})


def _step(request: HttpRequest, take: Callable[[], object]) -> HttpResponse:
    """Run a kitchen command and show the board afterwards, with the refusal as a message if there is one."""
    try:
        take()
    except Kitchen.DoesNotExist as missing:
        raise Http404 from missing
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return _board(request) if request.headers.get("HX-Request") else redirect("kitchen:board")


def _board(
    request: HttpRequest, *, status: int = 200, pause: Form | None = None, capacity: Form | None = None
) -> HttpResponse:
    """Render the board; a tool's form that is passed in has errors and is shown open."""
    by, board = actor_of(request), selectors.board(selectors.the_kitchen(), at=clock.now())
    as_it_is = {"max_concurrent_orders": board.capacity, "oven_slots": board.oven_slots}
    context = {
        "board": board,
        "can_cook": by.may(COOK),
        "can_hand_over": by.may(HAND_OVER),
        "can_pause": by.may(PAUSE),
        "can_change_capacity": by.may(CHANGE_CAPACITY),
        "pause": pause or PauseForm(),
        "capacity": capacity or CapacityForm(initial=as_it_is),
        "still": "pause" if pause else "capacity" if capacity else request.GET.get("still", ""),
    }
    part = "#board" if request.headers.get("HX-Request") else ""
    return render(request, f"kitchen/board.html{part}", context, status=status)
