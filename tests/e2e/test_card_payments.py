"""
A guest with a phone pays by card: each way in which the gateway can behave ends right.

The gateway is the stand-in for Stripe, reached by the official SDK; its own ledger says what was charged. There is no
worker: what it would do is done by the test, at the moment that the test is about.
"""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from orders import replay
from orders.models import Order, OrderStatus
from orders.payments import services as payment_services
from orders.payments.gateways.breaker import stripe_breaker
from orders.payments.models import PaymentAttempt, Refund, WebhookMessage
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from tests.e2e.browsers import WITH_JAVASCRIPT, WITHOUT_JAVASCRIPT_IN_LONG_RUNS, checked_pages
from tests.e2e.people import add_to_basket
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
EVERY_HOUR = timedelta(hours=1)
AFTER_THE_HOLD = timedelta(minutes=11)
MARGHERITA = 1299  # cents


@pytest.fixture
def gateway(shop, live_server, stripe_process, settings):
    """Connect the shop to the stand-in for Stripe, which sends its messages to the shop; return the stand-in."""
    stripe_process.faults.change()
    stripe_process.send_webhooks_to(f"{live_server.url}/payments/webhook/")
    stripe_breaker.reset()
    settings.STRIPE_SECRET_KEY = stripe_process.api_key
    settings.STRIPE_WEBHOOK_SECRETS = [stripe_process.webhook_secret]
    settings.STRIPE_API_BASE = stripe_process.url
    settings.SHOP_ORIGIN = live_server.url
    yield stripe_process
    stripe_process.faults.change()
    stripe_process.send_webhooks_to("")
    stripe_breaker.reset()


@pytest.fixture
def anna(gateway, live_server, browser, scripted):
    """Return the phone of a guest."""
    expected = ("422", "500", "503")
    with checked_pages(
        browser, live_server.url, expected_statuses=expected, java_script_enabled=scripted, **PHONE
    ) as open_page:
        yield open_page()


def order_by_card(page):
    """Order a Margherita, and choose to pay by card."""
    page.goto("/menu/margherita/")
    add_to_basket(page)
    page.get_by_role("button", name="Checkout").click()
    page.get_by_label("Your name").fill("Anna")
    page.get_by_label("Phone").fill("06 1234 5678")
    page.get_by_role("radio", name="By card").check()
    page.get_by_role("button", name="Place the order").click()


def expect_gateway(page, gateway):
    """Wait until the browser shows the gateway's page."""
    expect(page.get_by_role("button", name="Pay €12.99")).to_be_visible()
    assert page.url.startswith(gateway.url)


def expect_paid(page):
    """Wait until the order's page says that it is paid; exactly one charge was made, for this very order."""
    expect(page.locator("#tracker")).to_contain_text("We have your order")
    expect(page.get_by_role("main")).to_contain_text("Paid by card")


def pay_in_cash_instead(page):
    """Press the two buttons by which a guest who cannot pay by card orders the same in cash."""
    page.get_by_role("button", name="Pay in cash instead").click()
    expect(page.get_by_label("Your name")).to_have_value("Anna")
    page.get_by_role("button", name="Place the order").click()
    expect(page.locator("#tracker")).to_contain_text("We have your order")
    expect(page.get_by_role("main")).to_contain_text("Cash, at the counter")


def sweep(*, later=timedelta(0)):
    """Do what the worker does with what is due."""
    at = clock.now() + later
    for attempt in PaymentAttempt.objects.due(at).order_by("pk"):
        payment_services.sync_due_attempt(attempt_id=attempt.pk, at=at)
    for refund in Refund.objects.due(at).order_by("pk"):
        payment_services.sync_refund(refund_id=refund.pk, at=at)


def process_messages(count):
    """Process the messages that the gateway has sent, once there are so many."""
    until(lambda: WebhookMessage.objects.count() >= count)
    for message in WebhookMessage.objects.order_by("pk"):
        payment_services.process_message(message_id=message.pk, at=clock.now() + EVERY_HOUR)


def charges_of(gateway, order):
    return [charge.amount for charge in gateway.ledger.charges() if charge.reference == str(order.ref)]


def statuses():
    return list(Order.objects.order_by("pk").values_list("status", flat=True))


@pytest.mark.long
@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_a_card_that_is_approved_confirms_the_order(anna, gateway):
    order_by_card(anna)
    expect_gateway(anna, gateway)
    anna.get_by_role("button", name="Pay €12.99").click()

    expect_paid(anna)
    [order] = Order.objects.all()
    assert (order.status, order.paid) == (OrderStatus.CONFIRMED, order.total)
    assert charges_of(gateway, order) == [MARGHERITA]
    anna.go_back()
    assert charges_of(gateway, order) == [MARGHERITA]
    assert list(replay.differences()) == []


@WITH_JAVASCRIPT
def test_a_card_that_is_declined_can_be_replaced_by_another_on_the_same_page(anna, gateway):
    order_by_card(anna)
    for button, reason in (("Decline the card", "declined"), ("Decline: not enough money", "insufficient funds")):
        anna.get_by_role("button", name=button).click()
        expect(anna.get_by_role("alert")).to_contain_text(reason)
    anna.get_by_role("button", name="Pay €12.99").click()

    expect_paid(anna)
    assert charges_of(gateway, Order.objects.get()) == [MARGHERITA]


