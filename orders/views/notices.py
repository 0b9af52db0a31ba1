from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from orders import services
from orders.models import Notice
from orders.selectors.notices import notice_row, notices_of
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of

A_PAGE = 20


@require_safe
@never_cache
def notices(request: HttpRequest) -> HttpResponse:
    page = Paginator(notices_of(str(actor_of(request))), A_PAGE).get_page(request.GET.get("page"))
    rows = [notice_row(notice) for notice in page]
    context = {"page": page, "notices": rows, "any_unread": any(row.is_unread for row in rows)}
    return render(request, "orders/notices.html", context)


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    return _done_with(request, services.mark_notices_read)


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    return _done_with(request, services.dismiss_notices)


def _done_with(request: HttpRequest, command: Callable[..., object]) -> HttpResponse:
    """Do with the notices that a form names what a command does, and show the rest of their page."""
    try:
        command(told=_told(request), by=actor_of(request), at=clock.now())
    except Notice.DoesNotExist as missing:
        raise Http404 from missing
    return redirect(reverse("orders:notices", query={"page": request.POST.get("page", "1")}))


def _told(request: HttpRequest) -> list[tuple[UUID, int]]:
    """Read which notices a form names."""
    keys = [key.partition(".") for key in request.POST.getlist("notice")]
    try:
        return [(UUID(ref), int(seq)) for ref, _dot, seq in keys]
    except ValueError as nonsense:
        raise Http404 from nonsense
