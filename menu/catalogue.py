"""
The catalogue: menu snapshots, fresh from the database, or from the cache and at most 30 seconds old.

Cached read models are keyed by a version that every change of the menu replaces on commit. The version is read before
the rows, so a snapshot of rows that have changed meanwhile is stored under the old version, which is not read any more.
"""

from collections.abc import Callable, Mapping
from decimal import Decimal
from itertools import groupby
from typing import Any, cast
from uuid import uuid4

from django.core.cache import cache
from django.db.models import Subquery, Value
from django.db.models.functions import Coalesce

from menu.illustrations import Look
from menu.models import MenuItemQuerySet, Pizza, SimpleItem, Size, Topping
from menu.price_schedules import schedule_of, scheduled_prices
from menu.prices import (
    MenuSnapshot,
    PictureSnapshot,
    PizzaSnapshot,
    SimpleItemSnapshot,
    SizeSnapshot,
    ToppingSnapshot,
)
from pizzeria.foundation.shapes import shape_of

CACHE_SECONDS = 30
VERSION_KEY = "menu:version"

_PICTURE = ("picture__ref", "picture__alt_text")
_TOPPING = (
    *_PICTURE,
    "ref",
    "slug",
    "name",
    "sold_out_since",
    "sold_out_until",
    "price",
    "diet",
    "spicy",
    "allergens",
    "allergens_declared",
    "shape",
    "colour",
)
_DISH = (
    *_PICTURE,
    *(f"category__{field}" for field in _PICTURE),
    "ref",
    "slug",
    "name",
    "sold_out_since",
    "sold_out_until",
    "description",
    "diet",
    "allergens",
    "allergens_declared",
    "category__name",
    "category__slug",
    "category__position",
)
_PIZZA = ("base_price", "scheduled", "smallest", "minutes", "learned_minutes")
_SIMPLE_ITEM = ("tax_kind", "motif", "colour")

SNAPSHOT_SHAPE = shape_of(MenuSnapshot)

type Row = Mapping[str, Any]


def fresh_snapshot() -> MenuSnapshot:
    """Return a menu snapshot read from the database, in four queries."""
    rows = Topping.objects.on_the_menu().order_by("position", "name").annotate(scheduled=scheduled_prices())
    toppings = [_topping(row) for row in rows.values(*_TOPPING, "scheduled")]
    return MenuSnapshot(
        sizes={size.slug: size for size in sizes()},
        toppings={topping.slug: topping for topping in toppings},
        pizzas={pizza.slug: pizza for pizza in pizzas()},
        simple_items={simple_item.slug: simple_item for simple_item in simple_items()},
    )


def cached_snapshot() -> MenuSnapshot:
    """Return a menu snapshot for pages, at most 30 seconds old."""
    return cached("snapshot", fresh_snapshot, shape=SNAPSHOT_SHAPE)


def cached[T](name: str, read: Callable[[], T], *, shape: str, is_current: Callable[[T], bool] | None = None) -> T:
    """
    Return a read model of the menu from the cache; `read` is called for a new version and after 30 seconds.

    :param shape: of the read model (`shape_of`)
    :param is_current: returns whether a cached one holds for the moment; None: it holds for any
    """
    version = cache.get(VERSION_KEY)
    if version is None:
        version = invalidate()
    key = f"menu:{version}:{shape}:{name}"
    snapshot = cache.get(key)
    if snapshot is None or (is_current and not is_current(snapshot)):
        snapshot = read()
        cache.set(key, snapshot, CACHE_SECONDS)
    return cast("T", snapshot)


def invalidate() -> str:
    """Invalidate every cached read model of the menu; return the new version."""
    version = uuid4().hex
    cache.set(VERSION_KEY, version, None)
    return version


def sizes() -> list[SizeSnapshot]:
    """Return the sizes, in one query."""
    return [SizeSnapshot(size.slug, size.name, size.factor) for size in Size.objects.all()]


def pizzas() -> list[PizzaSnapshot]:
    """Return the pizzas on the menu with their recipes, in one query."""
    return _pizzas(Pizza.objects.on_the_menu())


