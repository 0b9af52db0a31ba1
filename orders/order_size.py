"""The largest order that the shop accepts without a call: the limits that managers set, in pizzas and in money."""

from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from kitchen.capacity import OrderTooLarge
from pizzeria.foundation.money import MAX_AMOUNT, format_amount
from pizzeria.foundation.shop.selectors import current_shop


def refusal_of_large_order(*, pizzas: int, total: Decimal) -> OrderTooLarge | None:
    """Return the refusal of an order that is larger than a limit, or than an amount can be; None: it is not."""
    shop = current_shop()
    if shop.pizzas_per_order and pizzas > shop.pizzas_per_order:
        message = ngettext(
            "For more than %(count)d pizza we need to know early.",
            "For more than %(count)d pizzas we need to know early.",
            shop.pizzas_per_order,
        )
        return OrderTooLarge(message % {"count": shop.pizzas_per_order}, field="basket")
    max_total = shop.total_per_order or MAX_AMOUNT
    if total > max_total:
        message = _("For an order of more than %(total)s we need to know early.")
        return OrderTooLarge(message % {"total": format_amount(max_total)}, field="basket")
    return None
