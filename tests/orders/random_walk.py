"""
A random walk: a guest, a customer, two cooks, two drivers and a manager take random steps on at most ten orders.

Before each step the table (tests/orders/state_machine.py) gives the expected result; after it a snapshot of the
database (tests/orders/invariants.py) is taken and compared with it. A refused step changes nothing.
"""

from collections import Counter, defaultdict
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar

from django.db import transaction
from hypothesis import note
from hypothesis import strategies as any_
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen
from orders import replay
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, PaymentFailure, PaymentMethod
from orders.payments import services as payment_services
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.models import AttemptState, PaymentAttempt
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.refusals import Refusal
from pizzeria.users import roles
from tests import opened_shop, shop
from tests.orders import state_machine as table
from tests.orders.invariants import Snapshot
from tests.orders.payments.refund_helpers import request_refund
from tests.shop import FRIDAY_NIGHT

MAX_ORDERS = 10
MAX_CONCURRENT_ORDERS, OVEN_SLOTS = 6, 1  # one oven slot, so that it is often taken
# So early that orders for later join the queue within a walk, while every time that they are wanted for is far enough
# away to be offered whatever is in the queue.
MAX_SLOT_PIZZAS, LEAD_MINUTES = 6, 180

ROLES = {"customer": roles.CUSTOMER, "cook": roles.KITCHEN, "driver": roles.DRIVER, "manager": roles.MANAGER}
PEOPLE = {
    "guest": "guest",
    "carla": "customer",
    "chiara": "cook",
    "carlo": "cook",
    "dina": "driver",
    "dario": "driver",
    "mario": "manager",
}
DRIVERS = ["dina", "dario", "mario"]
UNKNOWN_USER_ID = 0
MINUTE = timedelta(minutes=1)
RANDOM_STEP_SHARE = 1 / 4  # share of steps that are any at all
TEMPTING_STEP_SHARE = 1 / 6  # share of those that only a condition forbids; the others are the user's work
UNDO_SHARE = 1 / 4  # share of steps that the last user takes at once, to undo the last step if possible
NEW_ROW_SHARE = 1 / 2  # share of the sensible steps that follow a row which the walk has not followed yet, if possible
LINK_SHARE = 3 / 4  # share of steps that are taken with the link of the guest's order

MINUTES = {"margherita": 8, "pepperoni": 9}
PIZZAS = list(MINUTES)


class NothingToSettle(Refusal):
    """The order has no payment that the gateway could still report."""

    code = "nothing_to_settle"


def place(*, pizzas, method, payment, wanted_at, by, at):
    """Place an order for some pizzas."""
    basket = shop.basket_of(*map(shop.pizza, pizzas), at=at)
    payment_method = PaymentMethod.CREDIT_CARD if payment == "card" else PaymentMethod.CASH
    return shop.place(basket, by=by, at=at, method=method, payment_method=payment_method, wanted_at=wanted_at)


def timing(wanted_at, *, pizzas, method):
    """Return when the ticket of an order for later joins the queue, and its slot, as the table has them."""
    if wanted_at is None:
        return {}
    due_at = wanted_at - (22 if method == FulfillmentMethod.DELIVERY else 2) * MINUTE
    minutes = max(MINUTES[pizza] for pizza in pizzas) + 2 * (len(pizzas) - 1)
    slot = due_at - timedelta(minutes=due_at.minute % 15)
    return {"slot": slot, "joins_at": due_at - (minutes + LEAD_MINUTES) * MINUTE, "has_joined": False}


def settle(state, *, ref, by, at):
    """Settle an order's open payment, as if the gateway had reported it."""
    attempt = PaymentAttempt.objects.select_related("order").filter(order__ref=ref, state=AttemptState.OPEN).first()
    if attempt is None:
        raise NothingToSettle("no open payment")
    reading = SessionReading(
        f"cs_{attempt.pk}",
        state,
        attempt.amount,
        attempt.currency,
        payment_id=f"pi_{attempt.pk}" if state == SessionState.PAID else "",
        failure=PaymentFailure.CARD_DECLINED,
    )
    payment_services.settle_attempt(ref=attempt.ref, reading=reading, by=by, at=at)
    return attempt.order


