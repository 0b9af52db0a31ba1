"""The times at which an order can be wanted, as the API shows them."""

from datetime import datetime

from pydantic import Field

from kitchen import slot_labels
from kitchen.slots import Slots
from pizzeria.foundation.api.schemas import ResponseBody


class SlotRecord(ResponseBody):
    wanted_at: datetime = Field(description="As an order takes it: a full quarter of an hour")
    label: str = Field(description="For people, by the shop's wall clock", examples=["19:30"])
    pizzas_left: int = Field(description="That orders for this time can still have")


def slot_records(offered: Slots, *, at: datetime) -> list[SlotRecord]:
    return [
        SlotRecord(wanted_at=slot.at, label=slot_labels.label(slot.at, at=at), pizzas_left=slot.pizzas_left)
        for slot in offered.offered
    ]
