"""
The state machine of orders and the kitchen, written from the rules and not from the code.

Before each step the walk (tests/orders/random_walk.py) looks up the expected result in this table: one row, or a
refusal.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

PICKUP, DELIVERY = frozenset({"pickup"}), frozenset({"delivery"})
EITHER = PICKUP | DELIVERY

MANAGERS = frozenset({"manager"})
KITCHEN = MANAGERS | {"cook"}
DRIVERS = MANAGERS | {"driver"}
EVERY_ROLE = KITCHEN | DRIVERS | {"guest", "customer"}

LOAD = frozenset({"pending", "confirmed", "cooking"})
NOT_PLACED = ""  # an order that is not placed yet

TICKET = {
    "pending": "held",
    "confirmed": "waiting",
    "cooking": "cooking",
    "ready": "ready",
    "delivering": "gone",
    "delivered": "gone",
    "cancelled": "withdrawn",
}


# Steps at which every order for later whose time has come joins the queue, beside what they do.
JOINS_DUE_ORDERS = frozenset({"place_order", "recalculate_promises", "join_queue"})

UNDO_WINDOW = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class LastStep:
    """The last step of an order: its name, its actor (None: a guest), its time, and what an undo has to restore."""

    name: str
    who: int | None
    at: datetime
    was_cooked: bool
    has_joined: bool


@dataclass(frozen=True, slots=True)
class Placed:
    """
    An order, as far as the rules depend on it; `driver` and `owner` are user ids.

    :ivar charges: how often it was paid by card
    :ivar is_refund_requested: all that was paid is given back
    :ivar slot: the quarter of an hour whose pizzas it takes; None: it is for as soon as possible
    :ivar joins_at: when it joins the queue
    :ivar has_joined: whether it has; an order for as soon as possible is in the queue from the start
    """

    method: str
    status: str = NOT_PLACED
    driver: int | None = None
    owner: int | None = None
    was_cooked: bool = False
    last: LastStep | None = None
    pizzas: int = 0
    payment: str = "cash"
    charges: int = 0
    is_refund_requested: bool = False
    refunds: int = 0  # of one pizza each, by managers
    slot: datetime | None = None
    joins_at: datetime | None = None
    has_joined: bool = True
    is_payment_open: bool = False  # the gateway's page may still take money, also of an order that is cancelled
    is_seen: bool = False  # by a cook
    is_on_hold: bool = False
    is_priority: bool = False
    change: str = ""  # that a cook has still to acknowledge: "cancelled" or "changed"
    notes: str = ""

    @property
    def ticket_state(self) -> str:
        """Return the state of its ticket."""
        return TICKET[self.status] if self.has_joined or self.status != "confirmed" else "scheduled"

    @property
    def is_load(self) -> bool:
        """Return whether it counts in the load: one for later does once it has joined the queue."""
        return self.status in LOAD and self.has_joined

    def is_due_to_join(self, at: datetime) -> bool:
        return self.ticket_state == "scheduled" and self.joins_at is not None and self.joins_at <= at


@dataclass(frozen=True, slots=True)
class KitchenState:
    """
    The kitchen: its limits, its pause and its load.

    :ivar due, due_pizzas: the orders that are due to join the queue, and their pizzas
    :ivar slot_pizzas: of the slot that a new order would take its pizzas from, those that are taken
    """

    max_orders: int
    oven_slots: int
    paused: bool = False
    until: datetime | None = None
    load: int = 0
    cooking: int = 0
    max_pizzas: int | None = None
    pizzas: int = 0
    due: int = 0
    due_pizzas: int = 0
    max_slot_pizzas: int = 0
    slot_pizzas: int = 0


@dataclass(frozen=True, slots=True)
class Case:
    """
    A step that a user is about to take on an order or on the kitchen.

    :ivar who: the user's id; None: a guest
    :ivar arguments: the other arguments of the command
    :ivar drivers: the ids of the users who may deliver
    :ivar has_link: whether the user has the link of the guest's order
    """

    who: int | None
    role: str
    kitchen_state: KitchenState
    at: datetime
    order: Placed
    arguments: dict[str, Any]
    drivers: frozenset[int]
    has_link: bool


# --- Conditions ---


def always(_case: Case) -> bool:
    return True


def kitchen_accepts_orders(case: Case) -> bool:
    kitchen_state = case.kitchen_state
    pause_is_over = kitchen_state.until is not None and kitchen_state.until <= case.at
    pizzas = kitchen_state.pizzas + kitchen_state.due_pizzas + case.order.pizzas
    pizzas_fit = kitchen_state.max_pizzas is None or pizzas <= kitchen_state.max_pizzas
    is_open = not kitchen_state.paused or pause_is_over
    return is_open and pizzas_fit and kitchen_state.load + kitchen_state.due < kitchen_state.max_orders


def slot_is_offered(case: Case) -> bool:
    """Whatever the load is. The walk asks for times after each pause with an end, and before the day's end."""
    kitchen_state, pizzas = case.kitchen_state, case.order.pizzas
    fits_at_all = kitchen_state.max_pizzas is None or pizzas <= kitchen_state.max_pizzas
    is_paused_for_good = kitchen_state.paused and kitchen_state.until is None
    has_room = kitchen_state.slot_pizzas + pizzas <= kitchen_state.max_slot_pizzas
    return fits_at_all and has_room and not is_paused_for_good


