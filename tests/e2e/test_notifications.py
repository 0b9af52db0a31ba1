"""A customer's notifications on the page: unread, opened, cleared."""

import pytest
from playwright.sync_api import expect

from orders.notifications import services as notification_services
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from tests.e2e.browsers import WITH_JAVASCRIPT
from tests.e2e.people import order, sign_in

pytestmark = pytest.mark.django_db(transaction=True)


@WITH_JAVASCRIPT
def test_a_notification_is_counted_as_unread_until_it_is_seen_and_listed_until_it_is_cleared(open_page):
    carla = open_page()
    sign_in(carla, "customer")
    order(carla)
    for event in StoredEvent.objects.filter(stream="order").order_by("seq"):
        notification_services.create_notifications(event_id=event.pk, at=clock.now())

    carla.goto("/menu/")
    carla.get_by_role("link", name="News 2 unread").click()
    expect(carla.get_by_role("link", name="News", exact=True)).to_be_visible()

    carla.get_by_role("button", name="Clear: We have your order #1").click()
    expect(carla.locator(".notification")).to_have_count(1)
    carla.get_by_role("link", name="Order #1 is in line for the oven").click()
    expect(carla.locator("#tracker")).to_contain_text("We have your order")

    carla.goto("/notifications/")
    carla.get_by_role("button", name="Clear all").click()
    expect(carla.get_by_role("main")).to_contain_text("No news.")
