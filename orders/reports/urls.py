from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin import AdminSite
from django.http import HttpResponseBase
from django.urls import URLPattern, path

from orders.reports import views
from orders.reports.registry import REPORTS

OVERVIEW, *OTHERS = REPORTS


def report_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the reports within an admin site."""

    def page(view: Callable[..., HttpResponseBase], **arguments: Any) -> Callable[..., HttpResponseBase]:
        return site.admin_view(partial(view, site=site, **arguments))

    return [
        path("", page(views.report_page, report=OVERVIEW), name=OVERVIEW.slug),
        path(f"{OVERVIEW.slug}/", page(views.redirect_to_overview), name="overview_below"),  # where its exports are
        *(path(f"{report.slug}/", page(views.report_page, report=report), name=report.slug) for report in OTHERS),
        path("<slug:report>/<slug:table>.<slug:file_format>", page(views.export), name="export"),
    ]