def an_oven_slot_is_free(case: Case) -> bool:
    return case.kitchen_state.cooking < case.kitchen_state.oven_slots


def can_be_started(case: Case) -> bool:
    return an_oven_slot_is_free(case) and not case.order.is_on_hold


def every_oven_slot_is_taken(case: Case) -> bool:
    return not an_oven_slot_is_free(case)


def can_be_undone(step: str) -> Callable[[Case], bool]:
    """Return the condition that a step was the last one, taken by the same user less than ten seconds ago."""

    def condition(case: Case) -> bool:
        last = case.order.last
        return last is not None and (last.name, last.who) == (step, case.who) and case.at - last.at < UNDO_WINDOW

    return condition


def finish_can_be_undone(case: Case) -> bool:
    return can_be_undone("finish_ticket")(case) and an_oven_slot_is_free(case)


def is_unclaimed_or_own(case: Case) -> bool:
    return case.order.driver in (None, case.who)


def is_claimed(case: Case) -> bool:
    return case.order.driver is not None


def is_own_delivery(case: Case) -> bool:
    return case.order.driver == case.who


def named_user_may_deliver(case: Case) -> bool:
    return case.arguments["driver"] in case.drivers


def was_never_cooked_and_is_own(case: Case) -> bool:
    return not case.order.was_cooked and is_own(case)


def is_own(case: Case) -> bool:
    return is_guest_order_with_link(case) or is_in_own_account(case)


def is_waiting(case: Case) -> bool:
    return case.order.ticket_state == "waiting"


def is_waiting_and_on_hold(case: Case) -> bool:
    return is_waiting(case) and case.order.is_on_hold


def is_waiting_and_not_on_hold(case: Case) -> bool:
    return is_waiting(case) and not case.order.is_on_hold


def is_waiting_first(case: Case) -> bool:
    return is_waiting(case) and case.order.is_priority


def is_waiting_at_its_place(case: Case) -> bool:
    return is_waiting(case) and not case.order.is_priority


def is_seen_elsewhere(case: Case) -> bool:
    return case.order.is_seen and not is_waiting(case)


def is_guest_order_with_link(case: Case) -> bool:
    return case.order.owner is None and case.has_link


def is_in_own_account(case: Case) -> bool:
    return case.order.owner is not None and case.order.owner == case.who


def pause_ends_later(case: Case) -> bool:
    return case.arguments["until"] is None or case.arguments["until"] > case.at


def is_not_lowered_or_load_fits(case: Case) -> bool:
    """After a recall the load may be above the capacity, which can then be left as it is, but not be lowered."""
    max_orders, oven_slots = case.arguments["max_concurrent_orders"], case.arguments["oven_slots"]
    max_pizzas, state = case.arguments["max_open_pizzas"], case.kitchen_state
    open_pizzas = max(1, state.pizzas)
    pizzas_fit = max_pizzas is None or max_pizzas >= min(open_pizzas, state.max_pizzas or open_pizzas)
    return (
        pizzas_fit
        and max_orders >= min(state.max_orders, max(1, state.load))
        and oven_slots >= min(state.oven_slots, max(1, state.cooking))
    )


def is_accepted(*, payment: str, is_later: bool) -> Callable[[Case], bool]:
    """Return the condition that an order is paid in a way, is for later or not, and is accepted."""

    def condition(case: Case) -> bool:
        if case.order.payment != payment or (case.order.slot is not None) != is_later:
            return False
        return slot_is_offered(case) if is_later else kitchen_accepts_orders(case)

    return condition


