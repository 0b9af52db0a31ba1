"""Domain events of the menu. Its rows are edited directly; these record changes, for timeline and reports."""

from datetime import datetime
from decimal import Decimal

from menu.models import MenuItem, Pizza, Size
from pizzeria.foundation.events.domain_events import DomainEvent


class ItemPriceChanged(DomainEvent[MenuItem], type="menu.priced.v1"):
    """An item has a new price (for a pizza, a new base price)."""

    before: Decimal | None  # None: it is new
    after: Decimal


class PriceScheduled(DomainEvent[MenuItem], type="menu.price_scheduled.v1"):
    """An item will have another price from a moment on (for a pizza, another base price)."""

    price: Decimal
    valid_from: datetime


class ScheduledPriceWithdrawn(DomainEvent[MenuItem], type="menu.price_withdrawn.v1"):
    """A scheduled price was withdrawn before it was in force."""

    price: Decimal
    valid_from: datetime


class SizeFactorChanged(DomainEvent[Size], type="menu.size_factored.v1"):
    """A size has a new price factor, and so has every pizza in it."""

    before: Decimal | None  # None: it is new
    after: Decimal


class ItemDeleted(DomainEvent[MenuItem], type="menu.removed.v1"):
    """An item was deleted from the menu, when that was possible; its slug is free again."""

    slug: str


class ItemArchived(DomainEvent[MenuItem], type="menu.archived.v1"):
    """An item was archived: it is off the menu for good, and its slug stays taken."""

    slug: str

    def apply(self, aggregate: MenuItem, at: datetime) -> None:
        aggregate.archived_at = at


class ItemRestored(DomainEvent[MenuItem], type="menu.restored.v1"):
    """An archived item is on the menu again."""

    def apply(self, aggregate: MenuItem, at: datetime) -> None:
        aggregate.archived_at = None


class ItemChanged(DomainEvent[MenuItem], type="menu.changed.v1"):
    """An item was edited: the names of the changed fields, not their values."""

    fields: tuple[str, ...]


class ItemSoldOut(DomainEvent[MenuItem], type="menu.sold_out.v1"):
    """An item was marked sold out, for a time or until further notice (`until` is None)."""

    until: datetime | None

    def apply(self, aggregate: MenuItem, at: datetime) -> None:
        aggregate.sold_out_since, aggregate.sold_out_until = at, self.until


class ItemMarkedAvailable(DomainEvent[MenuItem], type="menu.back.v1"):
    """An item was marked available again."""

    def apply(self, aggregate: MenuItem, at: datetime) -> None:
        aggregate.sold_out_since = aggregate.sold_out_until = None


class MinutesLearned(DomainEvent[Pizza], type="menu.minutes_learned.v1"):
    """Promises are computed with other minutes of a pizza: those that it took in the orders of the last weeks."""

    minutes: int
    orders: int  # how many were measured
    planned: int

    def apply(self, aggregate: Pizza, at: datetime) -> None:
        aggregate.learned_minutes, aggregate.learned_from, aggregate.learned_at = self.minutes, self.orders, at


class LearnedMinutesCleared(DomainEvent[Pizza], type="menu.learned_minutes_cleared.v1"):
    """Promises are computed with the planned minutes of a pizza again."""

    def apply(self, aggregate: Pizza, at: datetime) -> None:
        aggregate.learned_minutes = aggregate.learned_from = aggregate.learned_at = None
