"""
Printing from the board: by the kitchen's printer, or by the print dialog of the browser that shows the print page.

Buttons of the board send its form, so that the selected tickets are `ticket=REF:SEQ`. Which version of a ticket the
board shows does not matter here: what is printed is the ticket as it is.
"""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from kitchen.board_address import board_url, redirect_to_board, with_station
from kitchen.permissions import COOK, SEE_BOARD
from kitchen.printing import selectors, services, tasks
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal

MAX_TICKETS = 50  # at once


@needs(SEE_BOARD)
@require_safe
def print_page(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _slips_page(request, [ref])


@needs(SEE_BOARD)
@require_http_methods(["GET", "HEAD", "POST"])
def print_tickets(request: HttpRequest) -> HttpResponse:
    """
    Show the print page of the selected tickets (GET), or have them printed (POST; `by=page` leads to the page).

    The page is a copy as soon as its button is pressed: its address names the number of each ticket's copy, so that
    it is shown without a mark, while one that is opened otherwise is marked as one more.
    """
    refs = _refs(request)
    if not 1 <= len(refs) <= MAX_TICKETS:
        sentence = _("Please select the tickets to print first: up to %(limit)d at once.")
        messages.warning(request, sentence % {"limit": MAX_TICKETS})
        return redirect_to_board(request)
    if request.method != "POST":
        return _slips_page(request, refs)
    return _open_page(request, refs) if request.POST.get("by") == "page" else _print(request, refs)


@needs(COOK)
@require_POST
def dismiss_failures(request: HttpRequest) -> HttpResponse:
    _run(request, services.dismiss_print_failure, _refs(request))
    return redirect_to_board(request)


def _open_page(request: HttpRequest, refs: Sequence[UUID]) -> HttpResponse:
    """Record a copy of each ticket, and lead to the page that shows them."""
    jobs = _run(request, services.print_page, refs)
    if not jobs:
        return redirect_to_board(request)
    copies = [f"{job.ticket.ref}:{job.copy}" for job in jobs]
    return _whole_page(request, with_station(request, reverse("kitchen:print", query={"copy": copies})))


def _print(request: HttpRequest, refs: Sequence[UUID]) -> HttpResponse:
    """Request a copy of each ticket, and show the board afterwards. A script that asked follows the redirect."""
    tickets = _run(request, services.request_print, refs)
    if tickets:
        labels = ", ".join(ticket.label for ticket in tickets)
        messages.success(request, _("Printing %(tickets)s.") % {"tickets": labels})
    for kitchen_id in {ticket.kitchen_id for ticket in tickets}:
        tasks.queue_soon(kitchen_id)
    return redirect_to_board(request)


def _run[Result](request: HttpRequest, command: Callable[..., Result], refs: Sequence[UUID]) -> list[Result]:
    """Run a command for each ticket; return what it did not refuse. Each reason to refuse is a message, once."""
    by, at = actor_of(request), clock.now()
    results: list[Result] = []
    reasons: list[str] = []
    for ref in refs:
        try:
            results.append(command(ref=ref, by=by, at=at))
        except Refusal as refusal:
            reasons.append(refusal.message)
    for reason in dict.fromkeys(reasons):
        messages.warning(request, reason)
    return results


def _slips_page(request: HttpRequest, refs: Sequence[UUID]) -> HttpResponse:
    slips = selectors.slips(refs, copies=_copies(request), at=clock.now())
    if not slips:
        raise Http404
    return render(request, "kitchen/print_page.html", {"slips": slips, "board_url": board_url(request)})


def _whole_page(request: HttpRequest, address: str) -> HttpResponse:
    """Lead to another page, also a script that would show it as a part of this one."""
    if request.headers.get("HX-Request"):
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


def _refs(request: HttpRequest) -> list[UUID]:
    """
    Return the refs of the tickets that a request names, each once.

    A button that stands for certain tickets names them as `these=REF REF`; then the selected ones do not count.

    :raises Http404: one is none
    """
    fields = request.POST if request.method == "POST" else request.GET
    these = " ".join(fields.getlist("these")).split() or fields.getlist("ticket") or fields.getlist("copy")
    return list(dict.fromkeys(_ref(value) for value in these))


def _ref(value: str) -> UUID:
    try:
        return UUID(value.partition(":")[0])
    except ValueError as malformed:
        raise Http404 from malformed


def _copies(request: HttpRequest) -> dict[UUID, int]:
    """Return the number of the copy that the page is of each ticket, named as `copy=REF:NUMBER`; without others."""
    named = ((_ref(value), value.partition(":")[2]) for value in request.GET.getlist("copy"))
    return {ref: int(number) for ref, number in named if number.isdecimal()}
