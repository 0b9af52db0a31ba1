from django.urls import path

from kitchen import views

app_name = "kitchen"

urlpatterns = [
    path("", views.board, name="board"),
    path("tickets/<uuid:ref>/start/", views.start_cooking, name="start_cooking"),
    path("tickets/<uuid:ref>/finish/", views.finish_ticket, name="finish_ticket"),
]
