from collections.abc import Callable
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from orders.deliveries import services
from orders.deliveries.forms import AssignForm, DeliveryFailureForm
from orders.deliveries.selectors import drivers, tour
from orders.exceptions import OrderNotFound
from orders.models import CancelReason, Order
from orders.permissions import ASSIGN_DELIVERIES, DELIVER, SEE_DELIVERIES
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.refusals import Refusal


@needs(SEE_DELIVERIES)
@require_safe
@never_cache
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
    driver = form.cleaned_data["driver"].pk
    return _step(request, ref, partial(services.assign_delivery, driver=driver))


@needs(DELIVER)
@require_POST
def claim(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, services.claim_delivery)


@needs(DELIVER)
@require_POST
def release(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, services.release_delivery)


@needs(DELIVER)
@require_POST
def leave(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, services.leave_for_delivery)


@needs(DELIVER)
@require_POST
def deliver(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, services.deliver)


@needs(DELIVER)
@require_POST
@vary_on_headers("HX-Request")
def fail(request: HttpRequest, ref: UUID) -> HttpResponse:
    form = DeliveryFailureForm(request.POST, auto_id=f"%s-{ref}")
    if not form.is_valid():
        return _show(request, refused=form, of=ref)
    arguments = {"reason": CancelReason(form.cleaned_data["reason"]), "note": form.cleaned_data["note"]}
    return _step(request, ref, partial(services.fail_delivery, **arguments), form=form)


def _step(
    request: HttpRequest, ref: UUID, take: Callable[..., Order], *, form: DeliveryFailureForm | None = None
) -> HttpResponse:
    """Run a command on a delivery; show a refusal on the page, beside the form's field if it is about one."""
    try:
        take(ref=ref, by=actor_of(request), at=clock.now())
    except OrderNotFound as missing:
        raise Http404 from missing
    except Refusal as refusal:
        if form and refusal.field in form.fields:
            form.add_error(refusal.field, refusal.message)
            return _show(request, refused=form, of=ref)
        messages.warning(request, refusal.message)
    return redirect("deliveries:tour")


def _show(request: HttpRequest, *, refused: DeliveryFailureForm | None = None, of: UUID | None = None) -> HttpResponse:
    """Show the tour; a refused form is open on its delivery, as typed."""
    by = actor_of(request)
    seen = tour(by)
    if refused and of not in seen.on_the_road:
        raise Http404
    context = {
        "tour": seen,
        "drivers": list(drivers()) if by.may(ASSIGN_DELIVERIES) else [],
        "failed": DeliveryFailureForm(),
        "refused": refused,
        "refused_ref": of,
        "still": bool(refused) or "still" in request.GET,
    }
    part = "#tour" if request.headers.get("HX-Request") else ""
    return render(request, f"deliveries/tour.html{part}", context, status=422 if refused else 200)