def payment_is_open(case: Case) -> bool:
    return case.order.is_payment_open


def is_paid_and_not_all_refunded(case: Case) -> bool:
    order = case.order
    is_paid = order.charges > 0 if order.payment == "card" else order.status == "delivered"
    return is_paid and order.refunds < order.pizzas


# --- The driver afterwards ---


def unchanged_driver(case: Case) -> int | None:
    return case.order.driver


def no_driver(_case: Case) -> None:
    return None


def acting_user(case: Case) -> int | None:
    return case.who


def named_driver(case: Case) -> int:
    return case.arguments["driver"]


# --- The owner afterwards ---


def unchanged_owner(case: Case) -> int | None:
    return case.order.owner


# --- The kitchen afterwards ---


def unchanged_kitchen(case: Case) -> KitchenState:
    return case.kitchen_state


def paused(case: Case) -> KitchenState:
    return replace(case.kitchen_state, paused=True, until=case.arguments["until"])


def resumed(case: Case) -> KitchenState:
    return replace(case.kitchen_state, paused=False, until=None)


def resized(case: Case) -> KitchenState:
    return replace(
        case.kitchen_state,
        max_orders=case.arguments["max_concurrent_orders"],
        oven_slots=case.arguments["oven_slots"],
        max_pizzas=case.arguments["max_open_pizzas"],
    )


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
    driver: Callable[[Case], int | None] = unchanged_driver
    owner: Callable[[Case], int | None] = unchanged_owner

    def fits(self, case: Case) -> bool:
        return self.fits_but_for_its_condition(case) and self.when(case)

    def fits_but_for_its_condition(self, case: Case) -> bool:
        order = case.order
        return case.role in self.by and order.method in self.of and order.status in self.before

    def follow(self, case: Case) -> Placed:
        """Return the order after the step."""
        order = case.order
        status = self.after or order.status
        was_cooked = order.was_cooked or status == "cooking"
        has_joined = order.has_joined or status == "cooking"
        if self.name == "undo_step" and order.last:  # a start that came too early leaves it for later
            was_cooked, has_joined = order.last.was_cooked, order.last.has_joined
        driver, owner = self.driver(case), self.owner(case)
        last = LastStep(self.name, case.who, case.at, order.was_cooked, order.has_joined)
        if self.name in ASSIGNS_A_DRIVER and driver == order.driver:  # it was assigned to them already
            last = order.last
        if order.joins_at and status == "confirmed":
            has_joined = has_joined or (self.name in SCHEDULES and order.joins_at <= case.at)
        if self.name in NO_STEPS:
            last = order.last
        return replace(
            order,
            status=status,
            has_joined=has_joined,
            driver=driver,
            owner=owner,
            was_cooked=was_cooked,
            last=last,
            charges=order.charges + (self.name == "payment_succeeds"),
            refunds=order.refunds + (self.name == "request_refund"),
            is_refund_requested=status == "cancelled" and (order.charges > 0 or self.name == "payment_succeeds"),
            is_payment_open=self.name not in ENDS_A_PAYMENT and (order.is_payment_open or status == "pending"),
            **self.attention(case, status),
        )

    def attention(self, case: Case, status: str) -> dict[str, Any]:
        """Return what the cooks have seen of the order after the step, and what they have still to acknowledge."""
        order, change, notes = case.order, case.order.change, case.order.notes
        is_worked_on = order.status in ("cooking", "ready") or (order.is_seen and order.ticket_state == "waiting")
        if self.name == "change_notes" and case.arguments["notes"] != notes:
            notes = case.arguments["notes"]
            change = "changed" if is_worked_on else change
        elif self.name == "acknowledge_change":
            change = ""
        elif status == "cancelled" and order.status != "cancelled":
            change = "cancelled" if is_worked_on else ""
        return {
            "is_seen": order.is_seen or self.name in SHOWS_IT_WAS_SEEN,
            "is_on_hold": (order.is_on_hold or self.name == "hold_ticket") and self.name != "resume_ticket",
            "is_priority": (order.is_priority or self.puts_it_first(status)) and self.name not in ENDS_PRIORITY,
            "change": change,
            "notes": notes,
        }

    def puts_it_first(self, status: str) -> bool:
        return self.name == "prioritize_ticket" or (self.name == "recall_ticket" and status == "confirmed")


