"""The demo's history and open orders: a week of simulated evenings, made by the shop's own commands."""

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
from pizzeria.demo.simulation.scenario import Incident
from pizzeria.devtools import preparation, state_dir
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.refusals import Refusal
from tests import shop
from tests.shop import FRIDAY_NIGHT

TWO_ORDERS_A_DAY = (2,) * 7


def run_demo_history():
    output = StringIO()
    call_command("demo_history", stdout=output)
    return output.getvalue()


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_FOLDER", str(tmp_path))
    return state_dir.demo_state_dir()


def test_the_demos_history_fills_a_week_with_orders_and_is_written_only_once(demo, own_folder):
    run_demo_history()

    days = Order.objects.exclude(business_date=clock.business_date(clock.now())).values("business_date")
    counted = [day["orders"] for day in days.annotate(orders=Count("pk")).order_by("business_date")]
    assert len(counted) >= 7
    assert all(15 <= orders <= 40 for orders in counted[:6])
    assert Order.objects.filter(customer__user__username="customer", status=OrderStatus.DELIVERED).count() >= 5
    assert list(replay.differences()) == []
    assert not own_folder.unfinished_history.exists()

    orders, events = Order.objects.count(), StoredEvent.objects.count()
    assert "nothing was added" in run_demo_history()
    assert (Order.objects.count(), StoredEvent.objects.count()) == (orders, events)


def test_a_demo_history_that_was_interrupted_is_marked_as_unfinished(demo, own_folder):
    nobody_can_order = {"reason": "The oven is cold.", "until": None, "by": demo.chef, "at": clock.now()}
    kitchen_services.pause(kitchen=Kitchen.objects.get(), **nobody_can_order)

    with pytest.raises(Refusal):
        run_demo_history()

    assert own_folder.unfinished_history.exists()


@pytest.mark.django_db(transaction=True)
def test_an_unfinished_demo_history_is_flushed_before_it_is_written_again(own_folder, kitchen):
    shop.place()
    preparation.flush_unfinished_history()
    assert Order.objects.exists()  # a finished history is kept

    own_folder.unfinished_history.touch()
    preparation.flush_unfinished_history()
    assert not Order.objects.exists()


def test_the_demos_history_has_recalls_failed_deliveries_changed_promises_and_cancellations(demo):
    report = history.simulate_week(staff=demo, now=FRIDAY_NIGHT, orders=TWO_ORDERS_A_DAY)

    happened = set(StoredEvent.objects.values_list("type", flat=True))
    assert {"order.recalled.v1", "order.delivery_failed.v1", "order.promise_changed.v1"} <= happened
    reasons = set(Order.objects.filter(status=OrderStatus.CANCELLED).values_list("cancel_reason", flat=True))
    assert reasons == {CancelReason.CHANGED_MIND, CancelReason.SOLD_OUT, CancelReason.NOT_COLLECTED}
    assert report.counts["refused"] == 0


def test_the_demos_history_ends_before_the_current_business_day_and_is_not_published(demo):
    history.simulate_week(staff=demo, now=FRIDAY_NIGHT, orders=TWO_ORDERS_A_DAY)

    assert not [order for order in Order.objects.all() if order.is_active]
    times = list(StoredEvent.objects.filter(stream="order").order_by("id").values_list("at", flat=True))
    assert all(earlier <= later for earlier, later in pairwise(times))
    assert times[-1] < clock.end_of_business_day(FRIDAY_NIGHT - timedelta(days=1))
    assert not OutboxEntry.objects.waiting().exists()


def test_the_demos_open_orders_are_in_every_open_state(demo):
    open_orders.place_open_orders(staff=demo, now=FRIDAY_NIGHT)

    by_status = {status: Order.objects.filter(status=status).count() for status in OrderStatus}
    assert all(by_status[status] for status in ("confirmed", "cooking", "ready", "delivering"))
    deliveries = tour(demo.driver)
    assert deliveries.unassigned and deliveries.own_at_counter and deliveries.own_on_road
    assert all(order.promise_until > FRIDAY_NIGHT for order in Order.objects.all())


def test_the_events_of_the_demos_open_orders_wait_to_be_published(demo):
    open_orders.place_open_orders(staff=demo, now=FRIDAY_NIGHT)

    waiting_refs = set(OutboxEntry.objects.waiting().values_list("event__aggregate_ref", flat=True))
    assert waiting_refs == set(Order.objects.values_list("ref", flat=True))


def test_a_simulated_evening_has_the_same_plan_for_the_same_random_seed():
    def planned():
        return scenario.evening(
            duration=history.EVENING_DURATION,
            orders=30,
            incidents=tuple(Incident),
            customer_orders=2,
            rush=0.3,
            rng=Random(5),
        )

    assert planned() == planned()


def test_guests_of_the_demo_have_valid_phone_numbers_that_belong_to_nobody():
    everybody = [CARLA, *(random_guest(Random(seed)) for seed in range(100))]

    for phone in (guest.details.phone for guest in everybody):
        assert phonenumbers.is_valid_number(phonenumbers.parse(phone))
        assert phone.startswith("+493023125") and len(phone) == len("+493023125000")
