"""Tasks of payments: what is due is queued on their own queue, at once or by the sweep, and done by its task."""

import pytest

from orders import services as order_services
from orders.models import CancelReason, OrderStatus, PaymentStatus
from orders.payments import services as payment_services
from orders.payments import tasks
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.models import PaymentAttempt, ReceiptPdf, Refund, WebhookMessage
from pizzeria.celery import app
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from tests import shop
from tests.orders.payments.payment_helpers import AFTER_THE_HOLD, MINUTE, attempt_of, now, pay, place_by_card, start
from tests.orders.queued_tasks import messages_in

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture(autouse=True)
def _cards(settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"  # so that cards are offered; nothing is asked


def paid_order(*, at):
    """Return an order that was paid by card."""
    order = place_by_card(at=at)
    attempt = attempt_of(order)
    reading = SessionReading(
        f"cs_{order.pk}", SessionState.PAID, attempt.amount, attempt.currency, payment_id=f"pi_{order.pk}"
    )
    payment_services.settle_attempt(ref=attempt.ref, reading=reading, by=SYSTEM, at=at)
    return now(order)


def cancel(order, *, at):
    order_services.cancel_order(ref=order.ref, reason=CancelReason.SOLD_OUT, by=SYSTEM, at=at)
    return Refund.objects.get(attempt__order=order)


def paid_in_cash(*, at):
    """Return the payment of an order that was handed over and paid in cash."""
    order = shop.cooked(shop.place(at=at), by=SYSTEM, at=at)
    order_services.hand_over(ref=order.ref, by=SYSTEM, at=at)
    return PaymentAttempt.objects.get(order=order)


def message(number, *, at):
    return WebhookMessage.objects.create(
        gateway="stripe", event_id=f"evt_{number}", type="charge.refunded", received_at=at, due_at=at
    )


def tasks_in(broker, queue="payments"):
    """Return the names and arguments of the tasks in a queue, oldest first."""
    return [(headers["task"].rpartition(".")[2], *arguments) for headers, arguments in messages_in(broker, queue)]


def carry_out(broker):
    """Do what a worker does with the tasks in the queue of payments, and empty it."""
    waiting = list(messages_in(broker, "payments"))
    broker.delete("payments")
    for headers, arguments in waiting:
        app.tasks[headers["task"]](*arguments)


def test_a_sweep_queues_everything_that_is_due_on_the_queue_of_payments_refunds_first(broker):
    earlier = clock.now() - AFTER_THE_HOLD
    unpaid, cash = place_by_card(at=earlier), paid_in_cash(at=earlier)
    refund = cancel(paid_order(at=earlier), at=earlier)
    reported = message(1, at=earlier)
    place_by_card()  # its hold has just begun
    paid_in_cash(at=clock.database_now())  # and this may still be undone

    tasks.sweep()

    assert tasks_in(broker) == [
        ("sync_refund", refund.pk),
        ("process_message", reported.pk),
        ("sync_attempt", attempt_of(unpaid).pk),
        ("issue_receipt", cash.pk),
        ("make_pdf", ReceiptPdf.objects.get().pk),
    ]
    assert not {name for name, *_arguments in tasks_in(broker, "celery")} & {"sync_refund", "sync_attempt"}


def test_a_sweep_queues_what_was_due_first_up_to_a_number(broker, monkeypatch):
    monkeypatch.setattr(tasks, "BATCH_SIZE", 2)
    newest, oldest, middle = (message(minutes, at=clock.now() - minutes * MINUTE) for minutes in (1, 3, 2))

    tasks.sweep()

    assert newest.due_at > middle.due_at
    assert tasks_in(broker) == [("process_message", oldest.pk), ("process_message", middle.pk)]


def test_what_a_worker_has_claimed_is_not_queued_by_a_sweep_until_its_lease_ends(broker):
    at = clock.now()
    refund = cancel(paid_order(at=at), at=at)
    Refund.objects.filter(pk=refund.pk).update(due_at=at + MINUTE)

    tasks.sweep()

    assert "sync_refund" not in [name for name, *_arguments in tasks_in(broker)]


def test_a_task_that_a_sweep_queues_expires_when_the_next_sweep_queues_it_again_and_one_of_an_event_does_not(broker):
    order = paid_order(at=clock.now() - MINUTE)
    cancel(order, at=clock.now() - MINUTE)

    tasks.queue_order(str(order.ref))
    tasks.sweep()

    expiries = [headers["expires"] for headers, _arguments in messages_in(broker, "payments")]
    assert [expiry is not None for expiry in expiries] == [False, False, True, True]
    assert app.conf.beat_schedule["sweep-payments"]["schedule"] == tasks.SECONDS_BETWEEN_SWEEPS


def test_a_cancelled_order_has_its_refund_queued_by_the_relay_and_nothing_of_another_order(broker):
    at = clock.now()
    cancelled, other = paid_order(at=at), paid_order(at=at)
    cancel(other, at=at)
    refund = cancel(cancelled, at=at)

    relay_due(now=clock.now, aggregate_refs=[cancelled.ref])

    pdf = ReceiptPdf.objects.get(receipt__order=cancelled)
    assert set(tasks_in(broker)) == {("sync_refund", refund.pk), ("make_pdf", pdf.pk)}


def test_a_cancelled_order_that_is_not_paid_has_its_session_looked_at_at_once(broker):
    order = place_by_card()
    order_services.cancel_order(ref=order.ref, reason=CancelReason.SOLD_OUT, by=SYSTEM, at=clock.now())

    relay_due(now=clock.now, aggregate_refs=[order.ref])

    assert tasks_in(broker) == [("sync_attempt", attempt_of(order).pk)]


@pytest.mark.usefixtures("broker_gone")
def test_without_a_broker_events_are_relayed_and_what_is_due_waits_for_the_next_sweep():
    refund = cancel(paid_order(at=clock.now()), at=clock.now())
    shop.place(at=clock.now())  # whose events come after those of the refund

    relay_due(now=clock.now)
    tasks.sweep()

    assert not OutboxEntry.objects.filter(relayed_at=None).exists()
    assert Refund.objects.due(clock.now()).get() == refund


def test_the_next_sweep_queues_a_refund_again_after_the_broker_was_emptied(broker):
    order = paid_order(at=clock.now())
    refund = cancel(order, at=clock.now())
    tasks.queue_order(str(order.ref))
    broker.flushall()

    tasks.sweep()

    assert ("sync_refund", refund.pk) in tasks_in(broker)


def test_what_a_sweep_has_queued_a_worker_does(stripe, broker):
    paid, given_up = place_by_card(), place_by_card(at=clock.now() - AFTER_THE_HOLD)
    pay(stripe, paid)
    PaymentAttempt.objects.filter(order=paid).update(due_at=clock.now())

    tasks.sweep()
    carry_out(broker)
    assert [now(order).status for order in (paid, given_up)] == [OrderStatus.CONFIRMED, OrderStatus.CANCELLED]
    cancel(now(paid), at=clock.now())
    tasks.sweep()
    carry_out(broker)

    assert now(paid).payment_status == PaymentStatus.REFUNDED
    assert stripe.ledger.refunded(str(paid.ref)) == 1299


@pytest.mark.parametrize("task", [tasks.sync_attempt, tasks.sync_refund, tasks.process_message, tasks.make_pdf])
def test_a_task_for_an_unknown_row_does_nothing(db, task):
    task(2**31)


def test_a_task_that_comes_twice_asks_the_gateway_once(stripe):
    order = place_by_card()
    start(order)
    PaymentAttempt.objects.filter(order=order).update(due_at=clock.now())

    tasks.sync_attempt(attempt_of(order).pk)
    stripe.faults.change(Fault("*", "refuse", status=500))
    tasks.sync_attempt(attempt_of(order).pk)

    assert attempt_of(order).error == ""
