"""
What was ordered: baskets of the menu as it is now, each priced once for all the orders with it.

The prices are those that the shop's own functions compute. What is the same in all orders of a price is made into the
text of columns here, because there are far more orders than prices.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from random import Random
from typing import Any

from kitchen import promises
from menu import catalogue
from menu.prices import MenuSnapshot, PizzaSnapshot
from menu.selections import PizzaPart, PizzaSelection, Selection, SimpleItemSelection
from orders.basket_pricing import NO_TIP, DeliveryTerms, PricedBasket, PriceTerms, Tip, price_basket
from orders.models import BasketLine, Coupon, Order, OrderAdjustment, OrderLine, OrderLinePart
from orders.payments.receipts.content import ReceiptLine
from orders.selectors.coupons import terms_of
from orders.selectors.delivery_area import delivery_terms
from orders.services.order_lines import adjustment_rows, kitchen_items, line_rows, part_rows, placed_lines
from pizzeria.demo.bulk_history.copy_text import json_text, value_text
from pizzeria.foundation.shop.selectors import current_shop

VARIETY = 260  # baskets that differ
FAVOURITE = 0.75  # how much more often the first pizzas of the menu are ordered than the last
PIZZAS, SIMPLE_ITEMS = {1: 62, 2: 27, 3: 8, 4: 3}, {0: 55, 1: 35, 2: 10}  # how many in a basket, weighted
SIZES = (4, 3, 2)  # weights, from the smallest
ADDED, SECOND_ADDED, LEFT_OUT, TWICE = 0.3, 0.2, 0.08, 0.1  # of the pizzas
TIPS = {NO_TIP: 62, Tip(percent=Decimal(5)): 20, Tip(percent=Decimal(10)): 18}


def _columns(model: type[Any], *without: str) -> tuple[str, ...]:
    names = (field.attname for field in model._meta.concrete_fields)
    return tuple(name for name in names if name not in ("id", *without))


LINE_COLUMNS = _columns(OrderLine, "order_id")
PART_COLUMNS = _columns(OrderLinePart, "line_id")
ADJUSTMENT_COLUMNS = _columns(OrderAdjustment, "order_id")


@dataclass(frozen=True, slots=True)
class OrderedBasket:
    """
    What is the same in all orders of one basket; the texts are columns, or JSON, as COPY has them.

    :ivar lines: `LINE_COLUMNS` of each line, with `PART_COLUMNS` of its parts
    :ivar placed: a member of the JSON of `order.placed`: its lines
    :ivar receipt: a member of the JSON of the receipt's content: its lines
    :ivar items: of the ticket
    :ivar minutes: in the oven
    """

    basket: PricedBasket
    lines: tuple[tuple[str, tuple[str, ...]], ...]
    receipt_lines: tuple[ReceiptLine, ...]
    placed: str
    receipt: str
    items: str
    minutes: int
    pizzas: int


@dataclass(frozen=True, slots=True)
class PricedOrder:
    """
    What is the same in all orders of one basket on the same terms; the texts are columns, or JSON, as COPY has them.

    :ivar basket: the basket without terms
    :ivar priced: the basket on these terms
    :ivar adjustments: `ADJUSTMENT_COLUMNS` of each
    :ivar amounts: lines_total, adjustments_total, tax_total, tax_lines, tax_included, total, price_trace of the order
    :ivar placed: the last members of the JSON of `order.placed`
    :ivar receipt: the last members of the JSON of the receipt's content
    """

    basket: OrderedBasket
    priced: PricedBasket
    delivery: DeliveryTerms | None
    coupon: Coupon | None
    total: Decimal
    total_text: str
    adjustments: tuple[str, ...]
    amounts: str
    placed: str
    receipt: str


class Pricing:
    """The baskets, and their prices on each terms; a price is computed when it is first asked for."""

    def __init__(self, *, at: datetime, rng: Random) -> None:
        snapshot = catalogue.fresh_snapshot()
        baskets = (_priced(_selections(snapshot, rng), snapshot, rng, at=at) for _ in range(VARIETY))
        self._baskets = [_ordered(basket) for basket in baskets]
        self._weights = list(accumulate(1 / (rank + 6) ** 0.6 for rank in range(VARIETY)))
        self._numbers = range(VARIETY)
        self._tips, self._tip_weights = list(TIPS), list(accumulate(TIPS.values()))
        self._delivery: dict[str, DeliveryTerms | None] = {}
        self._prices: dict[tuple[int, str | None, str, Tip], PricedOrder] = {}

    def choose(self, count: int, rng: Random) -> list[tuple[int, Tip]]:
        """Return the number of the basket, and the tip, of each of so many orders."""
        numbers = rng.choices(self._numbers, cum_weights=self._weights, k=count)
        return list(zip(numbers, rng.choices(self._tips, cum_weights=self._tip_weights, k=count), strict=True))

    def can_be_delivered(self, number: int, postal_code: str) -> bool:
        """Return whether the shop delivers a basket to a postal code."""
        terms = self._terms(postal_code)
        return terms is not None and self.lines_total(number) >= terms.minimum

    def lines_total(self, number: int) -> Decimal:
        return self._baskets[number].basket.totals.lines_total

    def price(self, number: int, *, postal_code: str | None, coupon: Coupon | None, tip: Tip) -> PricedOrder:
        """
        Return what a basket costs.

        :param postal_code: of a delivery; None: a pickup
        """
        delivery = self._terms(postal_code) if postal_code is not None else None
        key = (number, delivery.zone if delivery else None, coupon.code if coupon else "", tip)
        priced = self._prices.get(key)
        if priced is None:
            terms = PriceTerms(coupon=terms_of(coupon) if coupon else None, delivery=delivery, tip=tip)
            priced = _on_terms(self._baskets[number], terms, coupon)
            self._prices[key] = priced
        return priced

    def _terms(self, postal_code: str) -> DeliveryTerms | None:
        if postal_code not in self._delivery:
            self._delivery[postal_code] = delivery_terms(postal_code)
        return self._delivery[postal_code]


def _weighted[T](weights: dict[T, int], rng: Random) -> T:
    return rng.choices(list(weights), weights=list(weights.values()))[0]


def _favourite[T](items: Sequence[T], rng: Random) -> T:
    return rng.choices(items, weights=[1 / (rank + 1) ** FAVOURITE for rank in range(len(items))])[0]


def _selections(menu: MenuSnapshot, rng: Random) -> list[Selection]:
    pizzas, simple_items = list(menu.pizzas.values()), list(menu.simple_items)
    chosen: list[Selection] = [
        _pizza(_favourite(pizzas, rng), menu, rng) for _ in range(_weighted(PIZZAS, rng) if pizzas else 0)
    ]
    wanted = min(_weighted(SIMPLE_ITEMS, rng), len(simple_items))
    return [*chosen, *(SimpleItemSelection(simple_item=slug) for slug in rng.sample(simple_items, k=wanted))]


def _pizza(pizza: PizzaSnapshot, menu: MenuSnapshot, rng: Random) -> PizzaSelection:
    recipe = [topping.slug for topping in pizza.recipe]
    others = [slug for slug in menu.toppings if slug not in recipe]
    wanted = (rng.random() < ADDED) + (rng.random() < ADDED * SECOND_ADDED)
    added = rng.sample(others, k=min(wanted, len(others)))
    left_out = [rng.choice(recipe)] if recipe and rng.random() < LEFT_OUT else []
    sizes = list(menu.sizes)
    size = rng.choices(sizes, weights=[SIZES[min(rank, len(SIZES) - 1)] for rank in range(len(sizes))])[0]
    return PizzaSelection(size=size, parts=(PizzaPart(pizza=pizza.slug, added=tuple(added), left_out=tuple(left_out)),))


def _priced(selections: Sequence[Selection], menu: MenuSnapshot, rng: Random, *, at: datetime) -> PricedBasket:
    lines = [
        BasketLine(selection=each.model_dump(mode="json"), quantity=2 if rng.random() < TWICE else 1)
        for each in selections
    ]
    priced = price_basket(lines, snapshot=menu, at=at)
    if priced.refusals:  # sold out at the moment, but not in the past
        open_menu = [line.basket_line for line in priced.lines if not line.refusal]
        return price_basket(open_menu, snapshot=menu, at=at)
    return priced


def _ordered(basket: PricedBasket) -> OrderedBasket:
    lines = placed_lines(basket)
    rows = line_rows(Order(), lines)
    on_receipt = tuple(_receipt_line(row) for row in rows)
    return OrderedBasket(
        basket=basket,
        lines=tuple(
            (_text(row, LINE_COLUMNS), tuple(_text(part, PART_COLUMNS) for part in part_rows(row, line)))
            for row, line in zip(rows, lines, strict=True)
        ),
        receipt_lines=on_receipt,
        placed=f'"lines": {json_text([line.model_dump(mode="json") for line in lines])}',
        receipt=f'"lines": {json_text([line.model_dump(mode="json") for line in on_receipt])}',
        items=json_text(kitchen_items(basket)),
        minutes=promises.ticket_minutes(basket.pizza_minutes, shop=current_shop()),
        pizzas=len(basket.pizza_minutes),
    )


def _on_terms(basket: OrderedBasket, terms: PriceTerms, coupon: Coupon | None) -> PricedOrder:
    priced, order = basket.basket.under(terms), Order()
    totals = priced.totals
    order.set_totals(totals)
    trace, amounts = json_text(priced.trace.model_dump(mode="json")), json_text(totals.model_dump(mode="json"))
    columns = (order.lines_total, order.adjustments_total, order.tax_total, order.tax_lines, order.tax_included)
    return PricedOrder(
        basket=basket,
        priced=priced,
        delivery=terms.delivery,
        coupon=coupon,
        total=totals.total,
        total_text=str(totals.total),
        adjustments=tuple(_text(row, ADJUSTMENT_COLUMNS) for row in adjustment_rows(order, totals.adjustments)),
        amounts="\t".join([*map(value_text, (*columns, totals.total)), trace]),
        placed=f'{basket.placed}, "trace": {trace}, {amounts[1:]}',
        receipt=f'{basket.receipt}, "totals": {amounts}, "is_part": false}}',
    )


def _receipt_line(row: OrderLine) -> ReceiptLine:
    return ReceiptLine(
        name=row.name, size=row.size_name, quantity=row.quantity, unit_price=row.unit_price, total=row.total
    )


def _text(row: Any, columns: Sequence[str]) -> str:
    return "\t".join(value_text(getattr(row, column)) for column in columns)
