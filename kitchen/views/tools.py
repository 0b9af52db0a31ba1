"""The tools beside the board, and the offer to undo a step."""

from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from kitchen import selectors, services
from kitchen.board_address import redirect_to_board, with_station
from kitchen.exceptions import TicketNotFound
from kitchen.forms import CapacityForm, PauseForm
from kitchen.models import TicketState
from kitchen.permissions import CHANGE_CAPACITY, COOK, PAUSE
from kitchen.views.board import board_after_step, render_board
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal


@needs(COOK)
@require_POST
def undo_step(request: HttpRequest, ref: UUID) -> HttpResponse:
    def undo() -> None:
        ticket = services.undo_step(ref=ref, by=actor_of(request), at=clock.database_now())
        names = {"ticket": ticket.label, "state": TicketState(ticket.state).label}
        messages.success(request, _("Undone: %(ticket)s is %(state)s again.") % names)

    return _run_command(request, undo)


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
        return redirect(with_station(request, reverse("kitchen:board", query={"tool": tool})))
    status = 422
    if form.is_valid():
        try:
            command(**form.cleaned_data)
            messages.success(request, success_message)
            return redirect_to_board(request)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = refusal.status
    return render_board(request, status=status, **{f"{tool}_form": form})


def _run_command(request: HttpRequest, command: Callable[[], object]) -> HttpResponse:
    """Run a kitchen command and show the board afterwards, with the refusal as a message if there is one."""
    try:
        command()
    except TicketNotFound as missing:
        raise Http404 from missing
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    return board_after_step(request)
