from django.urls import path

from orders.notifications import views

app_name = "notifications"

urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("read/", views.mark_read, name="mark_read"),
    path("dismiss/", views.dismiss, name="dismiss"),
]
