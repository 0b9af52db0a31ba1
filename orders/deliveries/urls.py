from django.urls import path

from orders.deliveries import views

app_name = "deliveries"

urlpatterns = [
    path("", views.tour_page, name="tour"),
    path("<uuid:ref>/assign/", views.assign, name="assign"),
    path("<uuid:ref>/claim/", views.claim, name="claim"),
    path("<uuid:ref>/release/", views.release, name="release"),
    path("<uuid:ref>/leave/", views.leave, name="leave"),
    path("<uuid:ref>/deliver/", views.deliver, name="deliver"),
    path("<uuid:ref>/undo-deliver/", views.undo_deliver, name="undo_deliver"),
    path("<uuid:ref>/fail/", views.fail, name="fail"),
]
