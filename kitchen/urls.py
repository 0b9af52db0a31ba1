from django.urls import include, path

from kitchen import screen_views
from kitchen.views import board, service_worker, steps, tools

app_name = "kitchen"

urlpatterns = [
    path("", board.board, name="board"),
    path("finished/", board.finished, name="finished"),
    path("service-worker.js", service_worker.service_worker, name="service_worker"),
    path("steps/", steps.take, name="steps"),
    path("tickets/<uuid:ref>/undo/", tools.undo_step, name="undo_step"),
    path("screen/", screen_views.report_screen, name="report_screen"),
    path("screen/name/", screen_views.name_screen, name="name_screen"),
    path("pause/", tools.pause, name="pause"),
    path("", include("kitchen.printing.urls")),
    path("resume/", tools.resume, name="resume"),
    path("capacity/", tools.change_capacity, name="change_capacity"),
]
