"""
The catalogue: the menu as it is in the database, as a snapshot.

Each process keeps the newest snapshot that it has read, with the version of the menu that it is of. It is used as long
as the database has that version, which takes one query: a change of the menu is seen by everything that begins after
its commit. A snapshot has the facts with their moments ("sold out until", prices "from"), and what is computed from it
takes `at=`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby
from types import MappingProxyType
from typing import Any, cast
from uuid import UUID

from django.db import connection, transaction
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

# None in a transaction that has changed the menu: its version is set at commit.
_VERSION = """
    SELECT md5(string_agg(version::text, '' ORDER BY id))::uuid FROM menu_menuversion
    WHERE current_setting('menu.is_changed', true) IS DISTINCT FROM 'on'
"""

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

type Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class VersionedMenu:
    """
    The menu at one moment.

    :param version: None: there is none that others could know it by, so nothing that is made from it is kept
    """

    version: UUID | None
    snapshot: MenuSnapshot


_newest: VersionedMenu | None = None


def current_menu() -> VersionedMenu:
    """
    Return the menu as the database has it now, with its version. One query, if the process has read it before.

    Within a transaction it is exactly what that transaction sees, also of its own changes; it is then kept by nobody.
    """
    newest, version = _newest, current_version()
    if newest is not None and newest.version == version:
        return newest
    if connection.in_atomic_block:
        return VersionedMenu(None, fresh_snapshot())
    return _read_newest()


def current_snapshot() -> MenuSnapshot:
    """Return the menu as the database has it now (`current_menu`), for prices."""
    return current_menu().snapshot


def current_version() -> UUID | None:
    """Return the version of the menu that a new statement sees; None after a change in the same transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_VERSION)
        [version] = cursor.fetchone()
    return cast("UUID | None", version)


def fresh_snapshot() -> MenuSnapshot:
    """Return a snapshot read from the menu's tables, in four queries."""
    rows = Topping.objects.on_the_menu().order_by("position", "name").annotate(scheduled=scheduled_prices())
    toppings = [_topping(row) for row in rows.values(*_TOPPING, "scheduled")]
    return MenuSnapshot(
        sizes=MappingProxyType({size.slug: size for size in sizes()}),
        toppings=MappingProxyType({topping.slug: topping for topping in toppings}),
        pizzas=MappingProxyType({pizza.slug: pizza for pizza in pizzas()}),
        simple_items=MappingProxyType({simple_item.slug: simple_item for simple_item in simple_items()}),
    )


def _read_newest() -> VersionedMenu:
    """Read version and snapshot in a transaction of their own, which sees both as of one moment, and keep them."""
    global _newest  # noqa: PLW0603 - one snapshot for the process
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        newest = VersionedMenu(current_version(), fresh_snapshot())
    if newest.version is not None:
        _newest = newest
    return newest


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
