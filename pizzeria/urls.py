"""Every address of the shop."""

from django.contrib import admin
from django.urls import include, path

urlpatterns = [
    path("", include("orders.urls")),
    path("menu/", include("menu.urls")),
    path("kitchen/", include("kitchen.urls")),
    path("accounts/", include("pizzeria.people.urls")),
    path("admin/", admin.site.urls),
    path("health/", include("pizzeria.operations.urls")),
]
