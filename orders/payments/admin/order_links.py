"""Links to orders, in the lists of payments."""

from django.urls import reverse
from django.utils.html import format_html

from orders.models import Order


def order_link_to(order: Order) -> str:
    """Return a link to the page of an order in the admin."""
    return format_html('<a href="{}">{}</a>', reverse("admin:orders_order_change", args=[order.pk]), order)
