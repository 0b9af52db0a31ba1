"""The kitchen's settings in the admin: capacity and oven slots, and whether it takes orders, each by its command."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kitchen import selectors, services
from kitchen.forms import CapacityForm, PauseForm
from kitchen.models import Kitchen
from kitchen.permissions import CHANGE_CAPACITY, PAUSE
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.refusals import Refusal

TOOL = "tool"  # the field that says which of the page's forms was sent


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, kitchen: Kitchen, *, model_admin: ModelAdmin[Kitchen]) -> HttpResponse:
    """
    Show the settings of a kitchen, and run the command of the form that was sent.

    :raises PermissionDenied: the actor may see the kitchen, but not change it
    """
    if request.method != "POST":
        return _show(request, kitchen, model_admin)
    run = {"capacity": _change_capacity, "pause": _pause, "resume": _resume}.get(request.POST.get(TOOL, ""))
    if run is None:
        return HttpResponseBadRequest()
    return run(request, kitchen, model_admin)


def _change_capacity(request: HttpRequest, kitchen: Kitchen, model_admin: ModelAdmin[Kitchen]) -> HttpResponse:
    by = actor_of(request)
    if not by.may(CHANGE_CAPACITY):
        raise PermissionDenied
    form = CapacityForm(request.POST, kitchen=kitchen)
    change = partial(services.change_capacity, kitchen=kitchen, shown=form.initial, by=by, at=clock.now())
    refused = _run(form, lambda: change(**form.cleaned_data))
    if refused:
        return _show(request, kitchen, model_admin, status=refused, capacity_form=form)
    if form.changed_data:
        labels = [str(form.fields[name].label) for name in form.changed_data]
        model_admin.log_change(request, kitchen, [{"changed": {"fields": labels}}])
    return _done(request, kitchen, _("From now on the kitchen takes as much as you said."))


def _pause(request: HttpRequest, kitchen: Kitchen, model_admin: ModelAdmin[Kitchen]) -> HttpResponse:
    by, at, form = actor_of(request), clock.now(), PauseForm(request.POST)
    if not by.may(PAUSE):
        raise PermissionDenied
    pause = partial(services.pause, kitchen=kitchen, by=by, at=at)
    refused = _run(form, lambda: pause(reason=form.cleaned_data["reason"], until=form.ends_at(at)))
    if refused:
        return _show(request, kitchen, model_admin, status=refused, pause_form=form)
    return _done(request, kitchen, _("No new orders. Guests read why."))


def _resume(request: HttpRequest, kitchen: Kitchen, model_admin: ModelAdmin[Kitchen]) -> HttpResponse:
    by = actor_of(request)
    if not by.may(PAUSE):
        raise PermissionDenied
    services.resume(kitchen=kitchen, by=by, at=clock.now())
    return _done(request, kitchen, _("The kitchen takes orders again."))


def _run(form: Form, command: Callable[[], object]) -> int:
    """Run a command if its form is valid; return the status of the page that says what is wrong, 0 if nothing is."""
    if not form.is_valid():
        return 422
    try:
        command()
    except Refusal as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return refusal.status
    return 0


def _done(request: HttpRequest, kitchen: Kitchen, message: str) -> HttpResponse:
    messages.success(request, message)
    return redirect("admin:kitchen_kitchen_change", kitchen.pk)


def _show(
    request: HttpRequest,
    kitchen: Kitchen,
    model_admin: ModelAdmin[Kitchen],
    *,
    status: int = 200,
    capacity_form: Form | None = None,
    pause_form: Form | None = None,
) -> HttpResponse:
    by = actor_of(request)
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Settings of the kitchen %(name)s") % {"name": kitchen},
        "opts": model_admin.opts,
        "kitchen": kitchen,
        "board": selectors.board(kitchen, at=clock.now()),
        "capacity_form": (capacity_form or CapacityForm(kitchen=kitchen)) if by.may(CHANGE_CAPACITY) else None,
        "pause_form": pause_form or PauseForm(),
        "can_pause": by.may(PAUSE),
    }
    return render(request, "admin/kitchen/kitchen/settings.html", context, status=status)
