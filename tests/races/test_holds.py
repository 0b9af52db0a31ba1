"""
The guest presses "Pay" on the gateway's page while the sweeper ends the order's hold.

The sweeper has the gateway end the session first, reads it again, and only then cancels the order. So whatever the
moment, the order is either confirmed and charged, or cancelled and not charged. If the session were not ended, a charge
could follow on a cancelled order, which nothing on the sweeper's way notices.

What really happened is read from the ledger of the stand-in for Stripe.
"""

from dataclasses import replace
from datetime import timedelta
from functools import partial

import pytest

from kitchen.models import Kitchen
from orders import replay
from orders.models import OrderStatus, RefundReason
from orders.payments.gateways.protocol import SessionState
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import AttemptState, PaymentAttempt, Refund
from orders.payments.selectors import page_url
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.alerts.models import Alert
from tests.length import by_length
from tests.orders.payments.payment_helpers import (
    AFTER_THE_HOLD,
    attempt_of,
    events_of,
    now,
    place_by_card,
    send_refunds,
    start,
    sweep,
    sync,
)
from tests.races.concurrency import all_at_once

pytestmark = pytest.mark.django_db(transaction=True)

ROUNDS = by_length(3, 60)
# Places on the sweeper's way, and how the order of a guest who pays just then ends.
MOMENTS = {
    "orders.claim_lookup.after_commit": OrderStatus.CONFIRMED,
    "payments.sync.expired": OrderStatus.CANCELLED,
    "payments.sync.read": OrderStatus.CANCELLED,
    "orders.settle_attempt.begun": OrderStatus.CANCELLED,
    "orders.settle_attempt.before_commit": OrderStatus.CANCELLED,
    "orders.settle_attempt.after_commit": OrderStatus.CANCELLED,
}


@pytest.fixture
def card_order(stripe):
    return place_by_card()


@pytest.fixture
def session_not_ended(monkeypatch):
    """Do not have the gateway end a session."""
    monkeypatch.setattr(StripeGateway, "expire", lambda *_arguments: None)


@pytest.fixture
def end_assumed(monkeypatch):
    """Take a session that is not paid for ended, as a shop would that trusts its own clock."""
    look_up = StripeGateway.look_up

    def look_up_and_assume(self, attempt):
        reading = look_up(self, attempt)
        return replace(reading, state=SessionState.EXPIRED) if reading.state == SessionState.OPEN else reading

    monkeypatch.setattr(StripeGateway, "look_up", look_up_and_assume)


def pay_during_the_sweep(stripe, order, moment):
    """End an order's hold by the sweeper, and pay as the guest when it has come to a failpoint."""
    pay = partial(stripe.pay, start(order))
    with failpoints.armed(moment, pay):
        sweep(order, later=AFTER_THE_HOLD)
    return now(order)


def kept_for(stripe, order):
    """Return what the gateway has charged for an order and not refunded, in minor units."""
    return stripe.ledger.captured(str(order.ref)) - stripe.ledger.refunded(str(order.ref))


@pytest.mark.parametrize(("moment", "status"), MOMENTS.items(), ids=MOMENTS)
def test_whenever_the_guest_pays_the_order_is_confirmed_and_charged_or_cancelled_and_not_charged(
    stripe, card_order, moment, status
):
    pay_during_the_sweep(stripe, card_order, moment)

    order = sync(card_order, later=AFTER_THE_HOLD)  # as the guest returns, or a message comes

    assert order.status == status
    charged = 1299 if status == OrderStatus.CONFIRMED else 0
    assert (stripe.ledger.captured(str(order.ref)), int(order.paid * 100)) == (charged, charged)
    assert not Refund.objects.exists()
    assert list(replay.differences()) == []


@pytest.mark.long
def test_paying_returning_and_the_end_of_the_hold_at_once_end_in_a_confirmed_order_or_in_no_charge(stripe):
    Kitchen.objects.update(max_concurrent_orders=20 + ROUNDS)  # none of them is cooked
    for _round in range(ROUNDS):
        order = place_by_card()
        session = start(order)
        all_at_once(
            [partial(stripe.pay, session), partial(sync, order), partial(sweep, order, later=AFTER_THE_HOLD)],
        )
        order = sync(order, later=AFTER_THE_HOLD)

        is_confirmed = order.status == OrderStatus.CONFIRMED
        assert order.status in (OrderStatus.CONFIRMED, OrderStatus.CANCELLED)
        assert kept_for(stripe, order) == int(order.paid * 100) == (1299 if is_confirmed else 0)
    assert list(replay.differences()) == []


@pytest.mark.usefixtures("session_not_ended")
def test_an_order_is_not_cancelled_as_long_as_the_gateway_does_not_say_that_its_session_has_ended(stripe, card_order):
    order = pay_during_the_sweep(stripe, card_order, "payments.sync.read")
    assert order.status == OrderStatus.PENDING

    order = sync(card_order, later=AFTER_THE_HOLD)

    assert (order.status, kept_for(stripe, order)) == (OrderStatus.CONFIRMED, 1299)


@pytest.mark.usefixtures("session_not_ended", "end_assumed")
def test_control_if_the_session_is_not_ended_a_cancelled_order_is_charged_and_the_sweeper_does_not_notice(
    stripe, card_order, client
):
    order = pay_during_the_sweep(stripe, card_order, "payments.sync.read")
    client.get(page_url("returned", order))
    sweep(order, later=2 * AFTER_THE_HOLD)

    assert (now(order).status, attempt_of(order).state) == (OrderStatus.CANCELLED, AttemptState.FAILED)
    assert (kept_for(stripe, order), now(order).paid) == (1299, 0)
    assert not PaymentAttempt.objects.due(clock.now() + timedelta(days=1)).exists()
    assert not Alert.objects.exists()


@pytest.mark.usefixtures("session_not_ended", "end_assumed")
def test_control_if_the_session_is_not_ended_the_charge_is_refunded_only_once_a_message_reports_it(stripe, card_order):
    pay_during_the_sweep(stripe, card_order, "payments.sync.read")

    order = send_refunds(sync(card_order))

    assert events_of(order)[-3:] == ["payment_captured", "refund_requested", "refunded"]
    assert Refund.objects.get().reason == RefundReason.LATE_PAYMENT
    assert stripe.ledger.captured(str(order.ref)) == stripe.ledger.refunded(str(order.ref)) == 1299
