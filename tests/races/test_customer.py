"""
A new customer orders and changes the name, from many screens at once: no deadlock happens, no change is lost.

With the customer's lock taken out, all changes of the name count the same events. The log, in which sequence numbers
are unique, accepts one change and refuses the others with an IntegrityError.
"""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError

from orders.customers import services as customer_services
from orders.customers.models import Customer, CustomerQuerySet
from orders.models import Order
from pizzeria.foundation.events.log import record
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import UserFactory
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock
from tests.shop import FRIDAY_NIGHT

SCREENS = 4  # of each kind

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def carla(kitchen):
    """Return the actor of a customer who is not registered yet."""
    return shop.acting_as(CUSTOMER, UserFactory().pk)


def change(by, name):
    return customer_services.change_contact(name=name, phone="", by=by, at=FRIDAY_NIGHT)


def change_or_fail(by, name):
    try:
        return change(by, name)
    except IntegrityError as fault:
        return fault


def test_a_new_customer_on_many_screens_at_once_is_registered_once_and_every_change_is_recorded(carla):
    baskets = [shop.basket_of() for _ in range(SCREENS)]

    all_at_once(
        [
            *(partial(shop.place, basket, by=carla) for basket in baskets),
            *(partial(change, carla, f"Carla the {number}th") for number in range(SCREENS)),
        ]
    )

    customer = Customer.objects.get()
    assert Order.objects.filter(customer=customer).count() == SCREENS
    events = StoredEvent.objects.filter(aggregate_ref=customer.ref)
    assert [event.seq for event in events] == list(range(1, SCREENS + 2))
    assert [event.type for event in events] == ["customer.registered.v1"] + ["customer.contact_changed.v1"] * SCREENS


def test_control_without_the_lock_all_changes_have_one_sequence_number_and_the_log_accepts_one(carla, monkeypatch):
    customer = change(carla, "Carla")
    all_have_counted = Barrier(SCREENS)

    def waits_and_records(*event, **about):
        all_have_counted.wait(timeout=THREAD_TIMEOUT)
        return record(*event, **about)

    monkeypatch.setattr(CustomerQuerySet, "for_update", without_lock)
    monkeypatch.setattr("orders.customers.services.record", waits_and_records)

    outcomes = all_at_once(partial(change_or_fail, carla, f"Carla the {number}th") for number in range(SCREENS))

    faults = [outcome for outcome in outcomes if isinstance(outcome, IntegrityError)]
    assert len(faults) == SCREENS - 1
    assert all("event_once_per_seq" in str(fault) for fault in faults)
    assert StoredEvent.objects.filter(aggregate_ref=customer.ref).count() == 3
