from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from kitchen import selectors, services
from kitchen.exceptions import TicketNotFound
from kitchen.forms import CapacityForm, PauseForm
from kitchen.models import Ticket, TicketState
from kitchen.permissions import CHANGE_CAPACITY, COOK, HAND_OVER, PAUSE, SEE_BOARD
from kitchen.printing import selectors as printing_selectors
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal


@needs(SEE_BOARD)
@require_safe
@vary_on_headers("HX-Request")
def board(request: HttpRequest) -> HttpResponse:
    return _board(request)


@needs(COOK)
@require_POST
def start_cooking(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _take_step(request, services.start_cooking, ref, _("%(ticket)s is in the oven."))


@needs(COOK)
@require_POST
def finish_ticket(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _take_step(request, services.finish_ticket, ref, _("%(ticket)s is ready."))


@needs(COOK)
@require_POST
def recall_ticket(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _take_step(request, services.recall_ticket, ref, _("%(ticket)s is recalled."))


@needs(COOK)
@require_POST
def undo_step(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _take_step(request, services.undo_step, ref, _("Undone: %(ticket)s is %(state)s again."))


@needs(PAUSE)
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest) -> HttpResponse:
    form, at = PauseForm(request.POST), clock.now()
    kitchen, by = selectors.the_kitchen(), actor_of(request)

    def pause_kitchen(reason: str, **_: object) -> None:
        services.pause(kitchen=kitchen, reason=reason, until=form.ends_at(at), by=by, at=at)

    return _submit_tool_form(
        request, "pause", form, pause_kitchen, success_message=_("No new orders. Guests read why.")
    )


@needs(PAUSE)
@require_POST
def resume(request: HttpRequest) -> HttpResponse:
    kitchen, by = selectors.the_kitchen(), actor_of(request)
    return _run_command(request, lambda: services.resume(kitchen=kitchen, by=by, at=clock.now()))


@needs(CHANGE_CAPACITY)
@require_http_methods(["GET", "HEAD", "POST"])
def change_capacity(request: HttpRequest) -> HttpResponse:
    kitchen, by, at = selectors.the_kitchen(), actor_of(request), clock.now()
    form = CapacityForm(request.POST, kitchen=kitchen)
    command = partial(services.change_capacity, kitchen=kitchen, shown=form.initial, by=by, at=at)
    success_message = _("From now on the kitchen takes as much as you said.")
    return _submit_tool_form(request, "capacity", form, command, success_message=success_message)


def _submit_tool_form(
    request: HttpRequest, tool: str, form: Form, command: Callable[..., object], *, success_message: str
) -> HttpResponse:
    """
    Run the command of a board tool with the data of its form; show an invalid or refused form on the board, as typed.

    The browser is then at the tool's own URL: a GET of it (a reload, the history) is redirected to the board.

    :param tool: "pause" or "capacity"
    """
    if request.method != "POST":
        return redirect(reverse("kitchen:board", query={"tool": tool}))
    status = 422
    if form.is_valid():
        try:
            command(**form.cleaned_data)
            messages.success(request, success_message)
            return redirect("kitchen:board")
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = refusal.status
    return _board(request, status=status, **{f"{tool}_form": form})


def _take_step(request: HttpRequest, command: Callable[..., Ticket], ref: UUID, success_message: str) -> HttpResponse:
    """Run a command on a ticket, and show the board afterwards with what was done or why not."""

    def take_step() -> None:
        ticket = command(ref=ref, by=actor_of(request), at=clock.database_now())
        names = {"ticket": ticket.label, "state": TicketState(ticket.state).label}
        messages.success(request, success_message % names)

    return _run_command(request, take_step)


def _run_command(request: HttpRequest, command: Callable[[], object]) -> HttpResponse:
    """Run a kitchen command and show the board afterwards, with the refusal as a message if there is one."""
    try:
        command()
    except TicketNotFound as missing:
        raise Http404 from missing
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return board_after_step(request)


def board_after_step(request: HttpRequest) -> HttpResponse:
    """Return the board after a step: to htmx the part that changes, otherwise a redirect."""
    return _board(request) if request.headers.get("HX-Request") else redirect("kitchen:board")


def _board(
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
    by, kitchen = actor_of(request), selectors.the_kitchen()
    context = {
        "board": selectors.board(kitchen, at=clock.now()),
        "printing": printing_selectors.printer_state(kitchen),
        "undo_offers": lambda: selectors.undo_offers(by=by, at=clock.database_now()),  # a refresh shows none
        "can_cook": by.may(COOK),
        "can_hand_over": by.may(HAND_OVER),
        "can_pause": by.may(PAUSE),
        "can_change_capacity": by.may(CHANGE_CAPACITY),
        "pause_form": pause_form or PauseForm(),
        "capacity_form": capacity_form or CapacityForm(kitchen=kitchen),
        "open_tool": "pause" if pause_form else "capacity" if capacity_form else request.GET.get("tool", ""),
    }
    part = "#board" if request.headers.get("HX-Request") else ""
    return render(request, f"kitchen/board.html{part}", context, status=status)
