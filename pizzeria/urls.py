"""The root URL configuration. Only /health/… is not here: a middleware answers it before any other check."""

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from pizzeria.api import api
from pizzeria.operations import api_docs_page

handler400 = "pizzeria.operations.error_views.bad_request"
handler404 = "pizzeria.operations.error_views.page_not_found"
handler429 = "pizzeria.users.local_accounts.rate_limits.rate_limited"  # called by allauth
handler500 = "pizzeria.operations.error_views.server_error"

urlpatterns = [
    path("", include("orders.urls")),
    path("", include("orders.payments.urls")),
    path("profile/", include("orders.customers.urls")),
    path("delivery/", include("orders.deliveries.urls")),
    path("notifications/", include("orders.notifications.urls")),
    path("menu/", include("menu.urls")),
    path("kitchen/", include("kitchen.urls")),
    path("accounts/", include("pizzeria.users.urls")),
    path("accounts/", include("pizzeria.users.local_accounts.urls")),
    path("stream/", include("pizzeria.live.urls")),
    path("api/docs/signed-in", api_docs_page.signed_in, name="api_docs_signed_in"),
    path("api/", api.urls),
    *([path("admin/messages/", include("pizzeria.demo.urls"))] if settings.SHOP_DEMO else []),
    path("admin/", admin.site.urls),
]
