"""
Races about money, each with a control: the same race without the protection does harm.

What really happened is read from the ledger of the stand-in for Stripe.
"""

from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from kitchen.models import Kitchen
from orders import services as order_services
from orders.models import CancelReason, OrderStatus
from orders.models.order import OrderQuerySet
from orders.payments import services as payment_services
from orders.payments.exceptions import PaymentStarting
from orders.payments.gateways import stripe as gateway
from orders.payments.gateways.protocol import SessionState
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import PaymentAttempt, PaymentAttemptQuerySet, Refund, WebhookMessage
from orders.payments.services import starting
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.orders.payments.payment_helpers import (
    AFTER_THE_HOLD,
    attempt_of,
    confirmed_by_card,
    events_of,
    now,
    pay,
    place_by_card,
    send_refunds,
    start,
    sync,
)
from tests.orders.payments.test_webhooks import event_of, send
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock

pytestmark = pytest.mark.django_db(transaction=True)

BROWSERS = 8


@pytest.fixture
def card_order(stripe):
    return place_by_card()


@pytest.fixture
def paid_order(stripe):
    return confirmed_by_card(stripe)


def sessions_of(order):
    listed = gateway._client().v1.checkout.sessions.list(params={"limit": 100}).auto_paging_iter()
    return [session.id for session in listed if session.client_reference_id == str(order.ref)]


def start_or_wait(order):
    try:
        return start(order)
    except PaymentStarting:
        return ""


# --- Double start ---


def test_a_payment_that_many_browsers_start_at_once_has_one_session(card_order):
    all_at_once([partial(start_or_wait, card_order)] * BROWSERS)

    assert sessions_of(card_order) == [attempt_of(card_order).session_id]


def test_control_without_lease_and_key_each_browser_gets_a_session_of_its_own(card_order, monkeypatch):
    def lease(attempt, *, at):
        attempt.idempotency_key = uuid7()
        return False

    monkeypatch.setattr(starting, "_lease", lease)

    all_at_once([partial(start_or_wait, card_order)] * BROWSERS)

    assert len(sessions_of(card_order)) > 1


# --- The hold expires while the guest pays ---


def pay_while_it_expires(stripe, order):
    """Let the guest pay at the very moment at which the session is to be ended because the hold is over."""
    session = start(order)
    with failpoints.armed("payments.sync.expired", lambda: stripe.pay(session)):
        sync(order, later=AFTER_THE_HOLD)
    return now(order)


def test_a_session_that_is_ended_before_it_is_read_cannot_be_paid_afterwards(stripe, card_order):
    order = pay_while_it_expires(stripe, card_order)

    assert order.status == OrderStatus.CANCELLED
    assert stripe.ledger.captured(str(order.ref)) == 0


def test_control_a_session_that_is_read_and_not_ended_is_paid_after_the_order_was_cancelled(
    stripe, card_order, monkeypatch
):
    """The order is cancelled by what was read; the money comes a moment later, and is only returned afterwards."""
    session = start(card_order)
    payment_services.settle_attempt(
        ref=attempt_of(card_order).ref,
        reading=_as_if_ended(attempt_of(card_order)),
        by=shop.GUEST,
        at=clock.now() + AFTER_THE_HOLD,
    )
    stripe.pay(session)

    assert now(card_order).status == OrderStatus.CANCELLED
    assert stripe.ledger.captured(str(card_order.ref)) == 1299


def _as_if_ended(attempt):
    return replace(StripeGateway().look_up(attempt), state=SessionState.EXPIRED)


def test_paying_and_the_end_of_the_hold_at_once_end_in_a_confirmed_order_or_in_no_charge(stripe):
    for _ in range(5):
        order = place_by_card()
        session = start(order)
        all_at_once([partial(stripe.pay, session), partial(sync, order, later=AFTER_THE_HOLD)])
        order = send_refunds(sync(order, later=AFTER_THE_HOLD))

        kept = stripe.ledger.captured(str(order.ref)) - stripe.ledger.refunded(str(order.ref))
        assert (order.status, kept) in [(OrderStatus.CONFIRMED, 1299), (OrderStatus.CANCELLED, 0)]


# --- Settling at once: webhook, return page and sweeper ---


def read_at_once(order, monkeypatch):
    """Have many readers read the paid session before any of them settles it; return the order."""
    barrier = Barrier(BROWSERS)
    with failpoints.armed("payments.sync.read", partial(barrier.wait, timeout=THREAD_TIMEOUT)):
        all_at_once([partial(sync, order)] * BROWSERS)
    return now(order)


def test_a_payment_that_is_settled_by_many_at_once_is_recorded_once(stripe, card_order, monkeypatch):
    pay(stripe, card_order)

    order = read_at_once(card_order, monkeypatch)

    assert events_of(order) == ["placed", "payment_captured", "confirmed"]
    assert order.paid == order.total


