from collections.abc import Callable
from datetime import datetime
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe
from django.views.decorators.vary import vary_on_headers

from kitchen.models import Kitchen
from orders import services as front_desk
from orders.forms import OneLineField
from orders.models import AT_THE_DOOR, Order, Reason
from orders.permissions import DELIVER, SEE_DELIVERIES
from orders.selectors.delivery import tour
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, actor_of, needs
from pizzeria.foundation.forms import ShopForm
from pizzeria.foundation.refusals import Refusal


class FailedForm(ShopForm):
    """Why nobody took it."""

    reason = forms.ChoiceField(
        choices=[(reason.value, reason.label) for reason in (*AT_THE_DOOR, Reason.OTHER)],
        error_messages={"required": _("Please say why."), "invalid_choice": _("Please say why.")},
    )
    said = OneLineField(required=False, max_length=300)


@needs(SEE_DELIVERIES)
@require_safe
@never_cache
@vary_on_headers("HX-Request")
def deliveries(request: HttpRequest) -> HttpResponse:
    part = "#tour" if request.headers.get("HX-Request") else ""
    return render(request, f"orders/deliveries.html{part}", {"tour": tour(actor_of(request)), "failed": FailedForm()})


@needs(DELIVER)
@require_POST
def claim(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, front_desk.claim_delivery)


@needs(DELIVER)
@require_POST
def release(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, front_desk.release_delivery)


@needs(DELIVER)
@require_POST
def leave(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, front_desk.leave_for_delivery)


@needs(DELIVER)
@require_POST
def deliver(request: HttpRequest, ref: UUID) -> HttpResponse:
    return _step(request, ref, front_desk.hand_over)


@needs(DELIVER)
@require_POST
def fail(request: HttpRequest, ref: UUID) -> HttpResponse:
    form = FailedForm(request.POST)
    if not form.is_valid():
        messages.warning(request, str(next(iter(form.errors.values()))[0]))
        return redirect("orders:deliveries")
    reason, said = Reason(form.cleaned_data["reason"]), form.cleaned_data["said"]

    def bring_back(*, ref: UUID, by: Actor, at: datetime) -> Order:
        return front_desk.fail_delivery(ref=ref, reason=reason, said=said, by=by, at=at)

    return _step(request, ref, bring_back)


def _step(request: HttpRequest, ref: UUID, take: Callable[..., Order]) -> HttpResponse:
    """Take a step of a delivery; a refusal is said on the page."""
    try:
        take(ref=ref, by=actor_of(request), at=clock.now())
    except (Order.DoesNotExist, Kitchen.DoesNotExist) as missing:
        raise Http404 from missing
    except Refusal as refusal:
        messages.warning(request, refusal.sentence)
    return redirect("orders:deliveries")
