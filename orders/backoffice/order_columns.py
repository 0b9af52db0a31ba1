"""Columns of the list of orders: what a manager needs of each at a glance."""

from django.contrib import admin
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy

from orders.backoffice import order_texts
from orders.models import Order
from pizzeria.foundation import clock
from pizzeria.foundation.money import format_amount


class OrderColumns:
    """The columns. They read the order, its contact and its driver, which are loaded with the list."""

    @admin.display(description=gettext_lazy("order"))
    def number_and_day(self, order: Order) -> str:
        assert order.business_date, "placed orders only"
        other_day = clock.other_day(order.business_date, at=clock.now())
        if not other_day:
            return f"#{order.number}"
        return format_html("#{} <small>{}</small>", order.number, other_day)

    @admin.display(description=gettext_lazy("placed"))
    def placed(self, order: Order) -> str:
        return clock.wall_clock(order.placed_at) if order.placed_at else "–"

    @admin.display(description=gettext_lazy("guest"))
    def guest(self, order: Order) -> SafeString:
        return format_html("<bdi>{}</bdi>", order.contact.name or "–")

    @admin.display(description=gettext_lazy("status"))
    def status_text(self, order: Order) -> SafeString:
        return format_html('<span class="order-status is-{}">{}</span>', order.status, order.get_status_display())

    @admin.display(description=gettext_lazy("total"))
    def total_text(self, order: Order) -> str:
        return "–" if order.total is None else format_amount(order.total)

    @admin.display(description=gettext_lazy("payment"))
    def payment(self, order: Order) -> str:
        return order_texts.payment_text(order)

    @admin.display(description=gettext_lazy("promised"))
    def promise(self, order: Order) -> SafeString:
        late = order_texts.lateness_text(order, at=clock.now())
        return format_html('{} <strong class="late">{}</strong>', order_texts.promise_text(order), late)

    @admin.display(description=gettext_lazy("driver"))
    def driver_name(self, order: Order) -> SafeString:
        """Return the driver's name, without a link to the user: managers do not edit users."""
        return format_html("<bdi>{}</bdi>", order.driver or "–")
