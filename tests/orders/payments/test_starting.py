"""The start of a payment: one session at the gateway for an attempt, whatever is repeated or fails half-way."""

from datetime import timedelta

import pytest

from orders.exceptions import OrderNotFound
from orders.payments import services as payment_services
from orders.payments.exceptions import GatewayRefused, GatewayUnavailable, PaymentClosed, PaymentStarting
from orders.payments.gateways import stripe as gateway
from orders.payments.gateways.breaker import stripe_breaker
from orders.payments.gateways.stripe import SESSION_LIFETIME, StripeGateway
from orders.payments.models import PaymentAttempt
from orders.payments.selectors import return_urls
from orders.payments.services.starting import LEASE, claim_start
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.alerts.models import Alert
from tests import shop
from tests.orders.payments.payment_helpers import AFTER_THE_HOLD, attempt_of, pay, sessions_of, start, sync

pytestmark = pytest.mark.django_db

CREATE = "checkout.sessions.create"


def test_starting_again_gives_the_same_page_without_asking(stripe, card_order):
    session = start(card_order)
    stripe.faults.change(Fault("*", "refuse", status=500))

    assert start(card_order) == session


def test_the_gateway_is_told_the_order_the_amount_and_nothing_about_the_guest(stripe, card_order):
    session = start(card_order)

    known = gateway._client().v1.checkout.sessions.retrieve(session)
    assert (known.amount_total, known.currency) == (1299, "eur")
    assert known.client_reference_id == str(card_order.ref)
    assert known.metadata.to_dict() == {"order": str(card_order.ref), "attempt": str(attempt_of(card_order).ref)}
    assert "Anna" not in str(known)
    assert "anna@" not in str(known)


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(CREATE, "fail", status=500, times=1), id="it was made, and 500 answered"),
        pytest.param(Fault(CREATE, "fail", status=503, times=1), id="it was made, and 503 answered"),
        pytest.param(Fault(CREATE, "drop_after", times=2), id="it was made, and the connection lost"),
        pytest.param(Fault(CREATE, "drop_before", times=2), id="the connection was lost before"),
        pytest.param(Fault(CREATE, "refuse", status=500, times=2), id="500 answered before"),
        pytest.param(Fault(CREATE, "refuse", status=429, times=1), id="too many requests"),
    ],
)
def test_a_start_that_failed_is_repeated_and_there_is_one_session(stripe, card_order, fault):
    stripe.faults.change(fault)
    with pytest.raises(GatewayUnavailable):
        start(card_order)
    stripe_breaker.reset()

    session = start(card_order)

    assert sessions_of(card_order) == [session]
    stripe.pay(session)
    assert sync(card_order).paid == card_order.total


def test_a_gateway_that_hangs_is_given_up_after_some_seconds_and_not_asked_again_at_once(
    stripe, card_order, monkeypatch
):
    monkeypatch.setattr("orders.payments.gateways.stripe.TIMEOUT", (0.2, 0.2))
    gateway._client_for.cache_clear()
    stripe.faults.change(Fault(CREATE, "hang"))

    with pytest.raises(GatewayUnavailable):
        start(card_order)
    with pytest.raises(GatewayUnavailable, match="a moment ago"):
        start(card_order)
    gateway._client_for.cache_clear()
    stripe.faults.change()
    stripe_breaker.reset()
    assert sessions_of(card_order) == [start(card_order)]


def test_a_request_the_gateway_refuses_raises_an_alert(stripe, card_order, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_somebody_else"

    with pytest.raises(GatewayRefused):
        start(card_order)

    assert Alert.objects.get().kind == "payment_refused"
    assert settings.STRIPE_SECRET_KEY not in str(Alert.objects.values().get())


def test_while_one_request_asks_for_the_page_another_is_told_to_wait(card_order):
    claim_start(ref=card_order.ref, by=shop.with_link(card_order), at=clock.now())

    with pytest.raises(PaymentStarting):
        start(card_order)


def test_a_request_that_was_killed_blocks_the_page_only_until_its_lease_ends(stripe, card_order):
    claim_start(ref=card_order.ref, by=shop.with_link(card_order), at=clock.now())

    session = start(card_order, at=clock.now() + LEASE)

    assert sessions_of(card_order) == [session]


def test_a_payment_cannot_be_started_once_its_time_is_over(card_order):
    with pytest.raises(PaymentClosed):
        start(card_order, at=clock.now() + AFTER_THE_HOLD)


def test_a_payment_cannot_be_started_twice_once_it_is_paid(stripe, card_order):
    pay(stripe, card_order)
    sync(card_order)

    with pytest.raises(PaymentClosed):
        start(card_order)


def test_the_payment_of_somebody_elses_order_cannot_be_started(card_order, manager):
    for by in (GUEST, manager):
        with pytest.raises(OrderNotFound):
            payment_services.start_payment(ref=card_order.ref, by=by, at=clock.now())


def test_the_parameters_are_the_same_at_any_time(stripe, card_order):
    """Stripe refuses a known key with other parameters."""
    attempt = attempt_of(card_order)
    first = StripeGateway().start(attempt, urls=return_urls(card_order))
    again = StripeGateway().start(PaymentAttempt.objects.get(pk=attempt.pk), urls=return_urls(card_order))

    assert first == again


def test_the_session_lives_longer_than_the_hold_so_that_the_shop_ends_it(card_order):
    attempt = attempt_of(card_order)

    assert attempt.expires_at - attempt.created_at == timedelta(minutes=10) < SESSION_LIFETIME
