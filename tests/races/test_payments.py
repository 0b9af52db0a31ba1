"""
Races about a payment, each with a control: the same race without the protection does harm.

A payment that several settle at once is recorded once because kitchen, order and attempt are locked. Without the locks
all but one are stopped, with an error: by the ticket, which is released already, then by the order's numbering of its
events. Without these two as well each of them records the charge.

What really happened is read from the ledger of the stand-in for Stripe. `test_holds` and `test_refunds` have the races
against the end of a hold, and those of refunds.
"""

from functools import partial
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from kitchen import services as kitchen_services
from kitchen.models import KitchenQuerySet
from kitchen.promises import Promise
from orders import replay
from orders import services as order_services
from orders.models import CancelReason, OrderStatus
from orders.models.order import OrderQuerySet
from orders.payments import services as payment_services
from orders.payments.exceptions import PaymentStarting
from orders.payments.gateways import stripe as gateway
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import PaymentAttempt, PaymentAttemptQuerySet, Receipt, WebhookMessage
from orders.payments.services import settlement, starting
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.orders.payments.payment_helpers import (
    AFTER_THE_HOLD,
    attempt_of,
    events_of,
    now,
    pay,
    place_by_card,
    send_refunds,
    start,
    sync,
)
from tests.orders.payments.test_webhooks import event_of, send
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_constraint, without_lock

pytestmark = pytest.mark.django_db(transaction=True)

SETTLERS = 3  # webhook, return page and sweeper
BROWSERS = 8


@pytest.fixture
def card_order(stripe):
    return place_by_card()


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


# --- Settling at once: webhook, return page and sweeper ---


@pytest.fixture
def all_have_read(monkeypatch):
    """Take out the locks, and make all who settle a payment wait for each other after reading and before writing."""
    for rows in (KitchenQuerySet, OrderQuerySet, PaymentAttemptQuerySet):
        monkeypatch.setattr(rows, "for_update", without_lock)
    barrier, settle_payment = Barrier(SETTLERS), settlement._settle_payment

    def settle_after_all_have_read(*arguments, **more):
        barrier.wait(timeout=THREAD_TIMEOUT)
        settle_payment(*arguments, **more)

    monkeypatch.setattr(settlement, "_settle_payment", settle_after_all_have_read)


@pytest.fixture
def tickets_unchecked(monkeypatch):
    """Make the kitchen release a ticket whatever its state."""

    def release_unchecked(*, kitchen, ref, **_more):
        due_at = kitchen.tickets.get(ref=ref).due_at
        return Promise(due_at, due_at)

    monkeypatch.setattr(kitchen_services, "release_hold", release_unchecked)


@pytest.fixture
def numbers_unchecked():
    """Allow an order several events with the same number."""
    with without_constraint(StoredEvent, "event_once_per_seq"):
        yield


def settle_at_once(order):
    """Read the paid session several times before it is settled once; return the order as it is then."""
    barrier = Barrier(SETTLERS)
    with failpoints.armed("payments.sync.read", partial(barrier.wait, timeout=THREAD_TIMEOUT)):
        all_at_once([partial(sync, order)] * SETTLERS)
    return now(order)


def test_a_payment_that_is_settled_by_many_at_once_is_recorded_once(stripe, card_order):
    pay(stripe, card_order)

    order = settle_at_once(card_order)

    assert events_of(order) == ["placed", "payment_captured", "confirmed"]
    assert order.paid == order.total
    assert Receipt.objects.filter(order=order).count() == 1


@pytest.mark.usefixtures("all_have_read")
def test_control_without_the_locks_the_released_ticket_stops_all_but_one_with_an_error(stripe, card_order):
    pay(stripe, card_order)

    with pytest.raises(AssertionError, match="the order is being paid"):
        settle_at_once(card_order)

    assert events_of(card_order) == ["placed", "payment_captured", "confirmed"]


@pytest.mark.usefixtures("all_have_read", "tickets_unchecked")
def test_control_without_locks_and_ticket_the_numbers_of_the_events_stop_all_but_one_with_an_error(stripe, card_order):
    pay(stripe, card_order)

    with pytest.raises(IntegrityError, match="event_once_per_seq"):
        settle_at_once(card_order)

    assert events_of(card_order) == ["placed", "payment_captured", "confirmed"]


@pytest.mark.usefixtures("all_have_read", "tickets_unchecked", "numbers_unchecked")
def test_control_without_locks_ticket_and_numbers_one_charge_is_recorded_by_everybody_who_settles_it(
    stripe, card_order
):
    """The order's row has it once, as each writes what it has read; its events have it several times."""
    pay(stripe, card_order)

    order = settle_at_once(card_order)

    assert stripe.ledger.captured(str(order.ref)) == 1299
    assert events_of(order).count("payment_captured") == SETTLERS
    rebuilt = replay.rebuild(order.ref, StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq", "pk"))
    assert rebuilt.order.paid == SETTLERS * order.total
    assert list(replay.differences()) != []


# --- Messages ---


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
    barrier = partial(Barrier(BROWSERS).wait, timeout=THREAD_TIMEOUT)

    with without_constraint(WebhookMessage, "webhook_message_once"):
        with failpoints.armed("orders.keep_message.before_commit", barrier):
            all_at_once([partial(send, client.__class__(), body, "whsec_of_today")] * BROWSERS)
        assert WebhookMessage.objects.count() == BROWSERS


# --- Locks ---


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
    order_services.cancel_order(
        ref=card_order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(card_order), at=clock.now()
    )
    send_refunds(card_order)
    sync(other := place_by_card(), later=AFTER_THE_HOLD)
    start(third := place_by_card())
    sync(third, later=AFTER_THE_HOLD)

    assert {name for name, _ in seen} >= {"start", "look_up", "expire", "refund"}
    assert not any(is_open for _name, is_open in seen)
    assert now(other).status == OrderStatus.CANCELLED
    assert PaymentAttempt.objects.count() == 3
