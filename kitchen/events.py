"""Domain events of the kitchen: whether it accepts orders, and its capacity."""

from datetime import datetime

from kitchen.models import Kitchen
from pizzeria.foundation.events.domain_events import Data, DomainEvent, upcast


class KitchenPaused(DomainEvent[Kitchen], type="kitchen.paused.v1"):
    """The kitchen accepts no orders until a time, or until further notice (`until` is None). The row has the reason."""

    until: datetime | None

    def apply(self, aggregate: Kitchen, at: datetime) -> None:
        aggregate.taking_orders, aggregate.paused_until = False, self.until


class KitchenResumed(DomainEvent[Kitchen], type="kitchen.resumed.v1"):
    def apply(self, aggregate: Kitchen, at: datetime) -> None:
        aggregate.taking_orders, aggregate.paused_until, aggregate.pause_reason = True, None, ""


class CapacityChanged(DomainEvent[Kitchen], type="kitchen.capacity_changed.v2"):
    max_concurrent_orders: int
    oven_slots: int
    max_open_pizzas: int | None

    def apply(self, aggregate: Kitchen, at: datetime) -> None:
        aggregate.max_concurrent_orders, aggregate.oven_slots = self.max_concurrent_orders, self.oven_slots
        aggregate.max_open_pizzas = self.max_open_pizzas


@upcast("kitchen.capacity_changed.v1")
def _without_a_limit_of_pizzas(data: Data) -> tuple[str, Data]:
    return CapacityChanged.type, {**data, "max_open_pizzas": None}
