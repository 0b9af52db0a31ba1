from collections.abc import Callable
from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from orders.notifications import services
from orders.notifications.models import Notification
from orders.notifications.selectors import inbox_of, inbox_row
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of

PAGE_SIZE = 20


@require_safe
def inbox(request: HttpRequest) -> HttpResponse:
    page = Paginator(inbox_of(str(actor_of(request)), at=clock.now()), PAGE_SIZE).get_page(request.GET.get("page"))
    rows = [inbox_row(notification) for notification in page]
    context = {"page": page, "notifications": rows, "any_unread": any(row.is_unread for row in rows)}
    return render(request, "notifications/inbox.html", context)


@require_POST
def mark_read(request: HttpRequest) -> HttpResponse:
    return _run(request, services.mark_notifications_read)


@require_POST
def dismiss(request: HttpRequest) -> HttpResponse:
    return _run(request, services.dismiss_notifications)


def _run(request: HttpRequest, command: Callable[..., object]) -> HttpResponse:
    """Run a command on the notifications that a form names, and redirect to their page."""
    try:
        command(keys=_keys(request), by=actor_of(request), at=clock.now())
    except Notification.DoesNotExist as missing:
        raise Http404 from missing
    return redirect(reverse("notifications:inbox", query={"page": request.POST.get("page", "1")}))


def _keys(request: HttpRequest) -> list[tuple[UUID, int]]:
    """
    Return the keys of the notifications that a form names.

    :raises Http404: a key cannot be parsed
    """
    keys = [key.partition(".") for key in request.POST.getlist("notification")]
    try:
        return [(UUID(ref), int(seq)) for ref, _dot, seq in keys]
    except ValueError as invalid:
        raise Http404 from invalid
