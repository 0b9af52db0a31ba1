from django.urls import path

from orders.payments import views

app_name = "payments"

urlpatterns = [
    path("pay/<uuid:ref>/", views.pay, name="pay"),
    path("pay/<uuid:ref>/returned/", views.returned, name="returned"),
    path("pay/<uuid:ref>/left/", views.left, name="left"),
    path("pay/<uuid:ref>/again/", views.again, name="again"),
    path("pay/<uuid:ref>/<guest_token:token>/", views.guest_pay, name="guest_pay"),
    path("pay/<uuid:ref>/<guest_token:token>/returned/", views.guest_returned, name="guest_returned"),
    path("pay/<uuid:ref>/<guest_token:token>/left/", views.guest_left, name="guest_left"),
    path("pay/<uuid:ref>/<guest_token:token>/again/", views.guest_again, name="guest_again"),
    path("payments/webhook/", views.webhook, name="webhook"),
]