@WITH_JAVASCRIPT
def test_a_guest_who_abandons_the_banks_confirmation_orders_the_same_in_cash_with_two_taps(anna, gateway):
    order_by_card(anna)
    anna.get_by_role("button", name="Ask my bank first").click()
    anna.get_by_role("button", name="Abandon it").click()
    anna.get_by_role("link", name="Back to").click()
    expect(anna.get_by_role("heading", name="Not paid yet")).to_be_visible()

    pay_in_cash_instead(anna)

    assert statuses() == [OrderStatus.CANCELLED, OrderStatus.CONFIRMED]
    assert [charge for order in Order.objects.all() for charge in charges_of(gateway, order)] == []


@WITH_JAVASCRIPT
def test_a_gateway_that_is_slow_by_ten_seconds_is_asked_again_for_the_same_page(anna, gateway):
    gateway.faults.change(Fault("checkout.sessions.create", "delay", seconds=10, times=1))
    order_by_card(anna)
    expect(anna.get_by_role("heading", name="Cards do not work just now")).to_be_visible()

    gateway.faults.change()
    stripe_breaker.reset()
    anna.get_by_role("link", name="Try the card again").click()
    expect_gateway(anna, gateway)
    anna.get_by_role("button", name="Pay €12.99").click()

    expect_paid(anna)
    assert charges_of(gateway, Order.objects.get()) == [MARGHERITA]


@WITH_JAVASCRIPT
def test_a_payment_that_is_sent_twice_is_charged_once(anna, gateway):
    gateway.faults.change(Fault("page.pay", "twice"), Fault("webhooks.send", "duplicate"))
    order_by_card(anna)
    expect_gateway(anna, gateway)
    anna.get_by_role("button", name="Pay €12.99").click()

    expect_paid(anna)
    process_messages(2)
    order = Order.objects.get()
    assert charges_of(gateway, order) == [MARGHERITA]
    assert order.paid == order.total


@WITH_JAVASCRIPT
def test_a_gateway_that_never_answers_leaves_the_guest_with_cash_and_nothing_to_pay_by_card(anna, gateway):
    gateway.faults.change(Fault("checkout.sessions.create", "hang"))
    order_by_card(anna)
    expect(anna.get_by_role("heading", name="Cards do not work just now")).to_be_visible()

    pay_in_cash_instead(anna)

    gateway.faults.change()
    stripe_breaker.reset()
    sweep(later=EVERY_HOUR)
    assert statuses() == [OrderStatus.CANCELLED, OrderStatus.CONFIRMED]
    assert [attempt.state for attempt in PaymentAttempt.objects.by_gateway()] == ["failed"]
    assert [charge for order in Order.objects.all() for charge in charges_of(gateway, order)] == []


@WITH_JAVASCRIPT
def test_a_gateway_that_charges_and_then_fails_and_loses_its_messages_is_found_out_by_the_sweeper(anna, gateway):
    gateway.faults.change(Fault("page.pay", "fail"), Fault("webhooks.send", "lose"))
    order_by_card(anna)
    expect_gateway(anna, gateway)
    anna.get_by_role("button", name="Pay €12.99").click()
    expect(anna.get_by_text("Please look at your order first.")).to_be_visible()
    order = Order.objects.select_related("contact").get()
    assert order.status == OrderStatus.PENDING

    sweep(later=timedelta(minutes=1))

    anna.goto(f"/orders/{order.ref}/{order.contact.guest_token}/")
    expect_paid(anna)
    assert charges_of(gateway, order) == [MARGHERITA]
    assert not WebhookMessage.objects.exists()


@WITH_JAVASCRIPT
def test_a_guest_who_closes_the_page_after_paying_is_confirmed_by_messages_in_the_wrong_order(anna, gateway):
    gateway.faults.change(Fault("webhooks.send", "hold"))
    order_by_card(anna)
    expect_gateway(anna, gateway)
    order = Order.objects.select_related("contact").get()
    gateway.pay(PaymentAttempt.objects.get().session_id)  # the guest pays in another tab, and closes it
    gateway.faults.change()
    gateway.deliver_webhooks(newest_first=True)

    process_messages(2)

    anna.goto(f"/orders/{order.ref}/{order.contact.guest_token}/")
    expect_paid(anna)
    assert charges_of(gateway, order) == [MARGHERITA]


@WITH_JAVASCRIPT
def test_a_guest_who_pays_when_the_hold_is_over_reads_that_the_payment_comes_back(anna, gateway):
    order_by_card(anna)
    expect_gateway(anna, gateway)
    order = Order.objects.select_related("contact").get()
    gateway.faults.change(Fault("checkout.sessions.*", "refuse", status=503))  # so that the session cannot be ended
    sweep(later=timedelta(minutes=25))
    gateway.faults.change()
    anna.get_by_role("button", name="Pay €12.99").click()
    expect(anna.locator("#tracker")).to_contain_text("This order was cancelled")

    sweep(later=EVERY_HOUR)

    anna.goto(f"/orders/{order.ref}/{order.contact.guest_token}/")
    expect(anna.get_by_role("main")).to_contain_text("€12.99 refunded")
    assert charges_of(gateway, order) == [MARGHERITA]
    assert [refund.amount for refund in gateway.ledger.refunds() if refund.reference == str(order.ref)] == [MARGHERITA]
    assert list(replay.differences()) == []
