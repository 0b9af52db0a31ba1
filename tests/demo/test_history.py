"""The demo's past: a week of evenings and some open orders, made by the shop's own commands."""

from datetime import timedelta
from io import StringIO
from itertools import pairwise
from random import Random

import phonenumbers
import pytest
from django.core.management import call_command
from django.db.models import Count

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders import replay
from orders.deliveries.selectors import tour
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.demo.simulation import history, open_orders, scenario
from pizzeria.demo.simulation.guest_profiles import CARLA, random_guest
from pizzeria.demo.simulation.scenario import Twist
from pizzeria.devtools import preparation, state_dir
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.refusals import Refusal
from tests import shop
from tests.shop import FRIDAY_NIGHT

A_FEW = (2,) * 7


def written():
    said = StringIO()
    call_command("demo_history", stdout=said)
    return said.getvalue()


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_FOLDER", str(tmp_path))
    return state_dir.demo_state_dir()


def test_leaves_no_page_empty_and_is_written_once(demo, own_folder):
    written()

    days = Order.objects.exclude(business_date=clock.business_date(clock.now())).values("business_date")
    counted = [day["orders"] for day in days.annotate(orders=Count("pk")).order_by("business_date")]
    assert len(counted) >= 7
    assert all(15 <= orders <= 40 for orders in counted[:6])
    assert Order.objects.filter(customer__user__username="customer", status=OrderStatus.DELIVERED).count() >= 5
    assert list(replay.differences()) == []
    assert not own_folder.unfinished_history.exists()

    orders, events = Order.objects.count(), StoredEvent.objects.count()
    assert "nothing was added" in written()
    assert (Order.objects.count(), StoredEvent.objects.count()) == (orders, events)


def test_is_known_to_be_unfinished_when_it_was_cut_off(demo, own_folder):
    nobody_can_order = {"reason": "The oven is cold.", "until": None, "by": demo.chef, "at": clock.now()}
    kitchen_services.pause(kitchen=Kitchen.objects.get(), **nobody_can_order)

    with pytest.raises(Refusal):
        written()

    assert own_folder.unfinished_history.exists()


@pytest.mark.django_db(transaction=True)
def test_is_forgotten_before_it_is_begun_again(own_folder, kitchen):
    shop.place()
    preparation.flush_unfinished_history()
    assert Order.objects.exists()  # of a shop that has been open

    own_folder.unfinished_history.touch()
    preparation.flush_unfinished_history()
    assert not Order.objects.exists()


def test_has_something_of_everything_that_comes_in_between(demo):
    report = history.simulate_week(staff=demo, now=FRIDAY_NIGHT, orders=A_FEW)

    happened = set(StoredEvent.objects.values_list("type", flat=True))
    assert {"order.recalled.v1", "order.delivery_failed.v1", "order.promise_changed.v1"} <= happened
    reasons = set(Order.objects.filter(status=OrderStatus.CANCELLED).values_list("cancel_reason", flat=True))
    assert reasons == {CancelReason.CHANGED_MIND, CancelReason.SOLD_OUT, CancelReason.NOT_COLLECTED}
    assert report.counts["refused"] == 0


def test_is_over_before_the_business_day_is_and_told_to_nobody(demo):
    history.simulate_week(staff=demo, now=FRIDAY_NIGHT, orders=A_FEW)

    assert not [order for order in Order.objects.all() if order.is_active]
    times = list(StoredEvent.objects.filter(stream="order").order_by("id").values_list("at", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[-1] < clock.end_of_business_day(FRIDAY_NIGHT - timedelta(days=1))
    assert not OutboxEntry.objects.waiting().exists()


def test_ends_with_an_order_in_every_place(demo):
    open_orders.place_open_orders(staff=demo, now=FRIDAY_NIGHT)

    by_status = {status: Order.objects.filter(status=status).count() for status in OrderStatus}
    assert all(by_status[status] for status in ("confirmed", "cooking", "ready", "delivering"))
    deliveries = tour(demo.driver)
    assert deliveries.free and deliveries.mine and deliveries.out
    assert all(order.promise_until > FRIDAY_NIGHT for order in Order.objects.all())


def test_ends_with_orders_that_are_news(demo):
    open_orders.place_open_orders(staff=demo, now=FRIDAY_NIGHT)

    told_of = set(OutboxEntry.objects.waiting().values_list("event__aggregate_ref", flat=True))
    assert told_of == set(Order.objects.values_list("ref", flat=True))


def test_is_the_same_every_time():
    def planned():
        return scenario.evening(
            lasts=history.LASTS, orders=30, twists=tuple(Twist), carlas=2, rush=0.3, chance=Random(5)
        )

    assert planned() == planned()


def test_gives_guests_numbers_that_are_nobodys():
    everybody = [CARLA, *(random_guest(Random(seed)) for seed in range(100))]

    for phone in (guest.details.phone for guest in everybody):
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone))
        assert phone.startswith("+493023125") and len(phone) == len("+493023125000")
