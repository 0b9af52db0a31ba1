"""
Prices. `price` is the only function that computes them: pages show its result and orders charge it.

It works on a `MenuSnapshot`: what is on the menu.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from menu.cooking_minutes import expected_minutes
from menu.declarations import Declaration, declaration_of
from menu.illustrations import Look
from menu.models import TaxKind, is_available_at
from menu.price_schedules import PriceSchedule
from menu.selections import MAX_ADDED, PizzaPart, PizzaSelection, Selection, SimpleItemSelection
from pizzeria.foundation.money import ZERO, rounded
from pizzeria.foundation.refusals import Refusal


class NotOnTheMenu(Refusal):
    """No such pizza, size, topping or simple item."""

    code = "not_on_the_menu"
    status = 422


class SoldOut(Refusal):
    """The item is on the menu, but sold out at the moment."""

    code = "sold_out"


class TooManyToppings(Refusal):
    code = "too_many_toppings"
    status = 422


@dataclass(frozen=True, slots=True)
class SizeSnapshot:
    slug: str
    name: str
    factor: Decimal


@dataclass(frozen=True, slots=True)
class PictureSnapshot:
    ref: UUID
    alt_text: str


@dataclass(frozen=True, slots=True)
class ItemSnapshot:
    """An item of a snapshot. Its availability depends on the moment, so `is_available` takes `at`."""

    slug: str
    name: str
    sold_out_since: datetime | None
    sold_out_until: datetime | None
    ref: UUID = field(kw_only=True)
    picture: PictureSnapshot | None = field(kw_only=True, default=None)

    def is_available(self, at: datetime) -> bool:
        return is_available_at(self.sold_out_since, self.sold_out_until, at)


@dataclass(frozen=True, slots=True)
class ToppingSnapshot(ItemSnapshot):
    price: PriceSchedule
    diet: str
    spicy: bool
    declared_allergens: tuple[str, ...] | None  # None: nobody has said yet
    look: Look


@dataclass(frozen=True, slots=True)
class DishSnapshot(ItemSnapshot):
    category: str
    category_slug: str
    category_position: int
    description: str
    diet: str
    declared_allergens: tuple[str, ...] | None  # of a pizza: without its toppings; None: nobody has said yet
    category_picture: PictureSnapshot | None = field(kw_only=True, default=None)


@dataclass(frozen=True, slots=True)
class PizzaSnapshot(DishSnapshot):
    base_price: PriceSchedule
    smallest_factor: Decimal
    minutes: int  # as planned
    recipe: tuple[ToppingSnapshot, ...]
    learned_minutes: int | None = field(kw_only=True, default=None)

    @property
    def expected_minutes(self) -> int:
        """Return the minutes that promises are computed with."""
        return expected_minutes(planned=self.minutes, learned=self.learned_minutes)

    def price_from(self, at: datetime) -> Decimal:
        return unit_price(self.base_price.at(at), factor=self.smallest_factor)


@dataclass(frozen=True, slots=True)
class SimpleItemSnapshot(DishSnapshot):
    price: PriceSchedule
    tax_kind: str
    motif: str
    colour: str


@dataclass(frozen=True, slots=True)
class MenuSnapshot:
    """Everything that can be selected, by slug, in the order in which it is listed."""

    sizes: Mapping[str, SizeSnapshot]
    toppings: Mapping[str, ToppingSnapshot]
    pizzas: Mapping[str, PizzaSnapshot]
    simple_items: Mapping[str, SimpleItemSnapshot]


@dataclass(frozen=True, slots=True)
class PricedPart:
    """
    One part of a pizza, with the toppings added and the toppings left out.

    :param base_price: of the pizza, in force at the moment of the price
    :param added_prices: likewise, of each added topping
    """

    pizza: PizzaSnapshot
    added: tuple[ToppingSnapshot, ...]
    left_out: tuple[ToppingSnapshot, ...]
    base_price: Decimal
    added_prices: tuple[Decimal, ...]

    @property
    def toppings(self) -> tuple[ToppingSnapshot, ...]:
        """Return the toppings that are on it: those of the recipe that are kept, and the added ones."""
        return (*(topping for topping in self.pizza.recipe if topping not in self.left_out), *self.added)


@dataclass(frozen=True, slots=True)
class PricedItem:
    """A selection with its price and what is in it, for one unit, at one moment."""

    kind: str
    slug: str
    name: str
    size: SizeSnapshot | None
    parts: tuple[PricedPart, ...]
    unit_price: Decimal
    minutes: int  # in the oven; 0 for an item that needs none
    tax_kind: str
    declaration: Declaration
    category: str
    category_slug: str


def unit_price(base: Decimal, *, factor: Decimal = Decimal(1), added: Iterable[Decimal] = ()) -> Decimal:
    """
    Return the price of one unit: base x factor, plus each added topping; rounded half-up to the minor unit, once.

    :param base: the price in the smallest size
    :param factor: the size's price factor
    :param added: the price of each added topping
    """
    return rounded(base * factor + sum(added, ZERO))


def price(selection: Selection, *, snapshot: MenuSnapshot, at: datetime) -> PricedItem:
    """
    Return one unit of a selection with its price, if it is available at a moment.

    :raises NotOnTheMenu: something in it does not exist
    :raises SoldOut: something in it is sold out at `at`
    :raises TooManyToppings: more than ten toppings are added
    """
    match selection:
        case SimpleItemSelection():
            return _price_simple_item(selection, snapshot, at)
        case PizzaSelection():
            return _price_pizza(selection, snapshot, at)


def _price_simple_item(selection: SimpleItemSelection, snapshot: MenuSnapshot, at: datetime) -> PricedItem:
    simple_item = snapshot.simple_items.get(selection.simple_item)
    if simple_item is None:
        raise NotOnTheMenu(_("That is no longer on our menu."), field="item")
    if not simple_item.is_available(at):
        raise SoldOut(_("%(name)s is sold out.") % {"name": simple_item.name}, field="item")
    return PricedItem(
        kind="simple_item",
        slug=simple_item.slug,
        name=simple_item.name,
        size=None,
        parts=(),
        unit_price=unit_price(simple_item.price.at(at)),
        minutes=0,
        tax_kind=simple_item.tax_kind,
        declaration=declaration_of(simple_item),
        category=simple_item.category,
        category_slug=simple_item.category_slug,
    )


def _price_pizza(selection: PizzaSelection, snapshot: MenuSnapshot, at: datetime) -> PricedItem:
    if len(selection.parts) != 1:
        raise NotOnTheMenu(_("We make whole pizzas only."), field="item")
    part = _price_part(selection.parts[0], snapshot, at)
    size = snapshot.sizes.get(selection.size)
    if size is None:
        raise NotOnTheMenu(_("Please choose one of our sizes."), field="size")
    return PricedItem(
        kind="pizza",
        slug=part.pizza.slug,
        name=part.pizza.name,
        size=size,
        parts=(part,),
        unit_price=unit_price(part.base_price, factor=size.factor, added=part.added_prices),
        minutes=part.pizza.expected_minutes,
        tax_kind=TaxKind.FOOD,
        declaration=declaration_of(part.pizza, part.toppings),
        category=part.pizza.category,
        category_slug=part.pizza.category_slug,
    )


def _price_part(part: PizzaPart, snapshot: MenuSnapshot, at: datetime) -> PricedPart:
    pizza = snapshot.pizzas.get(part.pizza)
    if pizza is None:
        raise NotOnTheMenu(_("That pizza is no longer on our menu."), field="item")
    if not pizza.is_available(at):
        raise SoldOut(_("%(name)s is sold out.") % {"name": pizza.name}, field="item")

    in_recipe = {topping.slug for topping in pizza.recipe}
    # Adding a topping of the recipe changes nothing, and each topping is added once.
    extra_slugs = [slug for slug in dict.fromkeys(part.added) if slug not in in_recipe]
    if len(extra_slugs) > MAX_ADDED:
        raise TooManyToppings(_("At most %(most)d added toppings, please.") % {"most": MAX_ADDED}, field="add")
    unknown = [slug for slug in extra_slugs if slug not in snapshot.toppings]
    if unknown:
        message = _("One of the added toppings is no longer on our menu.")
        parts = [NotOnTheMenu(message, field=f"add.{slug}") for slug in unknown]
        raise NotOnTheMenu(message, field="add", parts=parts)

    added = tuple(snapshot.toppings[slug] for slug in extra_slugs)
    left_out = tuple(topping for topping in pizza.recipe if topping.slug in part.left_out)
    kept = [topping for topping in pizza.recipe if topping.slug not in part.left_out]
    _refuse_if_sold_out(added, at, _("We are out of %(names)s right now. Please choose something else."), "add")
    _refuse_if_sold_out(kept, at, _("We are out of %(names)s right now. Please leave it out."), "keep")
    return PricedPart(
        pizza,
        added,
        left_out,
        base_price=pizza.base_price.at(at),
        added_prices=tuple(topping.price.at(at) for topping in added),
    )


def _refuse_if_sold_out(toppings: Iterable[ToppingSnapshot], at: datetime, message: str, field: str) -> None:
    names = {topping.slug: topping.name.lower() for topping in toppings if not topping.is_available(at)}
    if names:
        parts = [SoldOut(message % {"names": name}, field=f"{field}.{slug}") for slug, name in names.items()]
        raise SoldOut(message % {"names": get_text_list([*names.values()], _("and"))}, field=field, parts=parts)
