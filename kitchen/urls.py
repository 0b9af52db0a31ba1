from django.urls import include, path

from kitchen import screen_views, views

app_name = "kitchen"

urlpatterns = [
    path("", views.board, name="board"),
    path("tickets/<uuid:ref>/start/", views.start_cooking, name="start_cooking"),
    path("tickets/<uuid:ref>/finish/", views.finish_ticket, name="finish_ticket"),
    path("tickets/<uuid:ref>/recall/", views.recall_ticket, name="recall_ticket"),
    path("tickets/<uuid:ref>/undo/", views.undo_step, name="undo_step"),
    path("screen/", screen_views.report_screen, name="report_screen"),
    path("screen/name/", screen_views.name_screen, name="name_screen"),
    path("pause/", views.pause, name="pause"),
    path("resume/", views.resume, name="resume"),
    path("", include("kitchen.printing.urls")),
    path("capacity/", views.change_capacity, name="change_capacity"),
]
