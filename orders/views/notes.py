from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from kitchen.permissions import HAND_OVER
from orders import presenters, selectors, services
from orders.forms import NotesForm
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, actor_of
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile
from pizzeria.foundation.refusals import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def notes(request: HttpRequest, ref: UUID) -> HttpResponse:
    by = actor_of(request)
    return _notes(request, selectors.visible_to(by, ref), by=by)


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def guest_notes(request: HttpRequest, ref: UUID, token: str) -> HttpResponse:
    by = actor_of(request).with_guest_token(token)
    return _notes(request, selectors.order_by_guest_token(ref, token), by=by)


def _notes(request: HttpRequest, order: Order | None, *, by: Actor) -> HttpResponse:
    """Show the form for notes and allergies, and change them; an order that takes none is shown with the reason."""
    if order is None:
        raise Http404
    as_staff = by.may(HAND_OVER)
    back_url = order.get_absolute_url() if as_staff else selectors.order_url(order)
    form = NotesForm(request.POST if request.method == "POST" else None, order=order)
    status = 422 if form.is_bound else 200
    try:
        services.refuse_unless_notes_possible(order, by=by)
        if form.is_bound and form.is_valid():
            order = services.change_notes(ref=order.ref, **form.texts(), shown=form.initial, by=by, at=clock.now())
            messages.success(request, _("The kitchen has it. %(what)s") % {"what": presenters.notes_message(order)})
            return redirect(back_url)
    except ChangedMeanwhile as refusal:
        form.add_error(refusal.field, refusal.message)
    except Refusal as refusal:
        messages.warning(request, refusal.message)
        return redirect(back_url)
    context = {
        "order": order,
        "form": form,
        "message": presenters.notes_message(order),
        "as_staff": as_staff,
        "back_url": back_url,
    }
    return render(request, "orders/notes.html", context, status=status)
