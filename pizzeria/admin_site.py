from typing import Any, NoReturn

from django.contrib.admin import AdminSite
from django.contrib.auth.decorators import login_not_required
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.decorators import method_decorator

from orders.backoffice import dashboard_views
from orders.backoffice.dashboard import dashboard
from orders.reports.daily_email import views as daily_email_views
from orders.reports.permissions import SEE_REPORTS
from orders.reports.urls import report_urls
from orders.reports.what_if.urls import what_if_urls
from pizzeria.foundation import clock
from pizzeria.foundation.actor import ENTER_ADMIN, actor_of
from pizzeria.foundation.autocomplete import ShopAutocompleteView
from pizzeria.foundation.shop.selectors import current_shop
from pizzeria.users.views import SignOutView


class ShopAdminSite(AdminSite):
    """Django's admin with the shop's own sign-in and sign-out: it has no password form of its own."""

    index_title = "Today"

    @property
    def site_header(self) -> str:  # type: ignore[override]
        return current_shop().name

    @property
    def site_title(self) -> str:  # type: ignore[override]
        return current_shop().name

    def has_permission(self, request: HttpRequest) -> bool:
        """Return whether the actor has ENTER_ADMIN: a staff user, in a session in which staff groups count."""
        return bool(request.user.is_active) and actor_of(request).may(ENTER_ADMIN)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Return the admin's addresses, those of the overview on its first page, and those of the reports."""
        return [
            path("overview/", self.admin_view(dashboard_views.overview), name="overview"),
            path("overview/resume-kitchen/", self.admin_view(dashboard_views.resume_kitchen), name="resume_kitchen"),
            path(
                "overview/back-on-the-menu/", self.admin_view(dashboard_views.back_on_the_menu), name="back_on_the_menu"
            ),
            path("overview/acknowledge/", self.admin_view(dashboard_views.acknowledge_alert), name="acknowledge_alert"),
            path("reports/what-if/", include((what_if_urls(self), "what_if"))),
            path("reports/", include((report_urls(self), "reports"))),
            path("overview/yesterday.pdf", self.admin_view(daily_email_views.preview), name="yesterday_pdf"),
            *super().get_urls(),
        ]

    def autocomplete_view(self, request: HttpRequest) -> HttpResponseBase:  # type: ignore[override]
        """Return the rows that a form field can choose, as JSON."""
        return ShopAutocompleteView.as_view(admin_site=self)(request)

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what the templates of all pages need: the header links to the reports if the actor may see them."""
        return {**super().each_context(request), "may_see_reports": actor_of(request).may(SEE_REPORTS)}

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> TemplateResponse:
        """Show what needs a hand, today's figures and the apps."""
        overview = dashboard(by=actor_of(request), at=clock.now())
        return super().index(request, {**(extra_context or {}), "overview": overview})

    @method_decorator(login_not_required)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        """
        Redirect to the sign-in page.

        :raises PermissionDenied: the user is signed in already, but may not enter the admin
        """
        if request.user.is_authenticated and not self.has_permission(request):
            raise PermissionDenied
        return redirect_to_login(request.GET.get("next") or reverse("admin:index"))

    def logout(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:  # type: ignore[override]
        """Sign the user out as every other page does: at Keycloak too, if it began the session."""
        return SignOutView.as_view()(request)

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> NoReturn:
        """Raise Http404: Keycloak's users have no password here, and the demo's users share one."""
        raise Http404

    password_change_done = password_change
