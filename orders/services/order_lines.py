"""
The lines and adjustments of an order: conversions from a priced basket to the event, the rows and the kitchen's ticket,
and back to what was chosen.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from menu.models import Allergen
from menu.prices import PricedItem, ToppingSnapshot
from menu.selections import PizzaPart, PizzaSelection, Selection, SimpleItemSelection
from orders.basket_pricing import PricedBasket, tax_rate_of
from orders.events import PlacedDeclaration, PlacedLine, PlacedPart, PricedToppingRef, ToppingRef
from orders.models import Order, OrderAdjustment, OrderLine, OrderLinePart
from orders.totals import Adjustment


def placed_lines(priced_basket: PricedBasket) -> tuple[PlacedLine, ...]:
    """Return the lines with the prices, names and choices of the moment. Every line of the basket has a price."""
    return tuple(_placed(line.item, line.basket_line.quantity) for line in priced_basket.lines if line.item)


def write_lines(order: Order, lines: Sequence[PlacedLine]) -> None:
    """Write an order's lines and their parts, in two statements."""
    rows = OrderLine.objects.bulk_create(line_rows(order, lines))
    OrderLinePart.objects.bulk_create(
        part for row, line in zip(rows, lines, strict=True) for part in part_rows(row, line)
    )


def write_adjustments(order: Order, adjustments: Sequence[Adjustment]) -> None:
    """Write an order's adjustments, in one statement if there are any."""
    OrderAdjustment.objects.bulk_create(adjustment_rows(order, adjustments))


def adjustment_rows(order: Order, adjustments: Iterable[Adjustment]) -> list[OrderAdjustment]:
    """Return the rows of the adjustments, unsaved."""
    return [
        OrderAdjustment(order=order, position=position, **adjustment.model_dump())
        for position, adjustment in enumerate(adjustments)
    ]


def line_rows(order: Order, lines: Iterable[PlacedLine]) -> list[OrderLine]:
    """Return the rows of the lines, unsaved."""
    return [
        OrderLine(
            order=order,
            position=position,
            **line.model_dump(exclude={"parts", "declaration"}),
            **line.model_dump(include={"declaration"}, mode="json"),
        )
        for position, line in enumerate(lines)
    ]


def part_rows(row: OrderLine, line: PlacedLine) -> list[OrderLinePart]:
    """Return the rows of a line's parts, unsaved."""
    return [
        OrderLinePart(line=row, position=position, **part.model_dump(mode="json"))
        for position, part in enumerate(line.parts)
    ]


def selection_of(line: OrderLine) -> Selection:
    """Return what was chosen for a line."""
    if line.kind == "simple_item":
        return SimpleItemSelection(simple_item=line.slug)
    parts = tuple(
        PizzaPart(
            pizza=part.slug,
            added=tuple(topping["slug"] for topping in part.added),
            left_out=tuple(topping["slug"] for topping in part.left_out),
        )
        for part in line.parts.all()
    )
    return PizzaSelection(size=line.size, parts=parts)


def kitchen_items(priced_basket: PricedBasket) -> list[dict[str, Any]]:
    """
    Return what the kitchen has to make, as `Ticket.items` has it: in names and without prices.

    Each has the menu category of its item as its station.
    """
    items = [line.item for line in priced_basket.lines if line.item]
    return [
        {
            "quantity": line.quantity,
            "name": line.name,
            "size": line.size_name,
            "added": [topping.name for part in line.parts for topping in part.added],
            "left_out": [topping.name for part in line.parts for topping in part.left_out],
            "station": {"slug": item.category_slug, "name": item.category},
            **_allergens(line.declaration),
        }
        for item, line in zip(items, placed_lines(priced_basket), strict=True)
    ]


def _allergens(declaration: PlacedDeclaration | None) -> dict[str, Any]:
    """Return what the cook reads beside a guest's allergy: the allergens by name, and whether all are declared."""
    if declaration is None:
        return {"contains": [], "is_declared": False}
    return {
        "contains": [str(Allergen(code).label) for code in declaration.allergens],
        "is_declared": declaration.is_complete,
    }


def _placed(priced: PricedItem, quantity: int) -> PlacedLine:
    return PlacedLine(
        kind="pizza" if priced.parts else "simple_item",
        slug=priced.slug,
        name=priced.name,
        size=priced.size.slug if priced.size else "",
        size_name=priced.size.name if priced.size else "",
        quantity=quantity,
        unit_price=priced.unit_price,
        tax_rate=tax_rate_of(priced),
        minutes=priced.minutes,
        parts=tuple(
            PlacedPart(
                slug=part.pizza.slug,
                name=part.pizza.name,
                recipe=_named(part.pizza.recipe),
                added=tuple(
                    PricedToppingRef(slug=topping.slug, name=topping.name, price=price)
                    for topping, price in zip(part.added, part.added_prices, strict=True)
                ),
                left_out=_named(part.left_out),
            )
            for part in priced.parts
        ),
        declaration=PlacedDeclaration(**asdict(priced.declaration)),
    )


def _named(toppings: Iterable[ToppingSnapshot]) -> tuple[ToppingRef, ...]:
    return tuple(ToppingRef(slug=topping.slug, name=topping.name) for topping in toppings)
