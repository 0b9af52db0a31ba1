"""The topic of the deliveries: its version, who may follow it, and when it is published."""

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.deliveries.selectors import deliveries_version, tour
from orders.models import CancelReason
from pizzeria.foundation.actor import SYSTEM
from pizzeria.live import publisher
from pizzeria.live.topics import Topic, current_versions
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT

STREAM = reverse("live:deliveries")
WELCOME = 204  # what WSGI answers in place of a stream


@pytest.fixture
def delivery(kitchen):
    return shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=SYSTEM)


@pytest.mark.parametrize(("role", "status"), [(DRIVER, WELCOME), (MANAGER, WELCOME), (CUSTOMER, 403), (KITCHEN, 403)])
def test_the_stream_of_the_deliveries_is_open_only_to_roles_that_may_see_deliveries(kitchen, sign_in, role, status):
    assert sign_in(role).get(STREAM).status_code == status


def test_the_stream_of_the_deliveries_is_closed_to_a_guest(kitchen, client):
    assert client.get(STREAM).status_code == 401


def test_every_step_of_a_delivery_changes_the_version(delivery):
    driver = shop.hire(DRIVER)
    seen = [deliveries_version()]

    for step, by in (
        (delivery_services.claim_delivery, driver),
        (delivery_services.leave_for_delivery, driver),
        (delivery_services.deliver, driver),
    ):
        step(ref=delivery.ref, by=by, at=FRIDAY_NIGHT)
        seen.append(deliveries_version())

    assert len(set(seen)) == 4


def test_the_version_is_the_same_whatever_happens_to_orders_that_the_page_does_not_show(delivery):
    before = deliveries_version()

    shop.place(method=FulfillmentMethod.DELIVERY)
    shop.cooked(shop.place(), by=SYSTEM)

    assert deliveries_version() == before


def test_the_page_names_its_stream_and_the_version_of_what_it_shows(delivery, sign_in, django_assert_num_queries):
    html = sign_in(DRIVER).get(reverse("deliveries:tour")).content.decode()

    assert f'data-stream="{STREAM}"' in html
    assert f'data-version="{deliveries_version()}"' in html
    with django_assert_num_queries(1):
        assert f'data-version="{tour(SYSTEM).version}"' in html


def test_the_versions_of_deliveries_boards_and_orders_take_two_queries(delivery, kitchen, django_assert_num_queries):
    kitchen.refresh_from_db()
    topics = {
        Topic("board", kitchen.ref): kitchen.version,
        Topic("deliveries", kitchen.ref): deliveries_version(),
        Topic("order", delivery.ref): delivery.seq,
    }

    with django_assert_num_queries(2):
        assert current_versions(topics) == topics


@pytest.mark.parametrize(
    "step",
    [
        lambda ref, driver: delivery_services.claim_delivery(ref=ref, by=driver, at=FRIDAY_NIGHT),
        lambda ref, _driver: kitchen_services.recall_ticket(ref=ref, by=SYSTEM, at=FRIDAY_NIGHT),
        lambda ref, _driver: order_services.cancel_order(
            ref=ref, reason=CancelReason.CHANGED_MIND, by=SYSTEM, at=FRIDAY_NIGHT
        ),
    ],
    ids=["claimed", "recalled", "cancelled"],
)
def test_a_step_of_a_delivery_publishes_the_version_that_the_page_has_after_it(
    delivery, kitchen, monkeypatch, django_capture_on_commit_callbacks, step
):
    driver, published = shop.hire(DRIVER), []
    monkeypatch.setattr(publisher, "publish", published.append)

    with django_capture_on_commit_callbacks(execute=True):
        step(delivery.ref, driver)

    versions = {update.version for update in published if update.topic == Topic("deliveries", kitchen.ref)}
    assert versions == {deliveries_version()}


def test_a_step_of_an_order_for_pickup_publishes_nothing_to_the_drivers(
    kitchen, placed_order, monkeypatch, django_capture_on_commit_callbacks
):
    published = []
    monkeypatch.setattr(publisher, "publish", published.append)

    with django_capture_on_commit_callbacks(execute=True):
        kitchen_services.start_cooking(ref=placed_order.ref, by=SYSTEM, at=FRIDAY_NIGHT)

    assert published
    assert all(update.topic.kind != "deliveries" for update in published)
