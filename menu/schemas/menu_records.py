"""The menu as the API shows it: records made of a snapshot."""

from collections.abc import Iterable
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from pydantic import Field

from menu import selectors
from menu.declarations import declaration_of
from menu.models import PAGE_WIDTH, Allergen, Diet
from menu.prices import (
    ItemSnapshot,
    MenuSnapshot,
    PizzaSnapshot,
    SimpleItemSnapshot,
    SizeSnapshot,
    ToppingSnapshot,
    unit_price,
)
from pizzeria.foundation.api.schemas import Amount, ResponseBody


class SizeRecord(ResponseBody):
    id: str = Field(description="As `size` takes it when ordering", examples=["medium"])
    name: str = Field(examples=["Medium"])
    factor: Decimal = Field(description="A pizza's base price times this is its price in this size", examples=["1.30"])


class SizePrice(ResponseBody):
    size: str = Field(description="`id` of the size", examples=["medium"])
    name: str = Field(examples=["Medium"])
    price: Amount


class ToppingName(ResponseBody):
    id: str = Field(examples=["mushrooms"])
    name: str = Field(examples=["Mushrooms"])


class NextPriceRecord(ResponseBody):
    price: Amount
    valid_from: datetime = Field(description="The price changes at this very moment")


class MenuItemRecord(ResponseBody):
    """What everything on the menu has."""

    id: str = Field(description="Its address; stays when the name changes", examples=["margherita"])
    ref: UUID = Field(description="Another identifier, which is taken wherever `id` is")
    name: str = Field(examples=["Margherita"])
    diet_labels: list[Literal["vegan", "vegetarian", "spicy"]]
    allergens: list[Allergen] = Field(description="Those that are declared", examples=[["gluten", "milk"]])
    allergens_declared: bool = Field(description="Whether the allergens of everything in it are declared")
    is_available: bool = Field(description="Whether it can be ordered now")
    available_from: datetime | None = Field(description="While it is not available; null: until further notice")
    next_price: NextPriceRecord | None = Field(
        description="The next price that is scheduled, of a pizza its `base_price`; null: none is"
    )
    picture_url: str | None = Field(
        description="Of its picture: WebP, 960 × 960 pixels, cacheable for ever. Null: it has none",
        examples=["https://pizza.example/menu/pictures/0197c2a0-0000-7000-8000-000000000000-960.webp"],
    )


class ToppingRecord(MenuItemRecord):
    price: Amount = Field(description="Of adding it to a pizza of any size", examples=["2.50"])


class DishRecord(MenuItemRecord):
    description: str
    category: str = Field(examples=["Pizzas"])


class PizzaRecord(DishRecord):
    """
    A pizza. What PUT takes has the same name in both, so that a client can change one field and send the others back.

    `diet` and `base_allergens` are those of dough, sauce and cheese; `diet_labels` and `allergens` are of all of it.
    """

    category_id: str = Field(description="`category` as PUT takes it", examples=["pizzas"])
    diet: Diet = Field(description="Of dough, sauce and cheese; the toppings add theirs to `diet_labels`")
    base_allergens: list[Allergen] | None = Field(
        description="Of dough, sauce and cheese; the toppings add theirs to `allergens`. Null: not declared yet",
        examples=[["gluten", "milk"]],
    )
    base_price: Amount = Field(description="Price in the smallest size")
    prices: list[SizePrice] = Field(description="Price in each size, with the toppings of the recipe")
    toppings: list[ToppingName] = Field(description="The recipe: included in the price, can be left out")
    cooking_minutes: int = Field(description="Minutes in the oven, of one pizza", examples=[8])


class SimpleItemRecord(DishRecord):
    price: Amount


class MenuRecord(ResponseBody):
    currency: str = Field(description="ISO 4217", examples=["EUR"])
    sizes: list[SizeRecord]
    pizzas: list[PizzaRecord]
    toppings: list[ToppingRecord]
    items: list[SimpleItemRecord]


def menu_record(snapshot: MenuSnapshot, *, at: datetime) -> MenuRecord:
    """Return the whole menu as it can be ordered at a moment."""
    return MenuRecord(
        currency=settings.SHOP_CURRENCY,
        sizes=[SizeRecord(id=size.slug, name=size.name, factor=size.factor) for size in snapshot.sizes.values()],
        pizzas=[pizza_record(pizza, snapshot.sizes.values(), at=at) for pizza in snapshot.pizzas.values()],
        toppings=[topping_record(topping, at=at) for topping in snapshot.toppings.values()],
        items=[simple_item_record(item, at=at) for item in snapshot.simple_items.values()],
    )


def pizza_record(pizza: PizzaSnapshot, sizes: Iterable[SizeSnapshot], *, at: datetime) -> PizzaRecord:
    """Return a pizza with its price in each size."""
    options = selectors.size_options(pizza, sizes, chosen="", at=at)
    declared = pizza.declared_allergens
    return PizzaRecord(
        **_dish(pizza, pizza.recipe, at),
        category_id=pizza.category_slug,
        diet=Diet(pizza.diet),
        base_allergens=None if declared is None else [Allergen(code) for code in declared],
        base_price=pizza.base_price.at(at),
        prices=[SizePrice(size=option.slug, name=option.name, price=option.price) for option in options],
        toppings=[ToppingName(id=topping.slug, name=topping.name) for topping in pizza.recipe],
        cooking_minutes=pizza.minutes,
    )


def topping_record(topping: ToppingSnapshot, *, at: datetime) -> ToppingRecord:
    return ToppingRecord(**_item(topping, [topping], at), price=topping.price.at(at))


def simple_item_record(item: SimpleItemSnapshot, *, at: datetime) -> SimpleItemRecord:
    return SimpleItemRecord(**_dish(item, (), at), price=unit_price(item.price.at(at)))


def _dish(
    dish: PizzaSnapshot | SimpleItemSnapshot, toppings: Iterable[ToppingSnapshot], at: datetime
) -> dict[str, Any]:
    return {**_item(dish, toppings, at), "description": dish.description, "category": dish.category}


def _item(
    item: PizzaSnapshot | SimpleItemSnapshot | ToppingSnapshot, toppings: Iterable[ToppingSnapshot], at: datetime
) -> dict[str, Any]:
    declaration = declaration_of(item, toppings)
    is_available = item.is_available(at)
    upcoming = selectors.price_schedule(item).upcoming(at)
    return {
        "id": item.slug,
        "ref": item.ref,
        "name": item.name,
        "diet_labels": declaration.diet_labels,
        "allergens": declaration.allergens,
        "allergens_declared": declaration.is_complete,
        "is_available": is_available,
        "available_from": None if is_available else item.sold_out_until,
        "next_price": NextPriceRecord(price=upcoming[0].price, valid_from=upcoming[0].valid_from) if upcoming else None,
        "picture_url": _picture_url(item),
    }


def _picture_url(item: ItemSnapshot) -> str | None:
    if item.picture is None:
        return None
    return urljoin(settings.SHOP_ORIGIN, selectors.picture_url(item.picture, PAGE_WIDTH))
