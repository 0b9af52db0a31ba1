"""Domain events of the kitchen: whether it accepts orders, when it is open, its capacity and its settings."""

from datetime import datetime

from kitchen.hours import OpeningHours
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


class HoursChanged(DomainEvent[Kitchen], type="kitchen.hours_changed.v1"):
    """The opening hours as a whole, with the closed days."""

    hours: OpeningHours

    def apply(self, aggregate: Kitchen, at: datetime) -> None:
        aggregate.opening_hours = None if self.hours == OpeningHours() else self.hours.model_dump(mode="json")


class LaterOrdersChanged(DomainEvent[Kitchen], type="kitchen.later_orders_changed.v1"):
    """Whether orders for later are accepted, how many, and how far ahead. `max_slot_pizzas` is None: none are."""

    max_slot_pizzas: int | None
    later_days: int
    lead_minutes: int

    def apply(self, aggregate: Kitchen, at: datetime) -> None:
        aggregate.max_slot_pizzas, aggregate.later_days = self.max_slot_pizzas, self.later_days
        aggregate.lead_minutes = self.lead_minutes


class BoardSettingsChanged(DomainEvent[Kitchen], type="kitchen.board_settings_changed.v1"):
    """How the board marks tickets, when managers are told of them, and what guests see of the kitchen."""

    warning_minutes: int
    late_minutes: int
    unseen_seconds: int
    watches_screens: bool
    stops_without_screen: bool
    shows_cook: bool
    uses_learned_minutes: bool

    def apply(self, aggregate: Kitchen, at: datetime) -> None:
        for name, value in self.model_dump().items():
            setattr(aggregate, name, value)
