"""
The pages of the reports, and their exports.

They are part of the admin: `pizzeria.admin_site` has their addresses, and passes itself as `site`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

import structlog
from django.contrib.admin import AdminSite
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django_stubs_ext import StrOrPromise

from orders.reports.comparison import compare, has_history
from orders.reports.exports import CONTENT_TYPES, file_name, table_bytes
from orders.reports.forms import PeriodForm
from orders.reports.periods import Period
from orders.reports.permissions import SEE_REPORTS
from orders.reports.presets import PRESETS, WEEKDAYS
from orders.reports.registry import REPORTS, Report
from orders.reports.tables import CellKind, evaluate, format_cell
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of, needs

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Link:
    title: str
    url: str
    is_current: bool = False
    summary: str = ""


@require_safe
@needs(SEE_REPORTS)
def report_page(request: HttpRequest, *, site: AdminSite, report: Report) -> HttpResponse:
    """Show a report of a period, or what is wrong with the period that was asked for (422)."""
    at = clock.now()
    form = report.form(request.GET, today=clock.business_date(at))
    return _render(request, site, report, form, at=at)


@require_safe
@needs(SEE_REPORTS)
def redirect_to_overview(request: HttpRequest, *, site: AdminSite) -> HttpResponse:
    """Redirect to the overview, with the same period."""
    return redirect(reverse("admin:reports:overview", query=request.GET))


def _render(request: HttpRequest, site: AdminSite, report: Report, form: PeriodForm, *, at: datetime) -> HttpResponse:
    is_valid = form.is_valid()
    context = {
        **site.each_context(request),
        "title": report.title,
        "is_nav_sidebar_enabled": False,  # the reports have a navigation of their own
        "report": report,
        "url": _url_of(report),
        "form": form,
        "reports": _report_links(report, form),
        "presets": _preset_links(report, form, PRESETS),
        "weekdays": _preset_links(report, form, WEEKDAYS),
        **(_content(report, form, at=at) if is_valid else {}),
    }
    return render(request, "admin/reports/report.html", context, status=200 if is_valid else 422)


def _content(report: Report, form: PeriodForm, *, at: datetime) -> dict[str, object]:
    """Return what the page of a report shows of a valid form."""
    query = form.query(at=at)
    return {
        "query": query,
        "period_text": period_text(query.period),
        "previous_text": period_text(query.previous.period),
        "has_history": has_history(query),
        "is_unfinished": query.period.last >= clock.business_date(at),
        "comparison": compare(report.figures, query),
        "tables": [evaluate(spec, query) for spec in report.tables],
        "parameters": urlencode(form.parameters),
        "score_parameters": urlencode(form.period_parameters | ({} if query.shows_score else {"score": "on"})),
    }


@require_safe
@needs(SEE_REPORTS)
def export(request: HttpRequest, *, site: AdminSite, report: str, table: str, file_format: str) -> HttpResponse:
    """
    Return a table of a report as a file, and log who got it.

    :raises Http404: no such report, table or format
    """
    found = next((candidate for candidate in REPORTS if candidate.slug == report), None)
    if not found or table not in found.exported_tables or file_format not in CONTENT_TYPES:
        raise Http404
    at = clock.now()
    form = found.form(request.GET, today=clock.business_date(at))
    if not form.is_valid():
        return _render(request, site, found, form, at=at)
    query = form.query(at=at)
    content = table_bytes(found.exported_tables[table], query, file_format=file_format)
    log.info(
        "report_exported",
        by=str(actor_of(request)),
        report=report,
        table=table,
        file_format=file_format,
        first=query.period.first.isoformat(),
        last=query.period.last.isoformat(),
        names_people=found.names_people,
    )
    name = file_name(report, table, query.period, file_format=file_format)
    headers = {"Content-Disposition": content_disposition_header(as_attachment=True, filename=name) or "attachment"}
    return HttpResponse(content, content_type=CONTENT_TYPES[file_format], headers=headers)


def period_text(period: Period) -> str:
    """Return a period as people write it."""
    first, last = (format_cell(day, CellKind.DAY) for day in (period.first, period.last))
    return first if first == last else _("%(first)s to %(last)s") % {"first": first, "last": last}


def _report_links(current: Report, form: PeriodForm) -> list[Link]:
    """Return the links to all reports, which keep the period."""
    query = f"?{urlencode(form.period_parameters)}" if form.period_parameters else ""
    return [
        Link(str(report.title), _url_of(report) + query, report is current, str(report.summary)) for report in REPORTS
    ]


def _preset_links(report: Report, form: PeriodForm, presets: Mapping[str, StrOrPromise]) -> list[Link]:
    """Return the links to other periods of the same report, which keep its other choices."""
    others = {name: value for name, value in form.parameters.items() if name not in ("period", "first", "last")}
    return [
        Link(str(title), f"{_url_of(report)}?{urlencode({'period': preset, **others})}", preset == form.preset)
        for preset, title in presets.items()
    ]


def _url_of(report: Report) -> str:
    return reverse(f"admin:reports:{report.slug}")
