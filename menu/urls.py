from django.urls import path

from menu import views

app_name = "menu"

urlpatterns = [
    path("", views.card, name="card"),
    path("<slug:slug>/", views.pizza, name="pizza"),
    path("<slug:slug>/picture.svg", views.picture, name="picture"),
]
