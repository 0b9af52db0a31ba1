"""The read model of the sold-out list: what can be sold out, and what is, for cooks who have to mark it quickly."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from menu.models import Pizza, SimpleItem, Topping


@dataclass(frozen=True, slots=True)
class SoldOutListItem:
    """An item that can be sold out. `available_from` is None while it is sold out until further notice."""

    kind: str
    slug: str
    name: str
    is_available: bool
    available_from: datetime | None


@dataclass(frozen=True, slots=True)
class SoldOutListGroup:
    name: str
    items: list[SoldOutListItem]


def sold_out_list(at: datetime) -> list[SoldOutListGroup]:
    """Return all items that can be sold out, for the staff, fresh from the database. Three queries."""
    groups: list[tuple[str, str, QuerySet[Any]]] = [
        ("pizza", _("Pizzas"), Pizza.objects.on_the_menu()),
        ("topping", _("Toppings"), Topping.objects.on_the_menu()),
        ("simple_item", _("Extras"), SimpleItem.objects.on_the_menu()),
    ]
    return [
        SoldOutListGroup(
            name, [SoldOutListItem(kind, row.slug, row.name, row.is_available(at), row.sold_out_until) for row in rows]
        )
        for kind, name, rows in groups
    ]
