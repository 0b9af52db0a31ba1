from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import HttpResponseClientRedirect

from kitchen.board_address import board_url, station_of, with_station
from kitchen.steps import StepInvalid, requested_steps
from kitchen.views.board import board_after_step
from orders import selectors, services
from orders.models import CancelReason, Order
from orders.permissions import CANCEL_ANY_ORDER
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, actor_of, needs
from pizzeria.foundation.forms import ShopForm, SingleLineField
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.step_up import ReauthenticationRequired, require_recent_auth


class CancelForm(ShopForm):
    """Form for the reason of a cancellation by staff. Guests need no reason."""

    reason = forms.ChoiceField(
        label=gettext_lazy("Why?"),
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Please say why, so that the guest knows.")},
    )
    note = SingleLineField(
        label=gettext_lazy("What shall we tell the guest?"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Needed with “something else”."),
    )

    def __init__(self, data: QueryDict | None, *, order: Order) -> None:
        super().__init__(data)
        reason = self.fields["reason"]
        assert isinstance(reason, forms.ChoiceField)
        reason.choices = [(reason.value, reason.label) for reason in order.reasons_to_cancel]


@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, ref: UUID) -> HttpResponse:
    by = actor_of(request)
    return _cancel(request, selectors.visible_to(by, ref), by=by)


@needs(CANCEL_ANY_ORDER)
@require_POST
def cancel_from_board(request: HttpRequest) -> HttpResponse:
    """Open the page on which the order of the ticket that is selected on the kitchen's board is cancelled."""
    try:
        refs = {step.ref for step in requested_steps(request.POST)}
    except StepInvalid as refusal:
        messages.warning(request, refusal.message)
        return board_after_step(request)
    if len(refs) > 1:
        messages.warning(request, _("One order at a time is cancelled, as each needs its reason."))
        return board_after_step(request)
    page = with_station(request, reverse("orders:cancel", args=[refs.pop()]))
    return HttpResponseClientRedirect(page) if request.headers.get("HX-Request") else redirect(page)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def guest_cancel(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    by = actor_of(request).with_guest_token(token)
    return _cancel(request, selectors.order_by_guest_token(ref, token), by=by)


def _cancel(request: HttpRequest, order: Order | None, *, by: Actor) -> HttpResponse:
    """Ask for confirmation, then cancel; show errors and refusals on the page."""
    if order is None:
        raise Http404
    as_staff = by.may(CANCEL_ANY_ORDER)
    if services.needs_recent_auth(order, by):
        require_recent_auth(by, at=clock.now())  # before the user types anything that would be lost
    form = CancelForm(request.POST if request.method == "POST" and as_staff else None, order=order)
    back_url = board_url(request) if as_staff else selectors.order_url(order)
    if request.method == "POST" and (not as_staff or form.is_valid()):
        answers = form.cleaned_data if as_staff else {"reason": CancelReason.CHANGED_MIND, "note": ""}
        try:
            _cancel_order(request, order, answers, by=by)
            return redirect(back_url)
        except ReauthenticationRequired:
            raise
        except (services.ReasonMissing, services.ReasonNotPossible) as refused:
            form.add_error(refused.field, refused.message)
        except Refusal as refusal:
            messages.warning(request, refusal.message)
            return redirect(back_url)
    context = {
        "order": selectors.order_detail(order, at=clock.now()),
        "form": form if as_staff else None,
        "back_url": back_url,
        "station": station_of(request),
    }
    return render(request, "orders/cancel.html", context, status=422 if form.is_bound else 200)


def _cancel_order(request: HttpRequest, order: Order, answers: dict[str, Any], *, by: Actor) -> None:
    reason = CancelReason(answers["reason"])
    services.cancel_order(ref=order.ref, reason=reason, note=answers["note"], by=by, at=clock.now())
    messages.success(request, _("#%(number)d is cancelled.") % {"number": order.number})
