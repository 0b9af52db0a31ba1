"""Who comes when, and what comes in between: an evening as it is planned before anybody has ordered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from random import Random

from kitchen.models import FulfillmentMethod
from menu.selections import Selection
from pizzeria.demo.simulation import guest_profiles
from pizzeria.demo.simulation.guest_profiles import CARLA, Guest

DELIVERED = 0.4  # the part of the guests who stay at home
A_RUSH = timedelta(minutes=4)  # the match is over, and everybody is hungry


class Twist(Enum):
    """What comes in between; with most visits nothing does."""

    CHANGED_MIND = auto()  # the guest cancels
    RAN_OUT = auto()  # the kitchen cancels
    FORGOTTEN = auto()  # it stays in the oven for too long, so that it is promised anew
    RECALLED = auto()  # it was not done yet
    NOT_COLLECTED = auto()  # nobody came for it
    NOBODY_HOME = auto()  # nobody opened; the driver tries a second time


ONLY = {Twist.NOT_COLLECTED: FulfillmentMethod.PICKUP, Twist.NOBODY_HOME: FulfillmentMethod.DELIVERY}


@dataclass(frozen=True, slots=True)
class Visit:
    """
    Somebody orders something.

    :param after: since the evening began
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
    carlas: int = 0,
    rush: float = 0.0,
    chance: Random,
) -> list[Visit]:
    """
    Plan an evening: few come early, most in its middle, the last one well before its end.

    :param twists: which of them happen, while there are orders to happen to
    :param carlas: how many of the orders are the demo customer's
    :param rush: the part of the guests who come all at once, at half time
    """
    hungry_at_once = round(orders * rush)
    times = sorted(
        [lasts * chance.triangular(0, 0.9, 0.5) for _ in range(orders - hungry_at_once)]
        + [lasts / 2 + A_RUSH * chance.random() for _ in range(hungry_at_once)]
    )
    happens = dict(zip(chance.sample(range(orders), k=min(orders, len(twists))), twists, strict=False))
    hers = set(chance.sample(range(orders), k=min(orders, carlas)))
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
