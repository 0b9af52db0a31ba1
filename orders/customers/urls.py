from django.urls import path

from orders.customers import views

app_name = "customers"

urlpatterns = [
    path("", views.profile, name="profile"),
]