def payment_succeeds(*, ref, by, at):
    """Settle an order's open payment as paid."""
    return settle(SessionState.PAID, ref=ref, by=by, at=at)


def payment_fails(*, ref, by, at):
    """Settle an order's open payment as ended without a payment."""
    return settle(SessionState.EXPIRED, ref=ref, by=by, at=at)


SERVICES = order_services, delivery_services, kitchen_services
WITHOUT_AN_ORDER = {"place_order": place} | {step: getattr(kitchen_services, step) for step in table.OF_THE_KITCHEN}
PAYING = {
    "payment_succeeds": payment_succeeds,
    "payment_fails": payment_fails,
    "request_refund": request_refund,
}
WITH_AN_ORDER = PAYING | {
    step: next(getattr(services, step) for services in SERVICES if hasattr(services, step))
    for step in table.OF_AN_ORDER
    if step not in PAYING
}
COMMANDS = WITHOUT_AN_ORDER | WITH_AN_ORDER

# After these steps every promise is recalculated. The other steps delay no order.
RECALCULATES_PROMISES = {
    "start_cooking",
    "finish_ticket",
    "undo_step",
    "recall_ticket",
    "cancel_order",
    "payment_fails",
    "change_capacity",
    "join_queue",
    *table.OF_A_WAITING_TICKET,
}
A_NEW_PROMISE = "a new promise"  # counted like a row of the table


