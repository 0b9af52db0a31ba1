"""The read model of the sold-out list: what can be sold out, and what is, for cooks who have to mark it quickly."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from menu.models import MenuItem, Pizza, SimpleItem, Topping

#: Which items can be sold out, by their kind in addresses, in the order of the list.
MODEL_BY_KIND: dict[str, type[MenuItem]] = {"pizza": Pizza, "topping": Topping, "simple_item": SimpleItem}


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
    names = {"pizza": _("Pizzas"), "topping": _("Toppings"), "simple_item": _("Extras")}
    return [
        SoldOutListGroup(
            names[kind],
            [
                SoldOutListItem(kind, row.slug, row.name, row.is_available(at), row.sold_out_until)
                for row in model.objects.on_the_menu()
            ],
        )
        for kind, model in MODEL_BY_KIND.items()
    ]
