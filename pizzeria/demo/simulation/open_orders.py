"""The open orders at the first start of the demo: orders in every state, placed some minutes ago."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from random import Random
from uuid import UUID

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from menu.selections import PizzaPart, PizzaSelection, Selection, SimpleItemSelection
from orders.deliveries import services as delivery_services
from pizzeria.demo.simulation.guest_profiles import CARLA, Guest, random_guest
from pizzeria.demo.simulation.guests import place_order
from pizzeria.demo.simulation.scheduler import Scheduler, simulated_pace
from pizzeria.demo.simulation.staff import Staff
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.refusals import Refusal


@dataclass(frozen=True, slots=True)
class OpenOrder:
    """An order that is open now; each step's field is the number of minutes since it, None for a step not taken."""

    guest: Guest
    selections: tuple[Selection, ...]
    placed: int
    method: FulfillmentMethod = FulfillmentMethod.PICKUP
    started: int | None = None
    finished: int | None = None
    claimed: int | None = None
    left: int | None = None

    def steps(self, staff: Staff) -> Iterator[tuple[int, Callable[..., object], Actor]]:
        """Yield each step that was taken: the minutes since it, the command, and the actor."""
        for minutes_ago, command, by in (
            (self.started, kitchen_services.start_cooking, staff.chef),
            (self.finished, kitchen_services.finish_ticket, staff.chef),
            (self.claimed, delivery_services.claim_delivery, staff.driver),
            (self.left, delivery_services.leave_for_delivery, staff.driver),
        ):
            if minutes_ago is not None:
                yield minutes_ago, command, by


def _pizza(slug: str, size: str, *, added: tuple[str, ...] = (), left_out: tuple[str, ...] = ()) -> Selection:
    return PizzaSelection(size=size, parts=(PizzaPart(pizza=slug, added=added, left_out=left_out),))


def _simple_item(slug: str) -> Selection:
    return SimpleItemSelection(simple_item=slug)


_rng = Random(12)  # noqa: S311 - not for secrets
OPEN_ORDERS = (
    OpenOrder(
        random_guest(_rng),
        (_pizza("meat-lovers", "large"), _simple_item("cola")),
        method=FulfillmentMethod.DELIVERY,
        placed=34,
        started=32,
        finished=19,
        claimed=16,
        left=13,
    ),
    OpenOrder(
        random_guest(_rng),
        (_pizza("hawaiian", "small", added=("extra-cheese",)), _simple_item("tiramisu")),
        method=FulfillmentMethod.DELIVERY,
        placed=24,
        started=22,
        finished=9,
        claimed=3,
    ),
    OpenOrder(
        random_guest(_rng),
        (_pizza("vegetarian", "medium", left_out=("onions",)), _simple_item("green-salad")),
        method=FulfillmentMethod.DELIVERY,
        placed=19,
        started=17,
        finished=5,
    ),
    OpenOrder(random_guest(_rng), (_pizza("pepperoni", "medium"),), placed=16, started=14, finished=4),
    OpenOrder(
        CARLA,
        (_pizza("margherita", "small"), _pizza("pepperoni", "large", added=("olives",)), _simple_item("house-red")),
        placed=10,
        started=8,
    ),
    OpenOrder(random_guest(_rng), (_pizza("bbq-chicken", "large", left_out=("red-onions",)),), placed=8, started=5),
    OpenOrder(
        random_guest(_rng),
        (_pizza("vegetarian", "small"), _simple_item("mineral-water")),
        method=FulfillmentMethod.DELIVERY,
        placed=5,
        started=2,
    ),
    OpenOrder(random_guest(_rng), (_pizza("margherita", "medium", added=("mushrooms", "spinach")),), placed=3),
    OpenOrder(
        random_guest(_rng),
        (_pizza("pepperoni", "small"), _pizza("hawaiian", "small"), _simple_item("lemonade")),
        method=FulfillmentMethod.DELIVERY,
        placed=2,
    ),
    OpenOrder(random_guest(_rng), (_pizza("margherita", "large"), _simple_item("garlic-bread")), placed=1),
)


def place_open_orders(*, staff: Staff, now: datetime) -> None:
    """Place the orders of ``OPEN`` and run their steps, each with the time at which it was taken."""
    longest_ago = max(row.placed for row in OPEN_ORDERS)
    scheduler = Scheduler(simulated_pace(now - timedelta(minutes=longest_ago)), on_refusal=_fail)
    for row in OPEN_ORDERS:
        scheduler.schedule(longest_ago - row.placed, partial(_place, row, scheduler, staff))
    scheduler.run()


def _place(row: OpenOrder, scheduler: Scheduler, staff: Staff, at: datetime) -> None:
    order = place_order(guest=row.guest, selections=row.selections, method=row.method, staff=staff, at=at)
    for minutes_ago, command, by in row.steps(staff):
        scheduler.schedule(row.placed - minutes_ago, partial(_run, command, order.ref, by))


def _run(command: Callable[..., object], ref: UUID, by: Actor, at: datetime) -> None:
    command(ref=ref, by=by, at=at)


def _fail(_at: datetime, refusal: Refusal) -> None:
    raise refusal
