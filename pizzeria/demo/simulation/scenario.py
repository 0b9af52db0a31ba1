"""Scenarios: the visits of a simulated evening and their twists, planned before the first order."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from random import Random

from kitchen.models import FulfillmentMethod
from menu.selections import Selection
from pizzeria.demo.simulation import guest_profiles
from pizzeria.demo.simulation.guest_profiles import CARLA, Guest

DELIVERED = 0.4  # the fraction of orders to be delivered
A_RUSH = timedelta(minutes=4)  # the time within which the guests of a rush come


class Twist(Enum):
    """An irregularity in the course of an order; most visits have none."""

    CHANGED_MIND = auto()  # the guest cancels
    RAN_OUT = auto()  # the kitchen cancels
    FORGOTTEN = auto()  # the ticket is in the oven for too long, so that the promise is extended
    RECALLED = auto()  # the kitchen recalls the ticket, because the pizza was not done
    NOT_COLLECTED = auto()  # no guest picked it up
    NOBODY_HOME = auto()  # no person opened the door; the driver tries a second time


ONLY = {Twist.NOT_COLLECTED: FulfillmentMethod.PICKUP, Twist.NOBODY_HOME: FulfillmentMethod.DELIVERY}


@dataclass(frozen=True, slots=True)
class Visit:
    """
    A visit of a guest, with one order.

    :param after: the time since the evening began
    """

    after: timedelta
    guest: Guest
    selections: tuple[Selection, ...]
    method: FulfillmentMethod
    twist: Twist | None = None


def evening(
    *,
    lasts: timedelta,
    orders: int,
    twists: Sequence[Twist] = (),
    customer_orders: int = 0,
    rush: float = 0.0,
    chance: Random,
) -> list[Visit]:
    """
    Return the visits of an evening, sorted by time: few are early, most in the middle, the last well before the end.

    :param twists: the twists that happen, each with another order; those beyond the number of orders do not happen
    :param customer_orders: the number of orders of the demo's customer
    :param rush: the fraction of the guests who come all at once, in the middle of the evening
    """
    hungry_at_once = round(orders * rush)
    times = sorted(
        [lasts * chance.triangular(0, 0.9, 0.5) for _ in range(orders - hungry_at_once)]
        + [lasts / 2 + A_RUSH * chance.random() for _ in range(hungry_at_once)]
    )
    happens = dict(zip(chance.sample(range(orders), k=min(orders, len(twists))), twists, strict=False))
    hers = set(chance.sample(range(orders), k=min(orders, customer_orders)))
    return [
        Visit(
            after=after,
            guest=CARLA if number in hers else guest_profiles.random_guest(chance),
            selections=guest_profiles.random_selections(chance),
            method=_method(happens.get(number), chance),
            twist=happens.get(number),
        )
        for number, after in enumerate(times)
    ]


def _method(twist: Twist | None, chance: Random) -> FulfillmentMethod:
    either = FulfillmentMethod.DELIVERY if chance.random() < DELIVERED else FulfillmentMethod.PICKUP
    return ONLY.get(twist, either) if twist else either