def pizza_of(row: Pizza) -> PizzaSnapshot:
    """Return a pizza as it is in the database, archived or not. One query."""
    [pizza] = _pizzas(Pizza.objects.filter(pk=row.pk))
    return pizza


def _pizzas(found: MenuItemQuerySet[Pizza]) -> list[PizzaSnapshot]:
    """Return pizzas by a query with a row per topping, or one row for a pizza without any."""
    rows = (
        found.order_by("category__position", "position", "name", "slug", "recipe__position", "recipe__name")
        .annotate(
            smallest=Coalesce(Subquery(Size.objects.order_by("factor").values("factor")[:1]), Value(Decimal(1))),
            scheduled=scheduled_prices(),
            recipe__scheduled=scheduled_prices("recipe__ref"),
        )
        .values(*_DISH, *_PIZZA, *(f"recipe__{field}" for field in (*_TOPPING, "archived_at", "scheduled")))
    )
    return [_pizza(list(group)) for _slug, group in groupby(rows, key=lambda row: row["slug"])]


def simple_items() -> list[SimpleItemSnapshot]:
    """Return the simple items, in one query."""
    return _simple_items(SimpleItem.objects.on_the_menu())


def simple_item_of(row: SimpleItem) -> SimpleItemSnapshot:
    """Return a simple item as it is in the database, archived or not. One query."""
    [simple_item] = _simple_items(SimpleItem.objects.filter(pk=row.pk))
    return simple_item


def _simple_items(found: MenuItemQuerySet[SimpleItem]) -> list[SimpleItemSnapshot]:
    rows = found.order_by("category__position", "position", "name")
    return [
        SimpleItemSnapshot(
            **_dish(row),
            price=schedule_of(row["price"], row["scheduled"]),
            **{name: row[name] for name in _SIMPLE_ITEM},
        )
        for row in rows.annotate(scheduled=scheduled_prices()).values(*_DISH, *_SIMPLE_ITEM, "price", "scheduled")
    ]


def _pizza(rows: list[Row]) -> PizzaSnapshot:
    first = rows[0]
    return PizzaSnapshot(
        **_dish(first),
        base_price=schedule_of(first["base_price"], first["scheduled"]),
        smallest_factor=first["smallest"],
        minutes=first["minutes"],
        learned_minutes=first["learned_minutes"],
        recipe=tuple(_topping(row, "recipe__") for row in rows if _has_topping(row)),
    )


def _has_topping(row: Row) -> bool:
    return row["recipe__slug"] is not None and row["recipe__archived_at"] is None


def _dish(row: Row) -> dict[str, Any]:
    return {
        "ref": row["ref"],
        "slug": row["slug"],
        "name": row["name"],
        "sold_out_since": row["sold_out_since"],
        "sold_out_until": row["sold_out_until"],
        "category": row["category__name"],
        "category_slug": row["category__slug"],
        "category_position": row["category__position"],
        "description": row["description"],
        "diet": row["diet"],
        "declared_allergens": _declared_allergens(row),
        "picture": _picture(row),
        "category_picture": _picture(row, "category__"),
    }


def _topping(row: Row, prefix: str = "") -> ToppingSnapshot:
    return ToppingSnapshot(
        ref=row[f"{prefix}ref"],
        slug=row[f"{prefix}slug"],
        name=row[f"{prefix}name"],
        sold_out_since=row[f"{prefix}sold_out_since"],
        sold_out_until=row[f"{prefix}sold_out_until"],
        price=schedule_of(row[f"{prefix}price"], row[f"{prefix}scheduled"]),
        diet=row[f"{prefix}diet"],
        spicy=row[f"{prefix}spicy"],
        declared_allergens=_declared_allergens(row, prefix),
        look=Look(row[f"{prefix}shape"], row[f"{prefix}colour"]),
        picture=_picture(row, prefix),
    )


def _picture(row: Row, prefix: str = "") -> PictureSnapshot | None:
    ref = row[f"{prefix}picture__ref"]
    return PictureSnapshot(ref, row[f"{prefix}picture__alt_text"]) if ref else None


def _declared_allergens(row: Row, prefix: str = "") -> tuple[str, ...] | None:
    return tuple(row[f"{prefix}allergens"]) if row[f"{prefix}allergens_declared"] else None