@dataclass(frozen=True, slots=True)
class KitchenStep:
    """A step of the kitchen as a whole: the roles that may take it, its condition, and the kitchen afterwards."""

    name: str
    by: frozenset[str]
    when: Callable[[Case], bool]
    follow: Callable[[Case], KitchenState]

    def fits(self, case: Case) -> bool:
        return self.fits_but_for_its_condition(case) and self.when(case)

    def fits_but_for_its_condition(self, case: Case) -> bool:
        return case.role in self.by


ENDS_A_PAYMENT = frozenset({"payment_succeeds", "payment_fails"})
SCHEDULES = frozenset({"place_order", "payment_succeeds"})
ASSIGNS_A_DRIVER = frozenset({"claim_delivery", "assign_delivery"})
OF_A_WAITING_TICKET = frozenset({"hold_ticket", "resume_ticket", "prioritize_ticket", "deprioritize_ticket"})
# An undo looks at what was before these steps.
NO_STEPS = frozenset({"change_notes", "mark_seen", "acknowledge_change"}) | OF_A_WAITING_TICKET
SHOWS_IT_WAS_SEEN = frozenset({"mark_seen", "start_cooking", "hold_ticket", "prioritize_ticket"})
ENDS_PRIORITY = frozenset({"deprioritize_ticket", "finish_ticket"})


def _at(*statuses: str) -> frozenset[str]:
    return frozenset(statuses)


ORDER_STEPS = (
    *(
        Step(
            "place_order",
            EITHER,
            EVERY_ROLE,
            _at(NOT_PLACED),
            {"cash": "confirmed", "card": "pending"}[payment],
            is_accepted(payment=payment, is_later=is_later),
            owner=acting_user,
        )
        for payment in ("cash", "card")
        for is_later in (False, True)
    ),
    # What the gateway knows is read by the shop, whoever makes it look. A payment after a cancel is sent back.
    Step("payment_succeeds", EITHER, EVERY_ROLE, _at("pending"), "confirmed", payment_is_open),
    Step("payment_succeeds", EITHER, EVERY_ROLE, _at("cancelled"), "cancelled", payment_is_open),
    Step("payment_fails", EITHER, EVERY_ROLE, _at("pending", "cancelled"), "cancelled", payment_is_open),
    Step("start_cooking", EITHER, KITCHEN, _at("confirmed"), "cooking", can_be_started),
    Step("finish_ticket", EITHER, KITCHEN, _at("cooking"), "ready"),
    Step("recall_ticket", EITHER, KITCHEN, _at("ready"), "cooking", an_oven_slot_is_free, no_driver),
    Step("recall_ticket", EITHER, KITCHEN, _at("ready"), "confirmed", every_oven_slot_is_taken, no_driver),
    Step("hold_ticket", EITHER, KITCHEN, _at("confirmed"), NOT_PLACED, is_waiting_and_not_on_hold),
    Step("resume_ticket", EITHER, KITCHEN, _at("confirmed"), NOT_PLACED, is_waiting_and_on_hold),
    Step("prioritize_ticket", EITHER, KITCHEN, _at("confirmed"), NOT_PLACED, is_waiting_at_its_place),
    Step("deprioritize_ticket", EITHER, KITCHEN, _at("confirmed"), NOT_PLACED, is_waiting_first),
    Step("undo_step", EITHER, KITCHEN, _at("cooking"), "confirmed", can_be_undone("start_cooking")),
    Step("undo_step", EITHER, KITCHEN, _at("ready"), "cooking", finish_can_be_undone),
    Step("undo_hand_over", PICKUP, KITCHEN, _at("delivered"), "ready", can_be_undone("hand_over")),
    Step("undo_deliver", DELIVERY, DRIVERS, _at("delivered"), "delivering", can_be_undone("deliver")),
    Step("claim_delivery", DELIVERY, DRIVERS, _at("ready"), "ready", is_unclaimed_or_own, acting_user),
    Step("assign_delivery", DELIVERY, MANAGERS, _at("ready"), "ready", named_user_may_deliver, named_driver),
    Step("release_delivery", DELIVERY, DRIVERS - MANAGERS, _at("ready"), "ready", is_own_delivery, no_driver),
    Step("release_delivery", DELIVERY, MANAGERS, _at("ready"), "ready", is_claimed, no_driver),
    Step("leave_for_delivery", DELIVERY, DRIVERS, _at("ready"), "delivering", is_own_delivery),
    Step("fail_delivery", DELIVERY, DRIVERS - MANAGERS, _at("delivering"), "ready", is_own_delivery),
    Step("fail_delivery", DELIVERY, MANAGERS, _at("delivering"), "ready"),
    Step("deliver", DELIVERY, DRIVERS - MANAGERS, _at("delivering"), "delivered", is_own_delivery),
    Step("deliver", DELIVERY, MANAGERS, _at("delivering"), "delivered"),
    Step("hand_over", PICKUP, KITCHEN, _at("ready"), "delivered"),
    Step(
        "cancel_order",
        EITHER,
        EVERY_ROLE - KITCHEN,
        _at("pending", "confirmed"),
        "cancelled",
        was_never_cooked_and_is_own,
    ),
    Step("cancel_order", EITHER, KITCHEN, _at("pending", "confirmed", "cooking", "ready", "delivering"), "cancelled"),
    Step(
        "request_refund",
        EITHER,
        MANAGERS,
        _at("confirmed", "cooking", "ready", "delivering", "delivered"),
        NOT_PLACED,
        is_paid_and_not_all_refunded,
    ),
    *(
        Step("change_notes", EITHER, EVERY_ROLE - KITCHEN, _at("pending", "confirmed", "cooking"), NOT_PLACED, is_own),
        Step("change_notes", EITHER, KITCHEN, _at("pending", "confirmed", "cooking", "ready"), NOT_PLACED),
        # Both are done as often as a cook likes: a second time changes nothing.
        Step("mark_seen", EITHER, KITCHEN, _at("confirmed"), NOT_PLACED, is_waiting),
        Step("mark_seen", EITHER, KITCHEN, frozenset(TICKET), NOT_PLACED, is_seen_elsewhere),
        Step("acknowledge_change", EITHER, KITCHEN, frozenset(TICKET), NOT_PLACED),
    ),
    Step(
        "link_order_to_customer",
        EITHER,
        EVERY_ROLE - {"guest"},
        frozenset(TICKET) - {"pending"},
        NOT_PLACED,
        is_guest_order_with_link,
        owner=acting_user,
    ),
)
KITCHEN_STEPS = (
    KitchenStep("pause", KITCHEN, pause_ends_later, paused),
    KitchenStep("resume", KITCHEN, always, resumed),
    KitchenStep("change_capacity", MANAGERS, is_not_lowered_or_load_fits, resized),
    KitchenStep("join_queue", EVERY_ROLE, always, unchanged_kitchen),  # needs no permission: a periodic task
    KitchenStep("recalculate_promises", EVERY_ROLE, always, unchanged_kitchen),  # needs no permission: a periodic task
)
OF_THE_KITCHEN = tuple(step.name for step in KITCHEN_STEPS)
OF_AN_ORDER = tuple(dict.fromkeys(step.name for step in ORDER_STEPS if NOT_PLACED not in step.before))

