from django.urls import path

from menu import views

app_name = "menu"

urlpatterns = [
    path("", views.menu_page, name="index"),
    path("sold-out/", views.sold_out_page, name="sold_out"),
    path("sold-out/<slug:kind>/<slug:slug>/mark-sold-out/", views.mark_sold_out, name="mark_sold_out"),
    path("sold-out/<slug:kind>/<slug:slug>/mark-available/", views.mark_available, name="mark_available"),
    path("pictures/<uuid:ref>-<int:width>.webp", views.picture, name="picture"),
    path("illustrations/<slug:slug>.<slug:version>.svg", views.illustration, name="illustration"),
    path("<slug:slug>/", views.pizza, name="pizza"),
    path("<slug:slug>/illustration.svg", views.illustration, name="current_illustration"),
]
