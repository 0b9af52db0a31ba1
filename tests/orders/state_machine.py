"""
The state machine of orders and the kitchen, written from the rules and not from the code.

Before each step the walk (tests/orders/random_walk.py) looks up the expected result in this table: one row, or a
refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

PICKUP, DELIVERY = frozenset({"pickup"}), frozenset({"delivery"})
EITHER = PICKUP | DELIVERY

MANAGERS = frozenset({"manager"})
KITCHEN = MANAGERS | {"cook"}
DRIVERS = MANAGERS | {"driver"}
ANYBODY = KITCHEN | DRIVERS | {"guest", "customer"}

LOAD = frozenset({"confirmed", "cooking"})
NOWHERE = ""  # an order that is not placed yet

TICKET = {
    "confirmed": "waiting",
    "cooking": "cooking",
    "ready": "ready",
    "delivering": "gone",
    "delivered": "gone",
    "cancelled": "withdrawn",
}


@dataclass(frozen=True, slots=True)
class Placed:
    """An order, as far as the rules depend on it; `driver` and `owner` are user ids."""

    method: str
    status: str = NOWHERE
    driver: int | None = None
    owner: int | None = None
    was_cooked: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """The kitchen: its limits, its pause and its load."""

    most: int
    places: int
    paused: bool = False
    until: datetime | None = None
    load: int = 0
    cooking: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """
    A step that a user is about to take on an order or on the kitchen.

    :ivar who: the user's id; None: a guest
    :ivar asked: the other arguments of the command
    :ivar drivers: the ids of the users who may deliver
    :ivar has_link: whether the user has the link of the guest's order
    """

    who: int | None
    role: str
    line: Line
    at: datetime
    order: Placed
    asked: dict[str, Any]
    drivers: frozenset[int]
    has_link: bool


# --- Conditions ---


def always(_case: Case) -> bool:
    return True


def there_is_room(case: Case) -> bool:
    line = case.line
    pause_is_over = line.until is not None and line.until <= case.at
    return (not line.paused or pause_is_over) and line.load < line.most


def a_place_is_free(case: Case) -> bool:
    return case.line.cooking < case.line.places


def every_place_is_taken(case: Case) -> bool:
    return not a_place_is_free(case)


def nobody_else_has_it(case: Case) -> bool:
    return case.order.driver in (None, case.who)


def somebody_has_it(case: Case) -> bool:
    return case.order.driver is not None


def it_is_theirs(case: Case) -> bool:
    return case.order.driver == case.who


def whoever_is_named_delivers(case: Case) -> bool:
    return case.asked["driver"] in case.drivers


def it_was_never_cooked_and_is_theirs(case: Case) -> bool:
    return not case.order.was_cooked and (it_is_a_guests_whose_link_they_have(case) or it_is_in_their_account(case))


def it_is_a_guests_whose_link_they_have(case: Case) -> bool:
    return case.order.owner is None and case.has_link


def it_is_in_their_account(case: Case) -> bool:
    return case.order.owner is not None and case.order.owner == case.who


def it_ends_later(case: Case) -> bool:
    return case.asked["until"] is None or case.asked["until"] > case.at


def what_is_open_fits(case: Case) -> bool:
    most, places = case.asked["max_concurrent_orders"], case.asked["oven_slots"]
    return most >= max(1, case.line.load) and places >= max(1, case.line.cooking)


# --- The driver afterwards ---


def as_before(case: Case) -> int | None:
    return case.order.driver


def nobody(_case: Case) -> None:
    return None


def whoever_does_it(case: Case) -> int | None:
    return case.who


def whoever_is_named(case: Case) -> int:
    return case.asked["driver"]


# --- The owner afterwards ---


def whose_it_was(case: Case) -> int | None:
    return case.order.owner


# --- The kitchen afterwards ---


def as_it_is(case: Case) -> Line:
    return case.line


def paused(case: Case) -> Line:
    return replace(case.line, paused=True, until=case.asked["until"])


def open_again(case: Case) -> Line:
    return replace(case.line, paused=False, until=None)


def resized(case: Case) -> Line:
    return replace(case.line, most=case.asked["max_concurrent_orders"], places=case.asked["oven_slots"])


@dataclass(frozen=True, slots=True)
class Step:
    """
    A step of an order.

    :ivar of: the fulfillment methods of the orders that have it
    :ivar by: the roles that may take it
    :ivar before: the statuses from which it can be taken
    :ivar after: the status afterwards; blank: unchanged
    :ivar when: the further condition
    :ivar driver: returns the order's driver afterwards
    :ivar owner: returns the order's owner afterwards
    """

    name: str
    of: frozenset[str]
    by: frozenset[str]
    before: frozenset[str]
    after: str
    when: Callable[[Case], bool] = always
    driver: Callable[[Case], int | None] = as_before
    owner: Callable[[Case], int | None] = whose_it_was

    def fits(self, case: Case) -> bool:
        order = case.order
        return case.role in self.by and order.method in self.of and order.status in self.before and self.when(case)

    def follow(self, case: Case) -> Placed:
        """Return the order after the step."""
        status = self.after or case.order.status
        was_cooked = case.order.was_cooked or status == "cooking"
        driver, owner = self.driver(case), self.owner(case)
        return replace(case.order, status=status, driver=driver, owner=owner, was_cooked=was_cooked)


@dataclass(frozen=True, slots=True)
class Turn:
    """A step of the kitchen as a whole: the roles that may take it, its condition, and the kitchen afterwards."""

    name: str
    by: frozenset[str]
    when: Callable[[Case], bool]
    follow: Callable[[Case], Line]

    def fits(self, case: Case) -> bool:
        return case.role in self.by and self.when(case)


def _at(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


LIFE = (
    Step("place_order", EITHER, ANYBODY, _at(NOWHERE), "confirmed", there_is_room, owner=whoever_does_it),
    Step("start_cooking", EITHER, KITCHEN, _at("confirmed"), "cooking", a_place_is_free),
    Step("finish_ticket", EITHER, KITCHEN, _at("cooking"), "ready"),
    Step("recall_ticket", EITHER, KITCHEN, _at("ready"), "cooking", a_place_is_free, nobody),
    Step("recall_ticket", EITHER, KITCHEN, _at("ready"), "confirmed", every_place_is_taken, nobody),
    Step("claim_delivery", DELIVERY, DRIVERS, _at("ready"), "ready", nobody_else_has_it, whoever_does_it),
    Step("assign_delivery", DELIVERY, MANAGERS, _at("ready"), "ready", whoever_is_named_delivers, whoever_is_named),
    Step("release_delivery", DELIVERY, DRIVERS - MANAGERS, _at("ready"), "ready", it_is_theirs, nobody),
    Step("release_delivery", DELIVERY, MANAGERS, _at("ready"), "ready", somebody_has_it, nobody),
    Step("leave_for_delivery", DELIVERY, DRIVERS, _at("ready"), "delivering", it_is_theirs),
    Step("fail_delivery", DELIVERY, DRIVERS - MANAGERS, _at("delivering"), "ready", it_is_theirs),
    Step("fail_delivery", DELIVERY, MANAGERS, _at("delivering"), "ready"),
    Step("deliver", DELIVERY, DRIVERS - MANAGERS, _at("delivering"), "delivered", it_is_theirs),
    Step("deliver", DELIVERY, MANAGERS, _at("delivering"), "delivered"),
    Step("hand_over", PICKUP, KITCHEN, _at("ready"), "delivered"),
    Step("cancel_order", EITHER, ANYBODY - KITCHEN, _at("confirmed"), "cancelled", it_was_never_cooked_and_is_theirs),
    Step("cancel_order", EITHER, KITCHEN, _at("confirmed", "cooking", "ready", "delivering"), "cancelled"),
    Step(
        "link_order_to_customer",
        EITHER,
        ANYBODY - {"guest"},
        frozenset(TICKET),
        NOWHERE,
        it_is_a_guests_whose_link_they_have,
        owner=whoever_does_it,
    ),
)
RUNNING = (
    Turn("pause", KITCHEN, it_ends_later, paused),
    Turn("resume", KITCHEN, always, open_again),
    Turn("change_capacity", MANAGERS, what_is_open_fits, resized),
    Turn("recalculate_promises", ANYBODY, always, as_it_is),  # needs no permission: a periodic task
)
OF_THE_KITCHEN = tuple(turn.name for turn in RUNNING)
OF_AN_ORDER = tuple(dict.fromkeys(step.name for step in LIFE if NOWHERE not in step.before))

# The steps that belong to the work of each role. Cancelling, linking, pausing and resuming are only tried at random.
COOKING = frozenset({"start_cooking", "finish_ticket", "recall_ticket", "hand_over"})
DRIVING = frozenset({"claim_delivery", "release_delivery", "leave_for_delivery", "fail_delivery", "deliver"})
WORK = {
    "guest": frozenset({"place_order"}),
    "customer": frozenset({"place_order"}),
    "cook": COOKING,
    "driver": DRIVING,
    "manager": COOKING | DRIVING | {"assign_delivery", "change_capacity"},
}


def row_for(name: str, case: Case) -> Step | Turn | None:
    """Return the row that allows a step; None: the step has to be refused."""
    rows = [row for row in (*LIFE, *RUNNING) if row.name == name and row.fits(case)]
    assert len(rows) <= 1, f"the table contradicts itself: {rows}"
    return rows[0] if rows else None
