"""A snapshot of every row and event at one moment, and the invariants that have to hold of it."""

from collections import Counter, defaultdict
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import connection

from kitchen import promises
from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from orders import replay
from orders.customers.models import Customer
from orders.models import Order, OrderContact
from orders.payments.models import PaymentAttempt, Receipt, Refund
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import ZERO
from pizzeria.foundation.shop.selectors import current_shop

# The fields that may change in an order that no step named: it gets a new promise, which is an event.
NEW_PROMISE_FIELDS = {"seq", "promise_from", "promise_until"}
REPLAYED_FIELDS = [
    field.attname for field in Order._meta.concrete_fields if field.name not in ("id", "kitchen", "customer")
]


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Every row and event; two equal snapshots show that nothing has changed in between."""

    orders: dict[UUID, dict[str, Any]]
    contacts: list[dict[str, Any]]
    tickets: dict[UUID, dict[str, Any]]
    kitchen: dict[str, Any]
    log: list[tuple[UUID, int, str]]
    owners: dict[int, int]  # user id by customer id

    @classmethod
    def now(cls):
        """Return a snapshot of the database."""
        connection.check_constraints()  # also the deferred ones: a walk never commits
        return cls(
            orders={row["ref"]: row for row in Order.objects.order_by("pk").values()},
            contacts=list(OrderContact.objects.order_by("pk").values()),
            tickets={row["ref"]: row for row in Ticket.objects.order_by("pk").values()},
            kitchen=Kitchen.objects.values().get(),
            log=list(StoredEvent.objects.order_by("aggregate_ref", "seq").values_list("aggregate_ref", "seq", "type")),
            owners=dict(Customer.objects.values_list("pk", "user_id")),
        )

    def changed(self, before):
        """Return the refs of the orders that are new or differ from before."""
        return {ref for ref, row in self.orders.items() if row != before.orders.get(ref)}

    def check_against_table(self, placed, kitchen_state):
        """Assert that orders, tickets and the kitchen are as the table (state_machine.py) expects them."""
        expected = {ref: (order.method, order.status, order.driver, order.owner) for ref, order in placed.items()}
        rows = self.orders.items()
        assert expected == {
            ref: (row["method"], row["status"], row["driver_id"], self.owners.get(row["customer_id"]))
            for ref, row in rows
        }
        states = {ref: order.ticket_state for ref, order in placed.items()}
        assert states == {ref: row["state"] for ref, row in self.tickets.items()}
        attention = {ref: (order.is_seen, order.change, order.notes) for ref, order in placed.items()}
        assert attention == {
            ref: (row["seen_at"] is not None, row["unacknowledged_change"], row["notes"])
            for ref, row in self.tickets.items()
        }
        waiting = {ref: (order.is_on_hold, order.is_priority) for ref, order in placed.items()}
        assert waiting == {
            ref: (row["on_hold_since"] is not None, row["is_priority"]) for ref, row in self.tickets.items()
        }
        contacts = {row["order_id"]: row["notes"] for row in self.contacts}
        assert contacts == {row["id"]: self.tickets[ref]["notes"] for ref, row in rows}
        assert (kitchen_state.max_orders, kitchen_state.oven_slots, kitchen_state.max_pizzas) == (
            self.kitchen["max_concurrent_orders"],
            self.kitchen["oven_slots"],
            self.kitchen["max_open_pizzas"],
        )
        assert (kitchen_state.paused, kitchen_state.until) == (
            not self.kitchen["taking_orders"],
            self.kitchen["paused_until"],
        )

    def check_kitchen_limits(self, before, *, by):
        """
        Assert that no ticket cooks without an oven slot, and only a recall, an undo and tickets for later that have
        just joined the queue exceed the maximum load.
        """
        states = Counter(row["state"] for row in self.tickets.values())
        assert states["cooking"] <= self.kitchen["oven_slots"]
        (orders, pizzas), (orders_before, pizzas_before) = self.load, before.load
        joined = [row for ref, row in self.in_load.items() if row["slot_at"] and ref not in before.in_load]
        orders, pizzas = orders - len(joined), pizzas - sum(row["pizzas"] for row in joined)
        max_pizzas = self.kitchen["max_open_pizzas"]
        is_within_limits = orders <= max(self.kitchen["max_concurrent_orders"], orders_before) and (
            max_pizzas is None or pizzas <= max(max_pizzas, pizzas_before)
        )
        assert is_within_limits or by in ("recall_ticket", "undo_step")

    @property
    def load(self):
        """Return the number of orders, and of pizzas, that count towards the capacity."""
        rows = self.in_load.values()
        return len(rows), sum(row["pizzas"] for row in rows)

    @property
    def in_load(self):
        """Return the tickets that count towards the capacity, by the order's ref."""
        return {
            ref: row
            for ref, row in self.tickets.items()
            if row["state"] in ("waiting", "cooking") or (row["state"] == "held" and not row["slot_at"])
        }

    def check_slots(self):
        """Assert that in no quarter of an hour more pizzas are sold for later than its limit."""
        sold = Counter()
        for row in self.tickets.values():
            if row["slot_at"] and row["state"] != "withdrawn":
                sold[row["slot_at"]] += row["pizzas"]
        assert all(pizzas <= self.kitchen["max_slot_pizzas"] for pizzas in sold.values())
        scheduled = [row for row in self.tickets.values() if row["state"] == "scheduled"]
        assert all(row["slot_at"] and row["joins_queue_at"] for row in scheduled)

    def check_event_numbers(self):
        """Assert that the events of every aggregate are numbered from one without a gap, up to an order's `seq`."""
        seqs = defaultdict(list)
        for ref, seq, _type in self.log:
            seqs[ref].append(seq)
        assert all(found == list(range(1, len(found) + 1)) for found in seqs.values())
        assert all(row["seq"] == len(seqs[ref]) for ref, row in self.orders.items())

    def check_payments(self, placed):
        """
        Assert that an order is paid once: by card before it is confirmed, or by one handover that was not undone.

        What was paid for a cancelled order is given back, all of it; else only what managers have refunded.
        """
        taken = Counter(ref for ref, _seq, type_ in self.log if type_ == "order.delivered.v1")
        taken.subtract(self.undone_deliveries)
        captured = Counter(ref for ref, _seq, type_ in self.log if type_ == "order.payment_captured.v1")
        for ref, row in self.orders.items():
            expected = placed[ref]
            is_delivered = row["status"] == "delivered"
            assert taken[ref] == is_delivered
            assert captured[ref] == expected.charges
            is_paid = expected.charges or (is_delivered and expected.payment == "cash")
            assert row["paid"] == (row["total"] if is_paid else ZERO)
            if expected.is_refund_requested:
                assert row["refund_requested"] == row["paid"]
            else:
                assert (row["refund_requested"] > ZERO) == (expected.refunds > 0)
        self.check_payment_rows()

    def check_payment_rows(self):
        """Assert that payments and refunds are the rows that the orders speak of."""
        attempts, refunds = list(PaymentAttempt.objects.select_related("order")), list(Refund.objects.all())
        for ref, row in self.orders.items():
            own = [attempt for attempt in attempts if attempt.order.ref == ref]
            assert sum(attempt.captured for attempt in own if attempt.state == "paid") == row["paid"]
            assert sum(attempt.refund_requested for attempt in own) == row["refund_requested"]
        requested = [ref for ref, _seq, type_ in self.log if type_ == "order.refund_requested.v1"]
        assert len(refunds) == len(requested)
        self.check_receipts(attempts)

    def check_receipts(self, attempts):
        """Assert that a payment by card that confirmed its order has a receipt, and that of cash waits for a worker."""
        receipts = list(Receipt.objects.order_by("number"))
        assert [receipt.number for receipt in receipts] == list(range(1, len(receipts) + 1))
        for row in self.orders.values():
            own = [receipt.total for receipt in receipts if receipt.attempt_id and receipt.order_id == row["id"]]
            is_by_card = row["payment_method"] != "cash" and row["confirmed_at"] is not None
            assert own == ([row["total"]] if is_by_card and row["total"] else [])
        waiting = {attempt.pk for attempt in attempts if attempt.receipt_due_at}
        assert waiting == {each.pk for each in attempts if (each.gateway, each.state) == ("cash", "paid")}

    @property
    def undone_deliveries(self):
        undone = StoredEvent.objects.filter(type="order.step_undone.v1", data__undone="order.delivered.v1")
        return Counter(undone.values_list("aggregate_ref", flat=True))

    def check_replay(self, *, changed_since):
        """Assert that every order that has changed equals the order rebuilt from its events."""
        for ref in self.changed(changed_since):
            rebuilt = replay.rebuild(ref, StoredEvent.objects.filter(aggregate_ref=ref).order_by("seq")).order
            expected = {field: getattr(rebuilt, field) for field in REPLAYED_FIELDS}
            assert expected == {field: self.orders[ref][field] for field in REPLAYED_FIELDS}

    def check_new_promises(self, before, *, named):
        """Return the changed orders that no step named; assert that each only got a later promise."""
        others = self.changed(before) - named
        for ref in others:
            old, new = before.orders[ref], self.orders[ref]
            assert {field for field in new if new[field] != old[field]} == NEW_PROMISE_FIELDS
            assert new["promise_until"] > old["promise_until"]
        return others

    def ready_times(self, *, at):
        """Return when each ticket in the queue is ready, by the order's ref; one for later not before it is due."""
        states = ("held", "scheduled", "waiting", "cooking")
        queue = [Ticket(**row) for row in self.tickets.values() if row["state"] in states]
        queue.sort(key=lambda ticket: (not ticket.is_priority, ticket.due_at, ticket.pk))
        times = promises.ready_times(queue, oven_slots=self.kitchen["oven_slots"], at=at)
        later = {ticket.ref: max(times[ticket.ref], ticket.due_at) for ticket in queue if ticket.slot_at}
        return times | later

    def check_no_order_delayed(self, before, *, at):
        """
        Assert that a new order delays no order for as soon as possible that was in the queue before, and not on hold.

        Two orders for later whose times overlap may share an oven slot: that is what the limit of a slot is for.
        """
        for_now = {ref for ref, row in before.tickets.items() if not (row["slot_at"] or row["on_hold_since"])}
        times = {ref: ready_at for ref, ready_at in before.ready_times(at=at).items() if ref in for_now}
        assert times.items() <= self.ready_times(at=at).items()

    def check_promises(self, *, at):
        """Assert that the promise of no order in the queue ends before the order can be there."""
        for ref, out_for_delivery_at in self.ready_times(at=at).items():
            if self.orders[ref]["status"] == "pending":  # it gets its promise when it is paid
                continue
            method = FulfillmentMethod(self.orders[ref]["method"])
            possible = promises.promise(out_for_delivery_at, method=method, shop=current_shop())
            assert possible.ready_from <= self.orders[ref]["promise_until"]
