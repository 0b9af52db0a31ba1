from django.urls import path, register_converter

from orders.views import basket, cancel, checkout, home, notes, order, order_list


class GuestTokenConverter:
    """Converter for the token in a guest's link: 32 random bytes, as `secrets.token_urlsafe` encodes them."""

    regex = r"[A-Za-z0-9_-]{43}"

    def to_python(self, value: str) -> str:
        return value

    def to_url(self, value: str) -> str:
        return value


register_converter(GuestTokenConverter, "guest_token")

app_name = "orders"

urlpatterns = [
    path("", home.home, name="home"),
    path("basket/", basket.basket, name="basket"),
    path("basket/add/", basket.add_to_basket, name="add_to_basket"),
    path("basket/delivery/", basket.check_delivery, name="check_delivery"),
    path("checkout/", checkout.checkout, name="checkout"),
    path("orders/", order.history, name="history"),
    path("orders/<uuid:ref>/", order.order, name="order"),
    path("orders/<uuid:ref>/undo-hand-over/", order.undo_hand_over, name="undo_hand_over"),
    path("orders/<uuid:ref>/<guest_token:token>/", order.guest_order, name="guest_order"),
    path("orders/<uuid:ref>/cancel/", cancel.cancel, name="cancel"),
    path("orders/<uuid:ref>/<guest_token:token>/cancel/", cancel.guest_cancel, name="guest_cancel"),
    path("orders/<uuid:ref>/notes/", notes.notes, name="notes"),
    path("orders/<uuid:ref>/<guest_token:token>/notes/", notes.guest_notes, name="guest_notes"),
    path("orders/<uuid:ref>/<guest_token:token>/link/", order.link_order, name="link_order"),
    path("kitchen/hand-over/", order.hand_over, name="hand_over"),
    path("kitchen/cancel/", cancel.cancel_from_board, name="cancel_from_board"),
    path("kitchen/orders/", order_list.order_list, name="all"),
]
