from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from orders.customers import selectors, services
from orders.customers.forms import ProfileForm
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.refusals import Refusal


@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    by = actor_of(request)
    if request.method != "POST":
        saved = selectors.saved_contact(by)
        return _show(request, ProfileForm(initial={"name": saved.name, "phone": saved.phone}))
    form = ProfileForm(request.POST)
    if not form.is_valid():
        return _show(request, form, status=422)
    try:
        services.change_contact(**form.contact(), by=by, at=clock.now())
    except Refusal as refusal:
        form.add_error(None, refusal.message)
        return _show(request, form, status=refusal.status)
    messages.success(request, _("Saved. Your next checkout begins with this."))
    return redirect("customers:profile")


def _show(request: HttpRequest, form: ProfileForm, *, status: int = 200) -> HttpResponse:
    return render(request, "customers/profile.html", {"form": form}, status=status)
