"""The demo's history, a year written in bulk, and its open orders, made by the shop's own commands."""

from datetime import timedelta
from io import StringIO
from random import Random

import phonenumbers
import pytest
from django.core.management import call_command
from django.db.models import Count, Sum

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders.deliveries.selectors import tour
from orders.models import CARD_METHODS, Order, OrderStatus
from orders.payments.models import AttemptState, PaymentAttempt
from orders.reports.models import BuiltDay
from pizzeria.demo.management.commands.demo_history import ORDERS_A_YEAR
from pizzeria.demo.simulation import open_orders, scenario
from pizzeria.demo.simulation.guest_profiles import CARLA, random_guest
from pizzeria.demo.simulation.scenario import Incident
from pizzeria.devtools import preparation, state_dir
from pizzeria.devtools.servers import stripe_server
from pizzeria.devtools.stripe_server.ledger import Ledger
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.refusals import Refusal
from tests import shop
from tests.shop import FRIDAY_NIGHT

DAYS = 36  # a tenth of a year


def run_demo_history():
    output = StringIO()
    call_command("demo_history", stdout=output)
    return output.getvalue()


@pytest.fixture(autouse=True)
def _shorter_past(settings):
    """Write a tenth of the demo's year: what a test has written is checked once more when it ends."""
    settings.DEMO_HISTORY_DAYS = DAYS


def by_card():
    """Return the payments by card, oldest first."""
    return PaymentAttempt.objects.by_gateway().filter(state=AttemptState.PAID).order_by("captured_at", "pk")


@pytest.fixture
def own_folder(tmp_path, monkeypatch):
    monkeypatch.setenv("DEMO_FOLDER", str(tmp_path))
    return state_dir.demo_state_dir()


def test_the_demos_history_fills_a_year_with_orders_and_is_written_only_once(demo, own_folder):
    run_demo_history()

    past = Order.objects.exclude(business_date=clock.business_date(clock.now()))
    counted = [day["orders"] for day in past.values("business_date").annotate(orders=Count("pk"))]
    assert len(counted) == DAYS
    assert past.count() == pytest.approx(ORDERS_A_YEAR / 10, rel=0.05)
    assert all(8 <= orders <= 80 for orders in counted)
    assert BuiltDay.objects.count() == len(counted)
    of_customer = Order.objects.filter(customer__user__username="customer")
    assert of_customer.filter(status=OrderStatus.DELIVERED).count() >= 2
    assert not own_folder.unfinished_history.exists()
    ledger = Ledger(stripe_server.data_folder(own_folder.folder))
    assert [entry.payment_intent for entry in ledger.charges()] == [*by_card().values_list("payment_id", flat=True)]
    sums = Order.objects.filter(payment_method__in=CARD_METHODS).aggregate(paid=Sum("paid"), refunded=Sum("refunded"))
    assert sum(entry.amount for entry in ledger.charges()) == 100 * sums["paid"]
    assert sum(entry.amount for entry in ledger.refunds()) == 100 * sums["refunded"]

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
            duration=timedelta(hours=5),
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