class Walk(RuleBasedStateMachine):
    """One walk, rolled back at its end. `done` counts rows of the table and `refused` counts steps, over all walks."""

    done: ClassVar[Counter[object]] = Counter()
    refused: ClassVar[Counter[str]] = Counter()

    def __init__(self):
        super().__init__()
        self.beginning = transaction.savepoint_create()
        self.kitchen = opened_shop.open_shop()
        Kitchen.objects.update(
            max_concurrent_orders=MAX_CONCURRENT_ORDERS,
            oven_slots=OVEN_SLOTS,
            max_slot_pizzas=MAX_SLOT_PIZZAS,
            lead_minutes=LEAD_MINUTES,
        )
        self.people = {who: _actor(who, role) for who, role in PEOPLE.items()}
        self.drivers = [
            self.people[who].user_id for who in DRIVERS
        ]  # in a fixed order: the random number generator chooses by position
        self.at = FRIDAY_NIGHT
        self.kitchen_state = table.KitchenState(
            max_orders=MAX_CONCURRENT_ORDERS, oven_slots=OVEN_SLOTS, max_slot_pizzas=MAX_SLOT_PIZZAS
        )
        self.orders, self.refs, self.tokens = {}, {}, {}  # by number, from 1
        self.followed = set()
        self.last_done, self.named = "", set()
        self.last_who = "guest"
        self.snapshot = Snapshot.now()

    def teardown(self):
        try:
            assert list(replay.differences()) == []  # including order lines; each step compares only changed orders
        finally:
            transaction.savepoint_rollback(self.beginning)

    # --- Choosing a step ---

    @initialize(rng=any_.randoms(use_true_random=True))
    def the_evening_begins(self, rng):
        """
        Place two orders for pickup and two for delivery.

        The walk has its own random number generator: Hypothesis repeats its choices, which seldom complete a delivery.
        """
        self.rng = rng
        for method in (*FulfillmentMethod, *FulfillmentMethod):
            self.take_step(
                "place_order",
                0,
                "guest",
                {**self.details("place_order"), "method": method, "payment": "cash", "wanted_at": None},
            )

    @rule()
    def a_user_takes_a_step(self):
        """Advance the clock and take one step: usually one of the user's work, sometimes one that is forbidden."""
        rng = self.rng
        is_quick = rng.random() < UNDO_SHARE
        if not is_quick:
            self.at += rng.randint(0, 3) * MINUTE
            self.last_who = rng.choice(list(PEOPLE))
        who = self.last_who
        if steps := self.steps_to_try(who):
            undoing = [step for step in steps if step.startswith("undo_")]
            step = rng.choice(undoing if is_quick and undoing else list(steps))
            number, details = rng.choice(steps[step]), self.details(step)
            has_link = rng.random() < LINK_SHARE
            note(f"{self.at:%H:%M} {who}: {step} #{number} {details}, {'with' if has_link else 'without'} its link")
            self.take_step(step, number, who, details, has_link=has_link)

    def steps_to_try(self, who):
        """Return the steps of which a user takes one: any at all, those that are only just forbidden, or their work."""
        share = self.rng.random()
        if share < RANDOM_STEP_SHARE:
            return self.every_step()
        is_tempted = share < RANDOM_STEP_SHARE + TEMPTING_STEP_SHARE
        return (is_tempted and self.tempting_steps(who)) or self.sensible_steps(who)

    def tempting_steps(self, who):
        """Return the steps of the user's work that the table forbids now only by a condition."""
        steps = defaultdict(list)
        for step, number in self.work_steps(who):
            if table.is_tempting(step, self.case(who, number, self.details(step))):
                steps[step].append(number)
        return steps

    def work_steps(self, who):
        """Return the steps of the user's work, each with the number of each order that it can be tried on."""
        work = table.WORK[PEOPLE[who]]
        return [(step, number) for step, numbers in self.every_step().items() if step in work for number in numbers]

    def every_step(self):
        """Return every step, each with the numbers of the orders that it can be tried on; 0: no order."""
        steps = {step: list(self.orders) for step in WITH_AN_ORDER} | {step: [0] for step in WITHOUT_AN_ORDER}
        if len(self.orders) == MAX_ORDERS:
            del steps["place_order"]
        return steps

    def sensible_steps(self, who):
        """Return the steps that belong to the user's work and that the table allows now."""
        rows = {
            (step, number): row
            for step, number in self.work_steps(who)
            if (row := table.row_for(step, self.case(who, number, self.details(step))))
        }
        new = [key for key, row in rows.items() if row not in self.followed]
        steps = defaultdict(list)
        for step, number in new if new and self.rng.random() < NEW_ROW_SHARE else rows:
            steps[step].append(number)
        return steps

    def details(self, step):
        """Return the other arguments of a step's command."""
        rng = self.rng
        match step:
            case "place_order":
                return {
                    "method": rng.choice(list(FulfillmentMethod)),
                    "pizzas": rng.choices(PIZZAS, k=rng.choice([1, 1, 2, 6])),
                    "payment": rng.choice(["cash", "cash", "card"]),
                    "wanted_at": rng.choice([None, self.quarter_in(13), self.quarter_in(14)]),
                }
            case "assign_delivery":
                return {"driver": rng.choice([*self.drivers, self.people["chiara"].user_id, UNKNOWN_USER_ID])}
            case "fail_delivery":
                return {"reason": CancelReason.NOBODY_HOME}
            case "change_notes":
                return {"notes": rng.choice(["", "Cut it", "Ring twice"]), "allergies": ""}
            case "cancel_order":
                return {"reason": CancelReason.CHANGED_MIND}
            case "pause":
                until = rng.choice([None, self.at, self.at + 5 * MINUTE])
                return {"reason": "The oven is cold", "until": until}
            case "change_capacity":
                return {
                    "max_concurrent_orders": rng.randint(0, 8),
                    "oven_slots": rng.randint(0, 4),
                    "max_open_pizzas": rng.choice([None, rng.randint(0, 16)]),
                }
        return {}

    def quarter_in(self, quarters):
        """Return a full quarter of an hour, so many of them after the current one."""
        return self.at - timedelta(minutes=self.at.minute % 15) + quarters * 15 * MINUTE

    # --- Taking a step ---

    def take_step(self, step, number, who, details, *, has_link=True):
        """Take a step, and assert that its result is the one that the table expects."""
        case = self.case(who, number, details, has_link=has_link)
        row = table.row_for(step, case)
        # Refusals that require recent authentication are tested elsewhere.
        token = self.tokens.get(number, "") if has_link else ""
        by = replace(self.people[who], authenticated_at=self.at, guest_token=token)
        try:
            outcome = COMMANDS[step](**self.command_target(step, number), **details, by=by, at=self.at)
        except Refusal as refusal:
            outcome = refusal
        allowed = not isinstance(outcome, Refusal)
        assert allowed == bool(row), f"The table does not say so: {who}, {step}, {case}: {outcome!r}"
        if not allowed:
            self.refused[step] += 1
            return
        self.last_done = step
        self.done[row] += 1
        self.followed.add(row)
        if step in table.JOINS_DUE_ORDERS and not details.get("wanted_at"):
            self.orders |= {
                each: replace(order, has_joined=True)
                for each, order in self.orders.items()
                if order.is_due_to_join(self.at)
            }
        match row.follow(case):
            case table.KitchenState() as kitchen_state:
                self.kitchen_state = kitchen_state
            case order:
                number = number or len(self.orders) + 1
                self.orders[number], self.refs[number] = order, outcome.ref
                if step == "place_order":
                    self.tokens[number] = outcome.contact.guest_token
                self.named.add(outcome.ref)

    def command_target(self, step, number):
        if number:
            return {"ref": self.refs[number]}
        return {"kitchen": self.kitchen} if step in table.OF_THE_KITCHEN else {}

    def case(self, who, number, details=None, *, has_link=True):
        details = details or {}
        load = [placed for placed in self.orders.values() if placed.is_load]
        due = [placed for placed in self.orders.values() if placed.is_due_to_join(self.at)]
        pizzas = details.get("pizzas", ())
        method = details.get("method", FulfillmentMethod.PICKUP)
        times = timing(details.get("wanted_at"), pizzas=pizzas, method=method)
        in_slot = [placed for placed in self.orders.values() if placed.slot and placed.slot == times.get("slot")]
        kitchen_state = replace(
            self.kitchen_state,
            load=len(load),
            pizzas=sum(placed.pizzas for placed in load),
            cooking=sum(placed.status == "cooking" for placed in load),
            due=len(due),
            due_pizzas=sum(placed.pizzas for placed in due),
            slot_pizzas=sum(placed.pizzas for placed in in_slot if placed.status != "cancelled"),
        )
        new = table.Placed(method, pizzas=len(pizzas), payment=details.get("payment", "cash"), **times)
        order = self.orders[number] if number else new
        drivers = frozenset(self.drivers)
        return table.Case(
            self.people[who].user_id, PEOPLE[who], kitchen_state, self.at, order, details, drivers, has_link
        )

    # --- The invariants after each step ---

    @invariant()
    def the_rules_hold(self):
        before, self.snapshot = self.snapshot, Snapshot.now()
        if not self.last_done:
            assert self.snapshot == before, "nothing was done, and something has changed"
            return
        orders = {self.refs[number]: order for number, order in self.orders.items()}
        self.snapshot.check_against_table(orders, self.kitchen_state)
        self.snapshot.check_kitchen_limits(before, by=self.last_done)
        self.snapshot.check_slots()
        self.snapshot.check_event_numbers()
        self.snapshot.check_payments(orders)
        self.snapshot.check_replay(changed_since=before)
        self.done[A_NEW_PROMISE] += len(self.snapshot.check_new_promises(before, named=self.named))
        if self.last_done == "recalculate_promises" or (
            self.last_done in RECALCULATES_PROMISES and self.snapshot.kitchen != before.kitchen
        ):
            self.snapshot.check_promises(at=self.at)
        if self.last_done == "place_order":
            self.snapshot.check_no_order_delayed(before, at=self.at)
        self.last_done, self.named = "", set()


def _actor(who, role):
    return shop.hire(ROLES[role], first_name=who.title()) if role in ROLES else GUEST
