"""The address of the board. A screen that is for one station stays so after whatever is done there."""

import re

from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse

_SLUG = re.compile(r"[\w-]{1,60}", re.ASCII)


def station_of(request: HttpRequest) -> str:
    """Return the station that the board is for, as its address or its form has it; blank: all of them."""
    sent = request.POST.get("station") or request.GET.get("station", "")
    return sent if _SLUG.fullmatch(sent) else ""


def with_station(request: HttpRequest, address: str) -> str:
    """Return the address of a page that leads back to the board, with the station in its query."""
    station = station_of(request)
    return f"{address}{'&' if '?' in address else '?'}station={station}" if station else address


def board_url(request: HttpRequest) -> str:
    """Return the address of the board, of its station."""
    return with_station(request, reverse("kitchen:board"))


def redirect_to_board(request: HttpRequest) -> HttpResponseRedirect:
    """Return a redirect to the board, of its station."""
    return HttpResponseRedirect(board_url(request))
