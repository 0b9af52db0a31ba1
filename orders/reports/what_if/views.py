"""The pages of the simulation in the admin: the question, and its answer once a worker has found it."""

from datetime import timedelta
from functools import partial
from uuid import UUID

from django.contrib.admin import AdminSite
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from orders.reports.permissions import SEE_REPORTS
from orders.reports.what_if import services, tasks
from orders.reports.what_if.forms import WhatIfForm
from orders.reports.what_if.models import RunState, WhatIfRun
from orders.reports.what_if.scenarios import charts, comparison
from orders.reports.what_if.selectors import evening_of
from pizzeria.foundation import background, clock
from pizzeria.foundation.actor import actor_of, needs
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Refusal

EARLIER_RUNS = 10
WORKER_BEGINS_WITHIN = timedelta(minutes=1)


@require_http_methods(["GET", "HEAD", "POST"])
@needs(SEE_REPORTS)
def what_if(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Ask which evening is replayed with which settings, and request the run."""
    form = WhatIfForm(request.POST if request.method == "POST" else None, at=clock.now())
    run = _request_run(request, form) if form.is_valid() else None
    if run:
        background.submit("simulate_run", partial(tasks.simulate_run.delay, run.pk))
        return redirect("admin:what_if:run", run.ref)
    context = {
        **site.each_context(request),
        "title": _("What if"),
        "is_nav_sidebar_enabled": False,  # as on the reports' pages
        "form": form,
        "runs": WhatIfRun.objects.all()[:EARLIER_RUNS],
    }
    return render(request, "admin/reports/what_if.html", context, status=422 if form.errors else 200)


def _request_run(request: HttpRequest, form: WhatIfForm) -> WhatIfRun | None:
    """Request the run of a valid form; None: it is refused, and the form says why."""
    evening = evening_of(form.cleaned_data["business_date"])
    if not evening.outcomes:
        form.add_error("business_date", _("There were no orders on that day."))
    form.refuse_less_than_one(evening)
    if form.errors:
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
@needs(SEE_REPORTS)
def what_if_run(request: HttpRequest, ref: UUID, *, site: AdminSite) -> HttpResponse:
    """
    Show the results of a run side by side; until they are there, its progress.

    The page loads itself again until then, but not for longer than a worker that runs needs to begin.
    """
    run = get_object_or_404(WhatIfRun, ref=ref)
    is_stuck = run.state == RunState.WAITING and clock.now() > run.created_at + WORKER_BEGINS_WITHIN
    context = {
        **site.each_context(request),
        "title": _("What if"),
        "run": run,
        "is_refreshed": not run.is_finished and not is_stuck,
        "is_stuck": is_stuck,
        "results": run.results,
        "rows": comparison(run.results),
        "charts": charts(run.results),
        "is_nav_sidebar_enabled": False,
    }
    return render(request, "admin/reports/what_if_run.html", context)
