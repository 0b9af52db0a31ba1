"""The addresses of the overview: its refresh, and its buttons, which return to the first page of the admin."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from menu import services as menu_services
from menu.sold_out import MODEL_BY_KIND
from orders.backoffice.dashboard import dashboard
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.alerts.services import acknowledge_alert as acknowledge
from pizzeria.foundation.refusals import Refusal


@require_safe
def overview(request: HttpRequest) -> HttpResponse:
    """Return the part of the first page that refreshes itself."""
    return render(
        request, "admin/overview/overview.html", {"overview": dashboard(by=actor_of(request), at=clock.now())}
    )


@require_POST
def resume_kitchen(request: HttpRequest) -> HttpResponse:
    kitchen, by = kitchen_selectors.the_kitchen(), actor_of(request)
    return _run(
        request,
        lambda: kitchen_services.resume(kitchen=kitchen, by=by, at=clock.now()),
        success_message=_("The kitchen takes orders again."),
    )


@require_POST
def back_on_the_menu(request: HttpRequest) -> HttpResponse:
    model = MODEL_BY_KIND.get(request.POST.get("kind", ""))
    if model is None:
        raise Http404
    item = get_object_or_404(model.objects.on_the_menu(), slug=request.POST.get("slug", ""))
    return _run(
        request,
        lambda: menu_services.mark_available(item=item, by=actor_of(request), at=clock.now()),
        success_message=_("%(name)s is back on the menu.") % {"name": item},
    )


@require_POST
def acknowledge_alert(request: HttpRequest) -> HttpResponse:
    number = request.POST.get("alert", "")
    alert = get_object_or_404(Alert, pk=int(number) if number.isdecimal() else 0)
    return _run(
        request,
        lambda: acknowledge(alert_id=alert.pk, by=actor_of(request), at=clock.now()),
        success_message=_("Acknowledged: %(alert)s") % {"alert": alert},
    )


def _run(request: HttpRequest, command: Callable[[], object], *, success_message: str) -> HttpResponse:
    """Run a command and return to the first page, with the refusal as a message if there is one."""
    try:
        command()
    except Refusal as refusal:
        messages.warning(request, refusal.message)
    else:
        messages.success(request, success_message)
    return redirect("admin:index")
