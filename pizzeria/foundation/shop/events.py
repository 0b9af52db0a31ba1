from pizzeria.foundation.events.domain_events import Data, DomainEvent, upcast
from pizzeria.foundation.shop.models import ShopSettings


class ShopSettingsChanged(DomainEvent[ShopSettings], type="shop.settings_changed.v2"):
    """
    Settings were changed. Texts are in the row.

    :param fields: the names of the changed settings
    :param values: minutes, limits, amounts (as text) and switches as they are now, by name
    """

    fields: tuple[str, ...]
    values: dict[str, bool | int | str]


@upcast("shop.settings_changed.v1")
def _with_minutes_as_values(data: Data) -> tuple[str, Data]:
    minutes = {name: value for name, value in data.items() if name != "fields"}
    return ShopSettingsChanged.type, {"fields": data["fields"], "values": minutes}
