"""The pages of the simulation in the admin: the question, and its answer once a worker has found it."""

from functools import partial
from uuid import UUID

from django.contrib.admin import AdminSite
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders.reports.permissions import SEE_REPORTS
from orders.reports.what_if import services, tasks
from orders.reports.what_if.forms import WhatIfForm
from orders.reports.what_if.models import WhatIfRun
from orders.reports.what_if.scenarios import comparison
from orders.reports.what_if.selectors import evening_of
from pizzeria.foundation import background, clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Refusal

EARLIER_RUNS = 10


@require_http_methods(["GET", "HEAD", "POST"])
def what_if(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """
    Ask which evening is replayed with which settings, and request the run.

    :raises PermissionDenied: the actor may not see reports
    """
    _refuse_unless_permitted(request)
    form = WhatIfForm(request.POST if request.method == "POST" else None, today=clock.business_date(clock.now()))
    run = _request_run(request, form) if form.is_valid() else None
    if run:
        background.submit("simulate_run", partial(tasks.simulate_run.delay, run.pk))
        return redirect("admin:what_if:run", run.ref)
    context = {
        **site.each_context(request),
        "title": _("What if"),
        "form": form,
        "runs": WhatIfRun.objects.all()[:EARLIER_RUNS],
    }
    return render(request, "admin/reports/what_if.html", context, status=422 if form.errors else 200)


def _request_run(request: HttpRequest, form: WhatIfForm) -> WhatIfRun | None:
    """Request the run of a valid form; None: it is refused, and the form says why."""
    evening = evening_of(form.cleaned_data["business_date"])
    if not evening.outcomes:
        form.add_error("business_date", _("There were no orders on that day."))
        return None
    try:
        return services.request_run(
            ref=uuid7(),
            business_date=evening.business_date,
            scenarios=form.scenarios(evening),
            by=actor_of(request),
            at=clock.now(),
        )
    except Refusal as refusal:
        form.add_error(refusal.field or None, refusal.message)
        return None


@require_safe
def what_if_run(request: HttpRequest, ref: UUID, *, site: AdminSite) -> HttpResponse:
    """
    Show the results of a run side by side; until they are there, its progress.

    :raises PermissionDenied: the actor may not see reports
    """
    _refuse_unless_permitted(request)
    run = get_object_or_404(WhatIfRun, ref=ref)
    context = {
        **site.each_context(request),
        "title": _("What if"),
        "run": run,
        "results": run.results,
        "rows": comparison(run.results),
    }
    return render(request, "admin/reports/what_if_run.html", context)


def _refuse_unless_permitted(request: HttpRequest) -> None:
    if not actor_of(request).may(SEE_REPORTS):
        raise PermissionDenied
