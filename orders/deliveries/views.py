from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from orders.deliveries import services
from orders.deliveries.forms import AssignForm, DeliveryFailureForm
from orders.deliveries.selectors import drivers, tour, undo_offers
from orders.exceptions import OrderNotFound
from orders.models import CancelReason, Order
from orders.permissions import ASSIGN_DELIVERIES, DELIVER, SEE_DELIVERIES
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal


@needs(SEE_DELIVERIES)
@require_safe
@vary_on_headers("HX-Request")
def tour_page(request: HttpRequest) -> HttpResponse:
    return _show(request)


@needs(ASSIGN_DELIVERIES)
@require_POST
def assign(request: HttpRequest, ref: UUID) -> HttpResponse:
    form = AssignForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(form.errors["driver"][0]))
        return redirect("deliveries:tour")
    command = partial(services.assign_delivery, driver=form.cleaned_data["driver"].pk)
    return _run_command(request, ref, command, _("#%(number)d is with %(driver)s now."))


@needs(DELIVER)
@require_POST
def claim(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _run_command(request, ref, services.claim_delivery, _("#%(number)d is yours."))


@needs(DELIVER)
@require_POST
def release(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _run_command(request, ref, services.release_delivery, _("#%(number)d waits for a driver again."))


@needs(DELIVER)
@require_POST
def leave(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _run_command(request, ref, services.leave_for_delivery, _("You are on the road with #%(number)d."))


@needs(DELIVER)
@require_POST
def deliver(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _run_command(request, ref, services.deliver, _("#%(number)d is delivered."))


@needs(DELIVER)
@require_POST
def undo_deliver(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _run_command(request, ref, services.undo_deliver, _("Undone: #%(number)d is still on the road."))


@needs(DELIVER)
@require_POST
@vary_on_headers("HX-Request")
def fail(request: HttpRequest, ref: UUID) -> HttpResponse:
    form = DeliveryFailureForm(request.POST, auto_id=f"%s-{ref}")
    if not form.is_valid():
        return _show(request, refused_form=form, refused_ref=ref)
    arguments = {"reason": CancelReason(form.cleaned_data["reason"]), "note": form.cleaned_data["note"]}
    command = partial(services.fail_delivery, **arguments)
    return _run_command(request, ref, command, _("#%(number)d is to go back to the counter."), form=form)


def _run_command(
    request: HttpRequest,
    ref: UUID,
    command: Callable[..., Order],
    success_message: str,
    *,
    form: DeliveryFailureForm | None = None,
) -> HttpResponse:
    """
    Run a command on a delivery, and show the page afterwards with what was done or why not.

    A refusal about a field of the form is shown beside it.

    :param success_message: may name the order's `number` and its `driver`
    """
    try:
        order = command(ref=ref, by=actor_of(request), at=clock.database_now())
        messages.success(request, success_message % {"number": order.number, "driver": order.driver})
    except OrderNotFound as missing:
        raise Http404 from missing
    except Refusal as refusal:
        if form and refusal.field in form.fields:
            form.add_error(refusal.field, refusal.message)
            return _show(request, refused_form=form, refused_ref=ref)
        messages.warning(request, refusal.message)
    return _show(request) if request.headers.get("HX-Request") else redirect("deliveries:tour")


def _show(
    request: HttpRequest, *, refused_form: DeliveryFailureForm | None = None, refused_ref: UUID | None = None
) -> HttpResponse:
    """Show the tour; a refused form is open on its delivery, as typed."""
    by = actor_of(request)
    deliveries = tour(by)
    if refused_form and refused_ref not in deliveries.refs_on_road:
        raise Http404
    context = {
        "tour": deliveries,
        "undo_offers": lambda: undo_offers(by=by, at=clock.database_now()),  # a refresh shows none
        "drivers": list(drivers()) if by.may(ASSIGN_DELIVERIES) else [],
        "failure_form": DeliveryFailureForm(),
        "refused_form": refused_form,
        "refused_ref": refused_ref,
        "refresh_paused": bool(refused_form) or "pause-refresh" in request.GET,
    }
    part = "#tour" if request.headers.get("HX-Request") else ""
    return render(request, f"deliveries/tour.html{part}", context, status=422 if refused_form else 200)
