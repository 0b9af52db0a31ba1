"""The guest's order page by the rules of axe-core, in each status, in light and dark, on a phone and on a screen."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.events import OrderPromiseChanged
from orders.models import CancelReason, Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.log import record
from pizzeria.users.models import User
from pizzeria.users.roles import DRIVER, KITCHEN
from tests import shop as test_shop
from tests.e2e.accessibility import assert_accessible, findings
from tests.e2e.browsers import WITH_JAVASCRIPT
from tests.length import by_length

pytestmark = [pytest.mark.django_db(transaction=True), WITH_JAVASCRIPT]

PHONE, SCREEN = {"width": 390, "height": 844}, {"width": 1280, "height": 800}


class Story:
    """A delivery that was ordered ten minutes ago, with everything that a tracker can say, and its next steps."""

    def __init__(self):
        self.began = clock.now() - timedelta(minutes=10)
        Kitchen.objects.update(shows_cook=True)
        self.chef = test_shop.acting_as(KITCHEN, User.objects.get(username="chef").pk)
        self.driver = test_shop.acting_as(DRIVER, User.objects.get(username="driver").pk)
        basket = test_shop.basket_of(at=self.began)
        self.order = test_shop.place(basket, at=self.began, method=FulfillmentMethod.DELIVERY)

    @property
    def link(self):
        return reverse("orders:guest_order", args=[self.order.ref, self.order.contact.guest_token])

    def wait(self):
        """Change the promise, and let the kitchen be silent."""
        Ticket.objects.update(due_at=self.began)
        begins = self.began + timedelta(minutes=50)
        changed = OrderPromiseChanged(promise_from=begins, promise_until=begins + timedelta(minutes=20))
        with transaction.atomic():
            record(Order.objects.get(pk=self.order.pk), changed, by=SYSTEM, at=self.began)

    def start(self):
        kitchen_services.start_cooking(ref=self.order.ref, by=self.chef, at=clock.now())

    def finish(self):
        kitchen_services.finish_ticket(ref=self.order.ref, by=self.chef, at=clock.now())

    def leave(self):
        delivery_services.claim_delivery(ref=self.order.ref, by=self.driver, at=clock.now())
        delivery_services.leave_for_delivery(ref=self.order.ref, by=self.driver, at=clock.now())

    def deliver(self):
        delivery_services.deliver(ref=self.order.ref, by=self.driver, at=clock.now())

    def cancel(self):
        order_services.cancel_order(ref=self.order.ref, reason=CancelReason.SOLD_OUT, by=self.chef, at=clock.now())


@pytest.fixture
def story(shop):
    return Story()


def assert_shown_accessibly(page, story, headline):
    page.goto(story.link)
    expect(page.locator("#headline")).to_have_text(headline)
    assert_accessible(page)


def test_axe_finds_what_is_wrong_in_a_page(open_page, story):
    page = open_page(viewport=PHONE)
    page.goto(story.link)
    page.evaluate("() => document.querySelector('#tracker').insertAdjacentHTML('beforeend', '<button></button>')")

    found = findings(page, scheme="light")

    assert len(found) == 1
    assert found[0].startswith("button-name: <button></button>")


@pytest.mark.long
@pytest.mark.parametrize("viewport", by_length([PHONE], long=[PHONE, SCREEN]), ids=lambda size: f"{size['width']}")
def test_axe_finds_nothing_on_the_order_page_at_any_step_of_a_delivery(open_page, story, viewport):
    page = open_page(viewport=viewport)

    story.wait()
    page.goto(story.link)
    expect(page.locator("#silence")).to_contain_text("No news from the kitchen for 1")
    expect(page.locator(".promise-changes")).to_be_visible()
    assert_accessible(page)

    for step, headline in [
        (story.start, "In the oven"),
        (story.finish, "Ready to go"),
        (story.leave, "On its way"),
        (story.deliver, "Enjoy your meal!"),
    ]:
        step()
        assert_shown_accessibly(page, story, headline)
    expect(page.locator("#tracker")).to_contain_text("Made by Ciro.")


def test_axe_finds_nothing_on_the_page_of_an_order_that_is_to_be_paid_or_was_cancelled(open_page, story):
    page = open_page(viewport=PHONE)
    Order.objects.update(status="pending", payment_method="credit_card", payment_status="pending")
    assert_shown_accessibly(page, story, "Waiting for your payment")

    Order.objects.update(status="confirmed", payment_method="cash", payment_status="due")
    story.cancel()
    assert_shown_accessibly(page, story, "This order was cancelled")
