"""Facts of the menu's stream. The rows are edited in admin; these tell what changed, for timeline and reports."""

from datetime import datetime
from decimal import Decimal

from menu.models import MenuItem
from pizzeria.foundation.events.facts import Fact


class ItemPriced(Fact[MenuItem], type="menu.priced.v1"):
    """An item has a new price (a pizza: its base price)."""

    before: Decimal | None  # None: it is new
    after: Decimal


class ItemChanged(Fact[MenuItem], type="menu.changed.v1"):
    """An item was edited; the names of the fields, not what they say."""

    fields: tuple[str, ...]


class ItemSoldOut(Fact[MenuItem], type="menu.sold_out.v1"):
    """An item is off the menu, for a time or until further notice (`until` is None)."""

    until: datetime | None

    def apply(self, noun: MenuItem, at: datetime) -> None:
        noun.off_since, noun.off_until = at, self.until


class ItemBack(Fact[MenuItem], type="menu.back.v1"):
    """An item is to be had again."""

    def apply(self, noun: MenuItem, at: datetime) -> None:
        noun.off_since = noun.off_until = None
