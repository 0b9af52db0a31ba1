"""URLs of the demo's own pages, below the admin's."""

from django.contrib import admin
from django.urls import path

from pizzeria.demo import views

app_name = "demo"

urlpatterns = [
    path("", admin.site.admin_view(views.messages), name="messages"),
    path("<slug:id>/", admin.site.admin_view(views.html), name="html"),
]
