"""
A guest cancels while a cook starts the same order: one of them succeeds, and the other is refused.

The kitchen's lock decides who is first. With it taken out, both succeed, and a cancelled pizza is in the oven.
"""

from collections import Counter
from functools import partial
from threading import Barrier, Event

import pytest

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, KitchenQuerySet, Ticket, TicketState
from kitchen.services import cooking
from orders import replay
from orders import services as order_services
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation import failpoints
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock
from tests.shop import FRIDAY_NIGHT

ROUNDS = 25
GUEST_FIRST = ("cancelled", "ticket_state_conflict")
COOK_FIRST = ("too_late_to_cancel", "started")

pytestmark = pytest.mark.django_db(transaction=True)


def steps(order, *, guest, chef):
    """Return the guest's step and the cook's; each returns its outcome."""

    def cancel():
        by = shop.with_link(order, guest)
        order_services.cancel_order(ref=order.ref, reason=CancelReason.CHANGED_MIND, by=by, at=FRIDAY_NIGHT)
        return "cancelled"

    def start():
        kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
        return "started"

    return cancel, start


def test_an_order_is_never_both_cancelled_by_a_guest_and_started_by_a_cook(kitchen, guest, chef):
    Kitchen.objects.update(max_concurrent_orders=ROUNDS, oven_slots=ROUNDS)
    barrier = partial(Barrier(2).wait, timeout=THREAD_TIMEOUT)
    outcomes = Counter()

    with (
        failpoints.armed("orders.cancel_order.begun", barrier),
        failpoints.armed("kitchen.start_cooking.begun", barrier),
    ):
        for _round in range(ROUNDS):
            results = all_at_once(steps(shop.place(), guest=guest, chef=chef))
            outcomes[tuple(getattr(outcome, "code", outcome) for outcome in results)] += 1

    assert set(outcomes) <= {GUEST_FIRST, COOK_FIRST}
    assert ended(OrderStatus.CANCELLED, TicketState.WITHDRAWN) == outcomes[GUEST_FIRST]
    assert ended(OrderStatus.COOKING, TicketState.COOKING) == outcomes[COOK_FIRST]
    assert list(replay.differences()) == []


def ended(status, state):
    """Return the number of orders of a status; assert that all their tickets are in one state."""
    refs = list(Order.objects.filter(status=status).values_list("ref", flat=True))
    assert Ticket.objects.filter(ref__in=refs, state=state).count() == len(refs)
    return len(refs)


def test_control_without_the_kitchens_lock_a_cancelled_pizza_goes_into_the_oven(placed_order, guest, chef, monkeypatch):
    """The cook's command reads the ticket, the guest cancels, the command goes on. Both still lock the order."""
    original_check, has_checked, has_cancelled = cooking._has_free_oven_slot, Event(), Event()

    def check_slowly(kitchen):
        free = original_check(kitchen)
        has_checked.set()
        assert has_cancelled.wait(timeout=THREAD_TIMEOUT)
        return free

    monkeypatch.setattr(KitchenQuerySet, "for_update", without_lock)
    monkeypatch.setattr(cooking, "_has_free_oven_slot", check_slowly)

    with (
        failpoints.armed("orders.cancel_order.begun", partial(has_checked.wait, timeout=THREAD_TIMEOUT)),
        failpoints.armed("orders.cancel_order.after_commit", has_cancelled.set),
    ):
        results = all_at_once(steps(placed_order, guest=guest, chef=chef))

    assert results == ["cancelled", "started"]
    types = StoredEvent.objects.filter(aggregate_ref=placed_order.ref).order_by("seq").values_list("type", flat=True)
    assert list(types)[-2:] == ["order.cancelled.v1", "order.cooking_started.v1"]
    assert Ticket.objects.get().state == TicketState.COOKING