def test_control_without_the_locks_many_settle_the_same_payment_and_get_in_each_others_way(
    stripe, card_order, monkeypatch
):
    pay(stripe, card_order)
    for rows in (OrderQuerySet, PaymentAttemptQuerySet):
        monkeypatch.setattr(rows, "for_update", without_lock)
    monkeypatch.setattr("orders.payments.services.settlement.lock_kitchen_of", _unlocked_kitchen)
    everybody_is_in = Barrier(BROWSERS)
    monkeypatch.setattr(
        "orders.payments.services.settlement.lock_order",
        lambda _ref: (everybody_is_in.wait(timeout=THREAD_TIMEOUT), now(card_order))[1],
    )

    with pytest.raises((IntegrityError, AssertionError)):  # one event number twice, or a ticket released twice
        read_at_once(card_order, monkeypatch)


def _unlocked_kitchen(ref):
    return Kitchen.objects.get(tickets__ref=ref)


def test_a_message_that_arrives_fifty_times_at_once_is_kept_and_processed_once(stripe, card_order, client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_of_today"]
    pay(stripe, card_order)
    body = event_of(card_order)

    responses = all_at_once([partial(send, client.__class__(), body, "whsec_of_today")] * 50)
    message = WebhookMessage.objects.get()
    all_at_once([partial(payment_services.process_message, message_id=message.pk, at=clock.now())] * BROWSERS)

    assert {response.status_code for response in responses} == {200}
    assert WebhookMessage.objects.get().attempts == 1
    assert events_of(card_order) == ["placed", "payment_captured", "confirmed"]


def test_control_without_the_unique_constraint_a_message_is_kept_more_than_once(stripe, card_order, client, settings):
    settings.STRIPE_WEBHOOK_SECRETS = ["whsec_of_today"]
    start(card_order)
    body = event_of(card_order)
    constraint = next(each for each in WebhookMessage._meta.constraints if each.name == "webhook_message_once")
    with connection.schema_editor() as schema:
        schema.remove_constraint(WebhookMessage, constraint)
    try:
        barrier = Barrier(BROWSERS)
        with failpoints.armed("orders.keep_message.before_commit", partial(barrier.wait, timeout=THREAD_TIMEOUT)):
            all_at_once([partial(send, client.__class__(), body, "whsec_of_today")] * BROWSERS)
        assert WebhookMessage.objects.count() > 1
    finally:
        WebhookMessage.objects.all().delete()
        with connection.schema_editor() as schema:
            schema.add_constraint(WebhookMessage, constraint)


# --- Refunds ---


def cancel(order):
    return order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=clock.now()
    )


def test_an_order_that_is_cancelled_by_many_at_once_is_refunded_once(stripe, paid_order):
    all_at_once([partial(cancel, paid_order)] * BROWSERS)
    refund = Refund.objects.get()

    all_at_once([partial(payment_services.sync_refund, refund_id=refund.pk, at=clock.now())] * BROWSERS)

    assert now(paid_order).refunded == paid_order.total
    assert [each.amount for each in stripe.ledger.refunds() if each.reference == str(paid_order.ref)] == [1299]
    assert StoredEvent.objects.filter(aggregate_ref=paid_order.ref, type="order.refunded.v1").count() == 1


def test_control_a_refund_that_is_asked_for_with_another_key_each_time_is_given_twice(stripe, paid_order, manager):
    """Half of it, as Stripe itself refuses to give back more than was paid."""
    cancel(paid_order)
    refund = Refund.objects.select_related("attempt").get()
    refund.amount = paid_order.total / 2

    def refund_anew():
        refund.idempotency_key = uuid7()
        return StripeGateway().refund(refund)

    for _ in range(2):
        refund_anew()

    assert len([each for each in stripe.ledger.refunds() if each.reference == str(paid_order.ref)]) == 2


def test_no_transaction_is_open_and_nothing_is_locked_while_the_gateway_is_asked(stripe, card_order, monkeypatch):
    seen = []
    for name in ("start", "look_up", "expire", "refund", "find_refund", "find_session"):
        real = getattr(StripeGateway, name)

        def asked(self, *args, real=real, name=name, **kwargs):
            seen.append((name, connection.in_atomic_block))
            return real(self, *args, **kwargs)

        monkeypatch.setattr(StripeGateway, name, asked)

    pay(stripe, card_order)
    sync(card_order)
    cancel(card_order)
    send_refunds(card_order)
    sync(other := place_by_card(), later=AFTER_THE_HOLD)
    start(third := place_by_card())
    sync(third, later=AFTER_THE_HOLD)

    assert {name for name, _ in seen} >= {"start", "look_up", "expire", "refund"}
    assert not any(is_open for _name, is_open in seen)
    assert now(other).status == OrderStatus.CANCELLED
    assert PaymentAttempt.objects.count() == 3
