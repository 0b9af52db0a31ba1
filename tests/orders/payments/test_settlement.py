"""Settlement: what the gateway knows of a payment is read, and the order follows."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
import stripe as stripe_sdk

from kitchen import services as kitchen_services
from kitchen.models import Ticket, TicketState
from menu.models import Pizza
from orders import presenters, replay
from orders import services as order_services
from orders.models import CancelReason, OrderStatus, PaymentFailure, PaymentStatus, RefundReason
from orders.payments import services as payment_services
from orders.payments.exceptions import GatewayRefused
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import AttemptState, PaymentAttempt, Receipt, Refund
from orders.payments.services.starting import claim_start
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from tests import shop
from tests.orders.payments.payment_helpers import (
    AFTER_THE_GRACE,
    AFTER_THE_HOLD,
    MINUTE,
    attempt_of,
    events_of,
    now,
    pay,
    place_by_card,
    send_refunds,
    sessions_of,
    start,
    sweep,
    sync,
)

pytestmark = pytest.mark.django_db


def ticket_state(order):
    return Ticket.objects.get(ref=order.ref).state


def cancel(order):
    order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=clock.now()
    )


def reading_of(order, **changed):
    attempt = attempt_of(order)
    reading = SessionReading("cs_1", SessionState.PAID, attempt.amount, attempt.currency, payment_id="pi_1")
    return replace(reading, **changed)


def settle(order, reading):
    payment_services.settle_attempt(ref=attempt_of(order).ref, reading=reading, by=SYSTEM, at=clock.now())
    return now(order)


def session_of_another_amount(stripe, order, amount, currency):
    """Make the gateway open a session for an order which the shop has not asked for; return its id."""
    client = stripe_sdk.StripeClient(stripe.api_key, base_addresses={"api": stripe.url})
    price = {"currency": currency, "unit_amount": amount, "product_data": {"name": "altered"}}
    session = client.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "https://pizza.example/",
            "client_reference_id": str(order.ref),
            "metadata": {"attempt": str(attempt_of(order).ref)},
        }
    )
    return session.id


def test_an_order_by_card_is_pending_and_holds_its_place_until_it_is_paid(card_order):
    assert events_of(card_order) == ["placed"]
    assert (card_order.status, card_order.payment_status) == (OrderStatus.PENDING, PaymentStatus.PENDING)
    assert ticket_state(card_order) == TicketState.HELD
    attempt = attempt_of(card_order)
    assert (attempt.state, attempt.amount, attempt.currency) == (AttemptState.OPEN, Decimal("12.99"), "EUR")


def test_a_paid_session_confirms_the_order_and_puts_its_ticket_into_the_queue(stripe, card_order):
    pay(stripe, card_order)

    order = sync(card_order)

    assert events_of(order) == ["placed", "payment_captured", "confirmed"]
    assert (order.status, order.payment_status, order.paid) == ("confirmed", "paid", order.total)
    assert ticket_state(order) == TicketState.WAITING
    assert attempt_of(order).state == AttemptState.PAID
    assert stripe.ledger.captured(str(order.ref)) == 1299
    assert presenters.payment_text(order) == "Paid by card"


def test_an_order_that_was_paid_by_card_is_handed_over_without_cash(stripe, card_order, chef):
    pay(stripe, card_order)
    order = shop.cooked(sync(card_order), by=chef)

    order_services.hand_over(ref=order.ref, by=chef, at=clock.now())

    assert now(order).paid == order.total
    assert not PaymentAttempt.objects.filter(gateway="cash").exists()
    assert list(replay.differences()) == []


def test_a_session_that_is_still_open_changes_nothing(card_order):
    start(card_order)

    assert sync(card_order).status == OrderStatus.PENDING
    assert events_of(card_order) == ["placed"]


def test_settling_twice_records_nothing_the_second_time(stripe, card_order):
    pay(stripe, card_order)
    sync(card_order)

    assert events_of(sync(card_order)) == ["placed", "payment_captured", "confirmed"]


def test_a_hold_that_runs_out_ends_the_session_and_cancels_the_order(stripe, card_order):
    session = start(card_order)

    order = sweep(card_order, later=AFTER_THE_HOLD)

    assert events_of(order) == ["placed", "payment_failed", "cancelled"]
    assert ticket_state(order) == TicketState.WITHDRAWN
    assert presenters.status_message(order) == "Payment failed: it was not paid in time."
    stripe.pay(session)  # shows that the session has expired
    assert stripe.ledger.captured(str(order.ref)) == 0


def test_an_order_whose_payment_was_never_started_is_cancelled_without_asking_the_gateway(card_order, stripe):
    stripe.faults.change(Fault("*", "refuse", status=500))

    assert sweep(card_order, later=AFTER_THE_HOLD).status == OrderStatus.CANCELLED


@pytest.mark.parametrize(
    ("decline_code", "failure"),
    [("generic_decline", PaymentFailure.CARD_DECLINED), ("insufficient_funds", PaymentFailure.INSUFFICIENT_FUNDS)],
)
def test_an_order_whose_card_was_declined_says_so_once_its_time_is_over(stripe, card_order, decline_code, failure):
    stripe.decline(start(card_order), decline_code)
    assert sync(card_order).status == OrderStatus.PENDING

    order = sweep(card_order, later=AFTER_THE_HOLD)

    assert order.payment_failure == failure
    assert str(failure.label) in presenters.status_message(order)


def test_an_abandoned_confirmation_at_the_bank_is_told_as_such(stripe, card_order):
    stripe.abandon(start(card_order))

    assert sweep(card_order, later=AFTER_THE_HOLD).payment_failure == PaymentFailure.NOT_AUTHENTICATED


def test_an_order_that_was_paid_in_the_last_second_is_confirmed_although_its_hold_is_over(stripe, card_order):
    pay(stripe, card_order)

    assert sweep(card_order, later=AFTER_THE_HOLD).status == OrderStatus.CONFIRMED


def test_a_payment_after_a_cancel_is_refunded_at_once_with_an_alert(stripe, card_order):
    pay(stripe, card_order)
    cancel(card_order)

    order = sync(card_order)

    assert events_of(order) == ["placed", "cancelled", "payment_captured", "refund_requested"]
    assert Refund.objects.get().reason == RefundReason.LATE_PAYMENT
    assert Alert.objects.get().kind == "payment_returned"
    assert send_refunds(order).payment_status == PaymentStatus.REFUNDED
    assert stripe.ledger.refunded(str(order.ref)) == 1299
    assert list(replay.differences()) == []


def test_cancelling_an_unpaid_order_ends_its_session(stripe, card_order):
    session = start(card_order)
    cancel(card_order)

    sweep(card_order, later=MINUTE)

    stripe.pay(session)
    assert stripe.ledger.captured(str(card_order.ref)) == 0
    assert attempt_of(card_order).state == AttemptState.FAILED


@pytest.mark.parametrize(
    "changed", [{"amount": Decimal("0.01")}, {"amount": Decimal("99.00")}, {"currency": "USD"}], ids=str
)
def test_another_amount_or_currency_than_the_orders_is_returned_and_confirms_nothing(card_order, changed):
    order = settle(card_order, reading_of(card_order, **changed))

    assert order.status == OrderStatus.CANCELLED
    assert order.payment_failure == PaymentFailure.WRONG_AMOUNT
    assert order.refund_requested == order.paid == attempt_of(order).captured
    assert Refund.objects.get().reason == RefundReason.WRONG_AMOUNT
    assert Alert.objects.get().kind == "payment_returned"


@pytest.mark.parametrize(
    ("amount", "currency"), [(50, "eur"), (1298, "eur"), (9900, "eur"), (1299, "usd"), (1299, "jpy")], ids=str
)
def test_a_session_of_another_amount_or_currency_is_refunded_as_it_was_paid_and_confirms_nothing(
    stripe, card_order, amount, currency
):
    session = session_of_another_amount(stripe, card_order, amount, currency)
    PaymentAttempt.objects.update(session_id=session, asked_at=clock.now())
    stripe.pay(session)

    order = send_refunds(sync(card_order))

    assert (order.status, order.payment_failure) == (OrderStatus.CANCELLED, PaymentFailure.WRONG_AMOUNT)
    assert order.payment_status == PaymentStatus.REFUNDED
    assert ticket_state(order) == TicketState.WITHDRAWN
    moved = [*stripe.ledger.charges(), *stripe.ledger.refunds()]
    assert [(each.amount, each.currency) for each in moved if each.reference == str(order.ref)] == [
        (amount, currency)
    ] * 2
    assert Alert.objects.get().kind == "payment_returned"
    assert not Receipt.objects.exists()
    assert list(replay.differences()) == []


def test_an_attempt_whose_row_was_altered_confirms_nothing(stripe, card_order):
    pay(stripe, card_order)
    PaymentAttempt.objects.update(amount=Decimal("0.01"))

    order = send_refunds(sync(card_order))

    assert (order.status, order.payment_status) == (OrderStatus.CANCELLED, PaymentStatus.REFUNDED)
    assert stripe.ledger.refunded(str(order.ref)) == 1299


def test_a_payment_that_the_gateway_reports_after_it_had_failed_is_returned(card_order):
    settle(card_order, reading_of(card_order, state=SessionState.EXPIRED, payment_id=""))

    order = settle(card_order, reading_of(card_order))

    assert events_of(order)[-2:] == ["payment_captured", "refund_requested"]
    assert Refund.objects.get().reason == RefundReason.LATE_PAYMENT


def test_a_payment_that_no_message_has_reported_is_found_by_the_sweeper(stripe, card_order):
    pay(stripe, card_order)
    assert sweep(card_order).status == OrderStatus.PENDING, "not due yet"

    assert sweep(card_order, later=MINUTE).status == OrderStatus.CONFIRMED


def test_a_gateway_that_cannot_be_asked_is_asked_again_later_and_later(stripe, card_order):
    start(card_order)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=503))

    assert sweep(card_order, later=AFTER_THE_HOLD).status == OrderStatus.PENDING

    attempt = attempt_of(card_order)
    assert (attempt.state, attempt.lookups) == (AttemptState.OPEN, 1)
    assert attempt.due_at > clock.now() + AFTER_THE_HOLD


def test_an_order_does_not_wait_for_ever_for_a_gateway_that_cannot_be_asked(stripe, card_order):
    pay(stripe, card_order)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=503))
    assert sweep(card_order, later=AFTER_THE_GRACE).status == OrderStatus.CANCELLED

    stripe.faults.change()
    order = sweep(card_order, later=2 * AFTER_THE_GRACE)

    assert send_refunds(order, later=2 * AFTER_THE_GRACE).payment_status == PaymentStatus.REFUNDED
    assert stripe.ledger.refunded(str(order.ref)) == stripe.ledger.captured(str(order.ref)) == 1299


def test_a_session_that_was_asked_for_but_not_recorded_is_found_and_ended(stripe, card_order, monkeypatch):
    monkeypatch.setattr("orders.payments.services.starting.record_session", lambda **_: attempt_of(card_order))
    start(card_order)
    monkeypatch.undo()
    assert attempt_of(card_order).session_id == ""

    order = sync(card_order, later=AFTER_THE_HOLD)

    assert order.status == OrderStatus.CANCELLED
    session = attempt_of(card_order).session_id
    assert StripeGateway().look_up(attempt_of(card_order)).state == SessionState.EXPIRED
    stripe.pay(session)
    assert stripe.ledger.captured(str(order.ref)) == 0


def test_a_session_that_was_asked_for_but_never_made_ends_the_order_with_its_hold(stripe, card_order):
    claim_start(ref=card_order.ref, by=shop.with_link(card_order), at=clock.now())

    order = sync(card_order, later=AFTER_THE_HOLD)

    assert (order.status, order.payment_failure) == (OrderStatus.CANCELLED, "expired")
    assert sessions_of(card_order) == []


def test_a_start_that_the_gateway_refuses_ends_the_order_with_its_hold(stripe, card_order):
    stripe.faults.change(Fault("checkout.sessions.create", "refuse", status=400))
    with pytest.raises(GatewayRefused):
        start(card_order)

    assert sweep(card_order, later=AFTER_THE_HOLD).status == OrderStatus.CANCELLED


def test_a_gateway_that_cannot_be_asked_is_asked_again_when_the_hold_ends_at_the_latest(stripe, card_order):
    start(card_order)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=503))
    PaymentAttempt.objects.update(lookups=20)

    sweep(card_order, later=10 * MINUTE - timedelta(seconds=5))

    assert attempt_of(card_order).due_at == attempt_of(card_order).expires_at


def test_cancelling_a_paid_order_requests_the_refund_in_the_same_transaction(stripe, card_order, manager):
    pay(stripe, card_order)
    sync(card_order)

    order_services.cancel_order(ref=card_order.ref, reason=CancelReason.SOLD_OUT, by=manager, at=clock.now())

    assert events_of(card_order)[-2:] == ["cancelled", "refund_requested"]
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.requested_by) == (card_order.total, "requested", str(manager))
    assert attempt_of(card_order).refund_requested == card_order.total


def test_a_held_ticket_is_no_work_for_the_kitchen_and_counts_towards_its_load(card_order, chef):
    with pytest.raises(kitchen_services.TicketStateConflict):
        kitchen_services.start_cooking(ref=card_order.ref, by=chef, at=clock.now())

    assert ticket_state(card_order) == TicketState.HELD


def test_an_order_that_costs_nothing_is_confirmed_whatever_the_method(stripe):
    """Its price is set to zero, as a coupon would do it."""
    Pizza.objects.update(base_price=Decimal("0.00"))

    assert place_by_card().status == OrderStatus.CONFIRMED
    assert not PaymentAttempt.objects.exists()
