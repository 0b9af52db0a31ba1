"""The read models of the menu's pages."""

import hashlib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _

from menu.declarations import SPICY, Declaration, declaration_of
from menu.illustrations import EDITION
from menu.models import CARD_WIDTH, PICTURE_WIDTHS, THUMBNAIL_WIDTH, Allergen, Diet, PictureRendition, Pizza
from menu.price_schedules import PriceSchedule
from menu.prices import (
    ItemSnapshot,
    MenuSnapshot,
    PictureSnapshot,
    PizzaSnapshot,
    SimpleItemSnapshot,
    SizeSnapshot,
    ToppingSnapshot,
    unit_price,
)


@dataclass(frozen=True, slots=True)
class DietLabel:
    code: str
    label: str


@dataclass(frozen=True, slots=True)
class DeclarationSummary:
    """A declaration as guests read it: `allergens` by name, as far as they are declared."""

    diet_labels: tuple[DietLabel, ...]
    allergens: tuple[str, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class PictureSummary:
    """A picture as pages show it: its addresses, and its description for people who do not see it."""

    thumbnail: str
    src: str
    srcset: str
    alt: str


@dataclass(frozen=True, slots=True)
class MenuItemSummary:
    """A dish as the menu page shows it."""

    kind: str
    slug: str
    name: str
    description: str
    price_from: Decimal
    toppings: tuple[str, ...]
    declaration: DeclarationSummary
    sold_out: bool
    available_from: datetime | None  # None while sold out: until further notice
    illustration: str
    picture: PictureSummary | None  # None: its illustration is shown


@dataclass(frozen=True, slots=True)
class MenuSection:
    name: str
    slug: str
    picture: PictureSummary | None
    items: tuple[MenuItemSummary, ...]


@dataclass(frozen=True, slots=True)
class SizeOption:
    slug: str
    name: str
    price: Decimal
    chosen: bool


@dataclass(frozen=True, slots=True)
class ToppingOption:
    slug: str
    name: str
    declaration: DeclarationSummary
    price: Decimal
    available: bool
    chosen: bool
    picture: PictureSummary | None


def menu_sections(snapshot: MenuSnapshot, *, at: datetime) -> tuple[MenuSection, ...]:
    """Return the menu by category, as it is at a moment. No query."""
    by_category: dict[str, list[PizzaSnapshot | SimpleItemSnapshot]] = {}
    dishes: list[PizzaSnapshot | SimpleItemSnapshot] = [*snapshot.pizzas.values(), *snapshot.simple_items.values()]
    for item in sorted(dishes, key=lambda dish: dish.category_position):
        by_category.setdefault(item.category_slug, []).append(item)
    return tuple(
        MenuSection(
            name=items[0].category,
            slug=slug,
            picture=picture_summary(items[0].category_picture),
            items=tuple(item_summary(item, at) for item in items),
        )
        for slug, items in by_category.items()
    )


def available_pizzas(snapshot: MenuSnapshot, *, at: datetime) -> list[PizzaSnapshot]:
    """Return the pizzas that are available at a moment, in the order of the menu page. No query."""
    return [pizza for pizza in snapshot.pizzas.values() if pizza.is_available(at)]


def item_summary(dish: PizzaSnapshot | SimpleItemSnapshot, at: datetime) -> MenuItemSummary:
    """Return a dish of a snapshot as the menu page shows it."""
    toppings = dish.recipe if isinstance(dish, PizzaSnapshot) else ()
    is_available = dish.is_available(at)
    return MenuItemSummary(
        kind="pizza" if isinstance(dish, PizzaSnapshot) else "simple_item",
        slug=dish.slug,
        name=dish.name,
        description=dish.description,
        price_from=dish.price_from(at) if isinstance(dish, PizzaSnapshot) else unit_price(dish.price.at(at)),
        toppings=tuple(topping.name for topping in toppings),
        declaration=declaration_summary(declaration_of(dish, toppings)),
        sold_out=not is_available,
        available_from=None if is_available else dish.sold_out_until,
        illustration=illustration_url(dish),
        picture=picture_summary(dish.picture),
    )


def price_schedule(item: PizzaSnapshot | SimpleItemSnapshot | ToppingSnapshot) -> PriceSchedule:
    """Return the prices of an item; a pizza's are its base prices."""
    return item.base_price if isinstance(item, PizzaSnapshot) else item.price


def declaration_summary(declaration: Declaration) -> DeclarationSummary:
    """Return a declaration with the names of its labels and allergens."""
    return DeclarationSummary(
        diet_labels=tuple(DietLabel(code, _diet_label_name(code)) for code in declaration.diet_labels),
        allergens=tuple(str(Allergen(code).label) for code in declaration.allergens),
        is_complete=declaration.is_complete,
    )


def size_options(pizza: PizzaSnapshot, sizes: Iterable[SizeSnapshot], *, chosen: str, at: datetime) -> list[SizeOption]:
    """Return the sizes with the price of the pizza in each, before anything is added."""
    base = pizza.base_price.at(at)
    return [
        SizeOption(size.slug, size.name, unit_price(base, factor=size.factor), size.slug == chosen) for size in sizes
    ]


def topping_options(
    toppings: Iterable[ToppingSnapshot], *, chosen: Collection[str], at: datetime
) -> list[ToppingOption]:
    """Return the toppings to tick; one that is sold out cannot be ticked."""
    return [
        ToppingOption(
            slug=topping.slug,
            name=topping.name,
            declaration=declaration_summary(declaration_of(topping, [topping])),
            price=topping.price.at(at),
            available=topping.is_available(at),
            chosen=topping.slug in chosen and topping.is_available(at),
            picture=picture_summary(topping.picture),
        )
        for topping in toppings
    ]


def picture_url(picture: PictureSnapshot, width: int) -> str:
    """Return the URL of a picture in one of its widths; another picture has another URL, so it is cached for ever."""
    return reverse("menu:picture", args=[picture.ref, width])


def picture_summary(picture: PictureSnapshot | None) -> PictureSummary | None:
    """Return the picture of an item or a category as pages show it; None if it has none."""
    if picture is None:
        return None
    urls = {width: picture_url(picture, width) for width in PICTURE_WIDTHS}
    return PictureSummary(
        thumbnail=urls[THUMBNAIL_WIDTH],
        src=urls[CARD_WIDTH],
        srcset=", ".join(f"{url} {width}w" for width, url in urls.items()),
        alt=picture.alt_text,
    )


def rendition_sha256(ref: UUID, width: int) -> str | None:
    """Return the SHA-256 of a picture in one of its widths, in hex; None if there is no such picture. One query."""
    return PictureRendition.objects.filter(picture__ref=ref, width=width).values_list("sha256", flat=True).first()


def rendition_content(ref: UUID, width: int) -> bytes | None:
    """Return a picture in one of its widths, a WebP file; None if there is no such picture. One query."""
    rows = PictureRendition.objects.filter(picture__ref=ref, width=width)
    content = rows.values_list("content", flat=True).first()
    return None if content is None else bytes(content)


def thumbnail_url(dish: PizzaSnapshot | SimpleItemSnapshot) -> str:
    """Return the URL of a dish's smallest picture, or of its illustration."""
    return picture_url(dish.picture, THUMBNAIL_WIDTH) if dish.picture else illustration_url(dish)


def illustration_url(dish: PizzaSnapshot | SimpleItemSnapshot) -> str:
    """Return the URL of a dish's illustration; another look has another URL, so it can be cached for ever."""
    return reverse("menu:illustration", args=[dish.slug, illustration_version(dish)])


def illustration_version(dish: PizzaSnapshot | SimpleItemSnapshot) -> str:
    """Return a hash of everything that a dish's illustration is drawn from, as 12 hex digits."""
    if isinstance(dish, PizzaSnapshot):
        inputs = repr((EDITION, dish.name, [topping.look for topping in dish.recipe]))
    else:
        inputs = repr((EDITION, dish.name, dish.motif, dish.colour))
    return hashlib.sha256(inputs.encode()).hexdigest()[:12]


def dish(slug: str, snapshot: MenuSnapshot) -> PizzaSnapshot | SimpleItemSnapshot | None:
    """Return a dish by its slug; None if there is none."""
    return snapshot.pizzas.get(slug) or snapshot.simple_items.get(slug)


def find_item[T: ItemSnapshot](items: Mapping[str, T], identifier: str, *, by_name: bool = False) -> T | None:
    """
    Return an item of a snapshot by its slug or its ref; None if there is none.

    :param items: by slug
    :param by_name: whether its name will do, in any case
    """
    if identifier in items:
        return items[identifier]
    wanted = identifier.casefold()
    return next(
        (item for item in items.values() if str(item.ref) == wanted or (by_name and item.name.casefold() == wanted)),
        None,
    )


def find_pizza_row(identifier: str) -> Pizza | None:
    """Return the row of a pizza on the menu by its slug or its ref, for commands; None if there is none. One query."""
    return Pizza.objects.on_the_menu().identified_by(identifier).first()


def _diet_label_name(code: str) -> str:
    return _("spicy") if code == SPICY else str(Diet(code).label)
