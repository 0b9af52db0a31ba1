"""
Two cooks tap “seen” at once, and a guest adds an allergy while the cook finishes the same order.

The kitchen's lock decides who is first. With it taken out, both cooks are told that they have seen the ticket first.
"""

from collections import Counter
from functools import partial
from threading import Barrier

import pytest

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, KitchenQuerySet, Ticket, TicketState
from kitchen.services import queue
from orders import replay
from orders import services as order_services
from orders.models import OrderContact
from pizzeria.foundation import failpoints
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock
from tests.shop import FRIDAY_NIGHT

COOKS = 4
ROUNDS = 10

pytestmark = pytest.mark.django_db(transaction=True)


def seen_at_once(order, cooks):
    """Let cooks tap “seen” at once; return whom each was told to have been the first."""
    actions = [partial(kitchen_services.mark_seen, ref=order.ref, by=cook, at=FRIDAY_NIGHT) for cook in cooks]
    return {ticket.seen_by for ticket in all_at_once(actions)}


def test_a_ticket_that_cooks_see_at_once_is_seen_by_one_of_them_and_the_board_changes_once(placed_order):
    version = Kitchen.objects.get().version

    first = seen_at_once(placed_order, [shop.acting_as(KITCHEN, number) for number in range(COOKS)])

    assert first == {Ticket.objects.get().seen_by}
    assert Kitchen.objects.get().version == version + 1


def test_control_without_the_kitchens_lock_two_cooks_are_both_the_first(placed_order, monkeypatch):
    both_have_looked, note_seen = Barrier(2), queue.note_seen

    def note_slowly(ticket, **options):
        both_have_looked.wait(timeout=THREAD_TIMEOUT)
        note_seen(ticket, **options)

    monkeypatch.setattr(KitchenQuerySet, "for_update", without_lock)
    monkeypatch.setattr(queue, "note_seen", note_slowly)

    assert len(seen_at_once(placed_order, [shop.acting_as(KITCHEN, 1), shop.acting_as(KITCHEN, 2)])) == 2


def test_an_allergy_that_comes_while_the_cook_finishes_reaches_the_cook_or_is_refused(kitchen, guest, chef):
    Kitchen.objects.update(max_concurrent_orders=ROUNDS, oven_slots=ROUNDS)
    barrier = partial(Barrier(2).wait, timeout=THREAD_TIMEOUT)
    outcomes = Counter()

    def change(order):
        by = shop.with_link(order, guest)
        order_services.change_notes(ref=order.ref, notes="", allergies="Nuts", by=by, at=FRIDAY_NIGHT)
        return "changed"

    def finish(order):
        kitchen_services.finish_ticket(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
        return "finished"

    with (
        failpoints.armed("orders.change_notes.begun", barrier),
        failpoints.armed("kitchen.finish_ticket.begun", barrier),
    ):
        for _round in range(ROUNDS):
            order = shop.place()
            kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
            results = all_at_once([partial(change, order), partial(finish, order)])
            outcomes[tuple(getattr(outcome, "code", outcome) for outcome in results)] += 1

    assert set(outcomes) <= {("changed", "finished"), ("too_late_for_notes", "finished")}
    told = Ticket.objects.filter(state=TicketState.READY, allergies="Nuts", unacknowledged_change="changed").count()
    assert told == outcomes["changed", "finished"] == OrderContact.objects.filter(allergies="Nuts").count()
    assert list(replay.differences()) == []
