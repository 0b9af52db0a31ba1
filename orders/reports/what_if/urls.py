"""Addresses below /admin/reports/what-if/; the admin site includes them."""

from django.urls import path

from orders.reports.what_if import views

urlpatterns = [
    path("", views.what_if, name="what_if"),
    path("<uuid:ref>/", views.what_if_run, name="what_if_run"),
]
