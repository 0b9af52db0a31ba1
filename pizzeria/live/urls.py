from django.urls import path

from pizzeria.live import views

app_name = "live"

urlpatterns = [
    path("board/", views.board, name="board"),
    path("deliveries/", views.deliveries, name="deliveries"),
    path("orders/<uuid:ref>/", views.order, name="order"),
    path("orders/<uuid:ref>/<slug:token>/", views.guest_order, name="guest_order"),
]
