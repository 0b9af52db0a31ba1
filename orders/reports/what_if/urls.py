"""Addresses of the simulation within an admin site, below /admin/reports/what-if/."""

from functools import partial

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from orders.reports.what_if import views


def what_if_urls(site: AdminSite) -> list[URLPattern]:
    """Return the addresses of the simulation within an admin site."""
    return [
        path("", site.admin_view(partial(views.what_if, site=site)), name="ask"),
        path("<uuid:ref>/", site.admin_view(partial(views.what_if_run, site=site)), name="run"),
    ]
