"""What a guest agreed to: these lines, at this total, in a basket that is spent once."""

from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext as _

from menu import catalogue
from orders.basket_pricing import PricedBasket, Totals, lines_fingerprint, price_basket
from orders.models import Basket
from orders.services import basket as basket_services
from pizzeria.foundation.money import format_amount
from pizzeria.foundation.refusals import Refusal


class EmptyBasket(Refusal):
    code = "empty_basket"
    status = 422


class BasketSpent(Refusal):
    """The basket was ordered already, from another form. `order_ref` is what it became."""

    code = "basket_spent"

    def __init__(self, sentence: str, *, order_ref: UUID) -> None:
        super().__init__(sentence)
        self.order_ref = order_ref


class BasketChanged(Refusal):
    """Something else is in the basket than what the guest was shown: another tab changed it."""

    code = "basket_changed"


class TotalChanged(Refusal):
    """A price has changed since the guest saw the total. Both are told; the guest decides."""

    code = "total_changed"

    def __init__(self, sentence: str, *, shown: Decimal, total: Decimal) -> None:
        super().__init__(sentence)
        self.shown = shown
        self.total = total


def take_basket(ref: UUID, *, shown_lines: str | None, at: datetime) -> tuple[Basket, PricedBasket]:
    """
    Hold the basket and reckon it from the database.

    :param ref: the basket's
    :param shown_lines: the fingerprint of the lines that the guest saw; None: they were not shown
    :raises EmptyBasket, BasketSpent, BasketChanged, SoldOut, NotOnTheMenu: it cannot be ordered as it is
    """
    basket = basket_services.lock(ref)
    if basket and basket.order_ref:
        raise BasketSpent(_("This basket has been ordered already."), order_ref=basket.order_ref)
    lines = list(basket.lines.all()) if basket else []
    if not basket or not lines:
        raise EmptyBasket(_("Your basket is empty. Choose a pizza first."))
    if shown_lines is not None and shown_lines != lines_fingerprint(lines):
        raise BasketChanged(_("Your basket has changed since you looked. Please look again."))
    priced_basket = price_basket(lines, snapshot=catalogue.fresh_snapshot(), at=at)
    if priced_basket.problems:
        first = priced_basket.problems[0]
        raise type(first)(" ".join(problem.sentence for problem in priced_basket.problems), field="basket")
    return basket, priced_basket


def refuse_unless_agreed(totals: Totals, shown: Decimal) -> None:
    """
    Refuse any total but the one that was shown.

    :raises TotalChanged: with both
    """
    if totals.total != shown:
        raise TotalChanged(
            _("A price has changed since you looked: it was %(shown)s, now it is %(total)s. Please look again.")
            % {"shown": format_amount(shown), "total": format_amount(totals.total)},
            shown=shown,
            total=totals.total,
        )
