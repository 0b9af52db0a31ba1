"""The basket at the checkout: what the guest agreed to is what is ordered, or the order is refused."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from orders.basket_pricing import PricedBasket
from orders.models import Basket
from orders.services.order_terms import EmptyBasket, price_lines
from orders.totals import Totals
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.refusals import Refusal


class BasketSpent(Refusal):
    """Refusal of a basket that was ordered already, from another form. `order_ref` is the order that it became."""

    code = "basket_spent"

    def __init__(self, message: str, *, order_ref: UUID) -> None:
        super().__init__(message)
        self.order_ref = order_ref


class BasketChanged(Refusal):
    """Refusal of a basket with other lines than the guest was shown: changed in another tab, or by a manager."""

    code = "basket_changed"


class TotalChanged(Refusal):
    """
    Refusal because the total is another one than the guest has seen. Holds both totals; the guest decides.

    A price has changed, or the guest has chosen a delivery, a tip or a coupon since.
    """

    code = "total_changed"

    def __init__(self, message: str, *, shown: Decimal, total: Decimal) -> None:
        super().__init__(message, field="shown_total")
        self.shown = shown
        self.total = total


def spend_basket(ref: UUID, *, order_ref: UUID, shown_lines: str | None, at: datetime) -> tuple[Basket, PricedBasket]:
    """
    Lock the basket, spend it on an order, and price it from the database.

    :param ref: the basket's ref
    :param order_ref: the ref of the order
    :param shown_lines: the fingerprint of the lines that the guest saw; None: they were not shown
    :raises EmptyBasket, BasketSpent, BasketChanged, SoldOut, NotOnTheMenu: the basket cannot be ordered as it is
    """
    basket = Basket.objects.spend(ref, order_ref=order_ref, at=at)
    if basket is None:
        spent_on = Basket.objects.filter(ref=ref).values_list("order_ref", flat=True).first()
        if spent_on:
            raise BasketSpent(_("This basket has been ordered already."), order_ref=spent_on)
        raise EmptyBasket(_("Your basket is empty. Choose a pizza first."))
    priced_basket = price_lines(list(basket.lines.all()), at=at)
    if shown_lines is not None and shown_lines != priced_basket.fingerprint:
        raise BasketChanged(_("Your basket, or a dish in it, has changed since you looked. Please look again."))
    return basket, priced_basket


def check_total(totals: Totals, shown: Decimal) -> None:
    """
    Refuse any total but the one that was shown.

    :raises TotalChanged: holds both totals
    """
    if totals.total != shown:
        raise TotalChanged(
            _("The total has changed since you looked: it was %(shown)s, now it is %(total)s. Please look again.")
            % {"shown": format_amount(shown), "total": format_amount(totals.total)},
            shown=shown,
            total=totals.total,
        )
