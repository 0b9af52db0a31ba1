from django.urls import path

from menu import views

app_name = "menu"

urlpatterns = [
    path("", views.card, name="card"),
    path("sold-out/", views.sold_out, name="sold_out"),
    path("sold-out/<slug:kind>/<slug:slug>/take-off/", views.take_off, name="take_off"),
    path("sold-out/<slug:kind>/<slug:slug>/put-back/", views.put_back, name="put_back"),
    path("<slug:slug>/", views.pizza, name="pizza"),
    path("<slug:slug>/picture.svg", views.picture, name="picture"),
]
