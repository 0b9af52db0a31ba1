"""Backfilling: events of the past are recorded in the log and not published."""

import pytest

from orders import services as order_services
from pizzeria.foundation.events import backfill
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.money import ZERO
from tests import shop
from tests.factories import BasketFactory
from tests.shop import FRIDAY_NIGHT


@pytest.fixture(autouse=True)
def _open(kitchen):
    """Open the shop."""


def test_a_backfilled_event_counts_as_relayed_at_the_time_it_happened():
    with backfill.backfilling():
        shop.place(at=FRIDAY_NIGHT)

    assert set(OutboxEntry.objects.values_list("relayed_at", flat=True)) == {FRIDAY_NIGHT}


def test_backfilling_does_not_wake_the_relay(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after_the_commit, backfill.backfilling():
        shop.place()

    assert not [callback for callback in after_the_commit if "_wake_relay" in repr(callback)]


def test_an_event_that_is_not_backfilled_wakes_the_relay(django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks() as after_the_commit:
        shop.place()

    assert [callback for callback in after_the_commit if "_wake_relay" in repr(callback)]


def test_backfilling_ends_with_its_block_also_after_an_exception():
    with pytest.raises(order_services.EmptyBasket), backfill.backfilling():
        shop.place(BasketFactory(), shown_total=ZERO)

    shop.place()

    assert OutboxEntry.objects.waiting().count() == 2