# The steps that belong to the work of each role. Cancelling, refunding, linking, pausing and resuming are only tried at
# random.
COOKING = frozenset(
    {
        *("start_cooking", "finish_ticket", "recall_ticket", "hand_over", "undo_step", "undo_hand_over"),
        *("mark_seen", "acknowledge_change"),
    }
)
DRIVING = frozenset(
    {"claim_delivery", "release_delivery", "leave_for_delivery", "fail_delivery", "deliver", "undo_deliver"}
)
WORK = {
    "guest": frozenset({"place_order", "payment_succeeds", "payment_fails"}),
    "customer": frozenset({"place_order", "payment_succeeds", "cancel_order", "change_notes"}),
    "cook": COOKING,
    "driver": DRIVING,
    "manager": COOKING | OF_A_WAITING_TICKET | DRIVING | {"assign_delivery", "change_capacity", "request_refund"},
}


def row_for(name: str, case: Case) -> Step | KitchenStep | None:
    """Return the row that allows a step; None: the step has to be refused."""
    rows = [row for row in (*ORDER_STEPS, *KITCHEN_STEPS) if row.name == name and row.fits(case)]
    assert len(rows) <= 1, f"the table contradicts itself: {rows}"
    return rows[0] if rows else None


def is_tempting(name: str, case: Case) -> bool:
    """Return whether a step has to be refused by the condition of its row alone: the likeliest ones to slip through."""
    rows = [row for row in (*ORDER_STEPS, *KITCHEN_STEPS) if row.name == name]
    return not row_for(name, case) and any(row.fits_but_for_its_condition(case) for row in rows)
