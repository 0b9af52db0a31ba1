"""Addresses of printing, in the namespace of the kitchen."""

from django.urls import path

from kitchen.printing import views

urlpatterns = [
    path("print/", views.print_tickets, name="print"),
    path("print/dismiss/", views.dismiss_failures, name="dismiss_print_failures"),
    path("tickets/<uuid:ref>/print/", views.print_page, name="print_page"),
]
