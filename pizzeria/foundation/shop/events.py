from pizzeria.foundation.events.domain_events import DomainEvent
from pizzeria.foundation.shop.models import ShopSettings


class ShopSettingsChanged(DomainEvent[ShopSettings], type="shop.settings_changed.v1"):
    """Settings were changed: the names of the changed ones, and all minutes as they are now. Texts are in the row."""

    fields: tuple[str, ...]
    further_pizza_minutes: int
    handing_over_minutes: int
    driving_minutes: int
    promise_window_minutes: int
