"""The kitchen's settings in the admin: one page with several forms, each of which runs its command."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods
from django_stubs_ext import StrOrPromise

from kitchen import opening_times, selectors, services
from kitchen.forms import CapacityForm, KitchenSettingsForm, PauseForm
from kitchen.models import Kitchen
from kitchen.permissions import CHANGE_CAPACITY, PAUSE
from kitchen.settings_forms import DAY_FIELDS, BoardSettingsForm, ClosedDaysForm, HoursForm, LaterOrdersForm
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Permission, actor_of
from pizzeria.foundation.refusals import Refusal

TOOL = "tool"  # the field that says which of the page's forms was sent
COPY = "copy"  # the button of the opening hours that copies those of a day to all days


@dataclass(frozen=True, slots=True)
class _Tool:
    """
    A form of the page.

    :ivar make: returns the form for the data of a request and a kitchen
    :ivar command: called with the valid form, and with `kitchen=`, `by=` and `at=`
    :ivar changes: what the history says was changed; blank: the labels of the fields that were
    :ivar shown_in: the tool whose form shows its errors; blank: its own
    """

    permission: Permission
    make: Callable[[QueryDict, Kitchen], Form]
    command: Callable[..., object]
    done: StrOrPromise
    changes: StrOrPromise = ""
    shown_in: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
def settings_page(request: HttpRequest, kitchen: Kitchen, *, model_admin: ModelAdmin[Kitchen]) -> HttpResponse:
    """
    Show the settings of a kitchen, and run the command of the form that was sent.

    :raises PermissionDenied: the actor may see the kitchen, but not change it
    """
    if request.method != "POST":
        return _show(request, kitchen, model_admin)
    name = request.POST.get(TOOL, "")
    tool = _TOOLS.get(name)
    if tool is None:
        return HttpResponseBadRequest()
    if not actor_of(request).may(tool.permission):
        raise PermissionDenied
    if name == "hours" and request.POST.get(COPY) in DAY_FIELDS:
        return _copy_hours(request, kitchen, model_admin)
    return _run(request, kitchen, model_admin, name, tool)


def _run(
    request: HttpRequest, kitchen: Kitchen, model_admin: ModelAdmin[Kitchen], name: str, tool: _Tool
) -> HttpResponse:
    form, status = tool.make(request.POST, kitchen), 422
    if form.is_valid():
        try:
            tool.command(form, kitchen=kitchen, by=actor_of(request), at=clock.now())
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
            status = refusal.status
    if form.errors:
        return _show(request, kitchen, model_admin, status=status, **{f"{tool.shown_in or name}_form": form})
    changed = [str(tool.changes)] if tool.changes else _changed_labels(form)
    if changed:
        model_admin.log_change(request, kitchen, [{"changed": {"fields": changed}}])
    messages.success(request, str(tool.done))
    _warn_of_orders_out_of_hours(request, kitchen)
    return redirect("admin:kitchen_kitchen_change", kitchen.pk)


def _changed_labels(form: Form) -> list[str]:
    return [str(form.fields[name].label) for name in form.changed_data]


def _warn_of_orders_out_of_hours(request: HttpRequest, kitchen: Kitchen) -> None:
    out_of_hours = selectors.booked_out_of_hours(Kitchen.objects.get(pk=kitchen.pk))
    if out_of_hours:
        message = ngettext(
            "%(count)d order for later is booked for when the shop is closed: %(orders)s",
            "%(count)d orders for later are booked for when the shop is closed: %(orders)s",
            len(out_of_hours),
        )
        at = clock.now()
        orders = [
            f"{ticket.label} ({clock.day_and_time(ticket.wanted_at or ticket.due_at, at=at)})"
            for ticket in out_of_hours
        ]
        messages.warning(request, message % {"count": len(orders), "orders": ", ".join(orders)})


def _copy_hours(request: HttpRequest, kitchen: Kitchen, model_admin: ModelAdmin[Kitchen]) -> HttpResponse:
    """Show the form of the opening hours with those of a day on all days. Nothing is saved yet."""
    copied = request.POST.copy()
    for name in DAY_FIELDS:
        copied[name] = request.POST.get(request.POST[COPY], "")
    form = HoursForm(copied, kitchen=kitchen)
    day = form.fields[request.POST[COPY]].label
    messages.info(request, _("Every day has the hours of %(day)s now. Save them to keep them.") % {"day": day})
    return _show(request, kitchen, model_admin, hours_form=form)


def _show(
    request: HttpRequest, kitchen: Kitchen, model_admin: ModelAdmin[Kitchen], *, status: int = 200, **forms: Form
) -> HttpResponse:
    by, at, hours = actor_of(request), clock.now(), kitchen.hours
    context: dict[str, Any] = {
        **model_admin.admin_site.each_context(request),
        "title": _("Settings of the kitchen %(name)s") % {"name": kitchen},
        "opts": model_admin.opts,
        "kitchen": kitchen,
        "board": selectors.board(kitchen, at=at),
        "closes_at": hours.closes_at(at),
        "may_change": by.may(CHANGE_CAPACITY),
        "can_pause": by.may(PAUSE),
        "opening_times": opening_times.opening_times(hours, at=at),
        "next_days": opening_times.next_days(hours, at=at),
        "closed_days": [days for days in hours.closed if days.last >= clock.business_date(at)],
        "day_ends": settings.SHOP_DAY_ENDS,
        "time_zone": settings.SHOP_TIME_ZONE,
        "capacity_form": CapacityForm(kitchen=kitchen),
        "hours_form": HoursForm(kitchen=kitchen),
        "closed_days_form": ClosedDaysForm(),
        "later_orders_form": LaterOrdersForm(kitchen=kitchen),
        "board_settings_form": BoardSettingsForm(kitchen=kitchen),
        "pause_form": PauseForm(),
        **forms,
    }
    return render(request, "admin/kitchen/kitchen/settings.html", context, status=status)


def _of_kitchen(form: type[KitchenSettingsForm | HoursForm]) -> Callable[[QueryDict, Kitchen], Form]:
    return lambda data, kitchen: form(data, kitchen=kitchen)


def _without_kitchen(form: type[Form]) -> Callable[[QueryDict, Kitchen], Form]:
    return lambda data, _kitchen: form(data)


def _pause(form: PauseForm, *, at: Any, **command: Any) -> None:
    services.pause(reason=form.cleaned_data["reason"], until=form.ends_at(at), at=at, **command)


def _change_hours(form: HoursForm, *, kitchen: Kitchen, **command: Any) -> None:
    shown = {"opening_hours": kitchen.opening_hours}
    services.change_opening_hours(kitchen=kitchen, week=form.week, shown=shown, **command)


_TOOLS = {
    "capacity": _Tool(
        CHANGE_CAPACITY,
        _of_kitchen(CapacityForm),
        lambda form, **command: services.change_capacity(shown=form.initial, **form.cleaned_data, **command),
        gettext_lazy("From now on the kitchen takes as much as you said."),
    ),
    "hours": _Tool(
        CHANGE_CAPACITY, _of_kitchen(HoursForm), _change_hours, gettext_lazy("These are the opening hours from now on.")
    ),
    "closed_days": _Tool(
        CHANGE_CAPACITY,
        _without_kitchen(ClosedDaysForm),
        lambda form, **command: services.add_closed_days(**form.days, **command),
        gettext_lazy("The shop is closed on these days."),
        changes=gettext_lazy("Closed days"),
    ),
    "reopen": _Tool(
        CHANGE_CAPACITY,
        _without_kitchen(ClosedDaysForm),
        lambda form, **command: services.remove_closed_days(**form.days, **command),
        gettext_lazy("The shop is open on these days again, by the hours of the week."),
        changes=gettext_lazy("Closed days"),
        shown_in="closed_days",
    ),
    "later_orders": _Tool(
        CHANGE_CAPACITY,
        _of_kitchen(LaterOrdersForm),
        lambda form, **command: services.change_later_orders(shown=form.initial, **form.cleaned_data, **command),
        gettext_lazy("Orders for later are taken as you said."),
    ),
    "board_settings": _Tool(
        CHANGE_CAPACITY,
        _of_kitchen(BoardSettingsForm),
        lambda form, **command: services.change_board_settings(shown=form.initial, settings=form.settings, **command),
        gettext_lazy("The board is as you said."),
    ),
    "pause": _Tool(
        PAUSE,
        _without_kitchen(PauseForm),
        _pause,
        gettext_lazy("No new orders. Guests read why."),
        changes=gettext_lazy("Pause"),
    ),
    "resume": _Tool(
        PAUSE,
        _without_kitchen(Form),
        lambda _form, **command: services.resume(**command),
        gettext_lazy("The kitchen takes orders again."),
        changes=gettext_lazy("Pause"),
    ),
}
