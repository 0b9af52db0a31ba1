"""Scenarios: the visits of a simulated evening and their incidents, planned before the first order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from random import Random

from kitchen.models import FulfillmentMethod
from menu.selections import Selection
from pizzeria.demo.simulation import guest_profiles
from pizzeria.demo.simulation.guest_profiles import CARLA, Guest

DELIVERY_FRACTION = 0.4  # the fraction of orders to be delivered
RUSH_DURATION = timedelta(minutes=4)  # the time within which the guests of a rush come


class Incident(Enum):
    """An irregularity in the course of an order; most visits have none."""

    CHANGED_MIND = auto()  # the guest cancels
    RAN_OUT = auto()  # the kitchen cancels
    FORGOTTEN = auto()  # the ticket is in the oven for too long, so that the promise is extended
    RECALLED = auto()  # the kitchen recalls the ticket, because the pizza was not done
    NOT_COLLECTED = auto()  # no guest picked it up
    NOBODY_HOME = auto()  # no person opened the door; the driver tries a second time


METHOD_OF_INCIDENT = {
    Incident.NOT_COLLECTED: FulfillmentMethod.PICKUP,
    Incident.NOBODY_HOME: FulfillmentMethod.DELIVERY,
}


@dataclass(frozen=True, slots=True)
class Visit:
    """
    A visit of a guest, with one order.

    :param after: the time since the evening began
    :param is_for_later: the guest wants it half an hour later, or soon after that
    """

    after: timedelta
    guest: Guest
    selections: tuple[Selection, ...]
    method: FulfillmentMethod
    incident: Incident | None = None
    is_for_later: bool = False


def evening(
    *,
    duration: timedelta,
    orders: int,
    incidents: Sequence[Incident] = (),
    customer_orders: int = 0,
    later_orders: int = 0,
    rush: float = 0.0,
    rng: Random,
) -> list[Visit]:
    """
    Return the visits of an evening, sorted by time: few are early, most in the middle, the last well before the end.

    :param incidents: those that happen, each with another order; those beyond the number of orders do not happen
    :param customer_orders: the number of orders of the demo's customer
    :param later_orders: the number of orders for later, which have no incident
    :param rush: the fraction of the guests who come all at once, in the middle of the evening
    """
    rush_orders = round(orders * rush)
    times = sorted(
        [duration * rng.triangular(0, 0.9, 0.5) for _ in range(orders - rush_orders)]
        + [duration / 2 + RUSH_DURATION * rng.random() for _ in range(rush_orders)]
    )
    incident_by_number = dict(zip(rng.sample(range(orders), k=min(orders, len(incidents))), incidents, strict=False))
    customer_numbers = set(rng.sample(range(orders), k=min(orders, customer_orders)))
    usual = [number for number in range(orders) if number not in incident_by_number]
    later_numbers = set(rng.sample(usual, k=min(len(usual), later_orders)))
    return [
        Visit(
            after=after,
            guest=CARLA if number in customer_numbers else guest_profiles.random_guest(rng),
            selections=guest_profiles.random_selections(rng),
            method=_method(incident_by_number.get(number), rng),
            incident=incident_by_number.get(number),
            is_for_later=number in later_numbers,
        )
        for number, after in enumerate(times)
    ]


def _method(incident: Incident | None, rng: Random) -> FulfillmentMethod:
    random_method = FulfillmentMethod.DELIVERY if rng.random() < DELIVERY_FRACTION else FulfillmentMethod.PICKUP
    return METHOD_OF_INCIDENT.get(incident, random_method) if incident else random_method
