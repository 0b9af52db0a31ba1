"""Refunds of a part of an order: by a manager, above the limit by two, and never twice."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction

from orders import presenters, replay
from orders import services as order_services
from orders.events import OrderRefundRequested
from orders.exceptions import OrderNotFound
from orders.models import CancelReason, Order, PaymentStatus, RefundReason
from orders.notifications.messages import message_for
from orders.payments import services as payment_services
from orders.payments.models import (
    PaymentAttempt,
    Refund,
    RefundRequest,
    RefundRequestReason,
    RefundRequestState,
    RefundState,
)
from orders.payments.refundable import NotRefundable, RefundChoice, refundable_of
from orders.payments.services.refund_requests import (
    NothingToRefund,
    RefundAmountChanged,
    RefundRequestDecided,
    SecondManagerRequired,
)
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.idempotency.keys import IdempotentRequest, KeyReused
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.foundation.step_up import ReauthenticationRequired
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.orders.notifications.notification_helpers import create_notifications
from tests.orders.payments.refund_helpers import COLA, PIZZA, now, paid_by_card, paid_in_cash, request
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

LATER = FRIDAY_NIGHT + timedelta(minutes=5)


@pytest.fixture
def marta(db):
    return shop.hire(MANAGER, first_name="Marta")


@pytest.fixture
def mario(db):
    return shop.hire(MANAGER, first_name="Mario")


@pytest.fixture
def order():
    """Return an order of two Margheritas and two colas, 32.38 in cash."""
    return paid_in_cash()


@pytest.fixture
def small_limit(change_shop):
    change_shop(refund_limit=Decimal("10.00"))


@pytest.fixture
def waiting(order, marta, small_limit):
    """Return a request of 12.99 that waits for a second manager."""
    return request(order, {PIZZA: 1}, by=marta)


def last_event(order):
    return domain_events.load(StoredEvent.objects.filter(aggregate_ref=order.ref).latest("seq"))


def send(refund_request):
    """Send the refund of a request, as the worker does."""
    payment_services.sync_refund(refund_id=Refund.objects.get(ref=refund_request.ref).pk, at=LATER)


# --- By one manager ---


def test_a_manager_refunds_a_cola_and_the_refund_is_due_at_once(order, marta):
    refund_request = request(order, {COLA: 1}, by=marta, note="Forgotten in the fridge.")

    assert (refund_request.amount, refund_request.state) == (Decimal("3.20"), RefundRequestState.APPROVED)
    assert refund_request.requested_by_id == refund_request.decided_by_id == marta.user_id
    assert last_event(order) == OrderRefundRequested(
        refund=refund_request.ref, amount=Decimal("3.20"), reason=RefundReason.GOODWILL
    )
    refund = Refund.objects.get()
    assert (refund.ref, refund.amount, refund.state) == (refund_request.ref, Decimal("3.20"), RefundState.REQUESTED)


@pytest.mark.usefixtures("message_sinks")
def test_the_guest_reads_what_was_refunded_and_is_notified_of_it(order, marta):
    send(request(order, {COLA: 1}, by=marta))

    assert now(order).payment_status == PaymentStatus.PARTLY_REFUNDED
    assert presenters.payment_text(now(order)) == "€3.20 refunded"
    [email] = create_notifications(order, "order.refund_requested.v1", "order.refunded.v1", at=LATER)
    assert (email.kind, email.channel) == ("refunded", "email")
    assert "We refund €3.20 of order #1. It was paid in cash, and you get it back in cash." in message_for(email).text


def test_an_order_that_is_refunded_piece_by_piece_is_refunded_to_the_cent(order, marta, change_shop):
    change_shop(refund_limit=Decimal(0))
    for quantities in ({COLA: 1}, {PIZZA: 1}, {COLA: 1, PIZZA: 1}):
        send(request(order, quantities, by=marta))

    assert (now(order).refunded, now(order).payment_status) == (order.total, PaymentStatus.REFUNDED)
    with pytest.raises(NothingToRefund, match="refunded already"):
        request(order, {COLA: 1}, by=marta, amount="3.20")


def test_a_unit_that_is_refunded_is_not_refundable_again(order, marta):
    request(order, {COLA: 2}, by=marta)

    with pytest.raises(NotRefundable, match="0 of them can still be refunded") as refused:
        request(order, {COLA: 1}, by=marta, amount="3.20")

    assert refused.value.field == "line_1"
    assert Refund.objects.count() == 1


def test_an_amount_that_the_manager_has_not_seen_is_refused(order, marta):
    with pytest.raises(RefundAmountChanged, match=r"€3\.20"):
        request(order, {COLA: 1}, by=marta, amount="3.21")

    assert not RefundRequest.objects.exists()


def test_an_order_that_is_not_paid_cannot_be_refunded(placed_order, marta):
    with pytest.raises(NothingToRefund, match="is not paid"):
        request(placed_order, {PIZZA: 1}, by=marta, amount="12.99")


def test_only_a_manager_with_a_recent_sign_in_refunds(order, marta):
    with pytest.raises(NotAllowed):
        request(order, {COLA: 1}, by=shop.hire(KITCHEN))
    with pytest.raises(ReauthenticationRequired):
        request(order, {COLA: 1}, by=marta, at=FRIDAY_NIGHT + timedelta(minutes=11))
    with pytest.raises(OrderNotFound):
        payment_services.request_refund(
            ref=uuid7(),
            order=uuid7(),
            choice=RefundChoice({COLA: 1}),
            shown_amount=Decimal("3.20"),
            reason=RefundRequestReason.LATE,
            by=marta,
            at=FRIDAY_NIGHT,
        )

    assert not RefundRequest.objects.exists()


def test_the_same_form_sent_twice_refunds_once_and_another_one_with_its_key_is_refused(order, marta):
    key = uuid7()

    def send_form(quantity):
        identity = IdempotentRequest.of(principal="marta", key=key, data={"quantity": quantity})
        return request(order, {COLA: quantity}, by=marta, idempotency=identity, amount="3.20")

    first = send_form(1)

    assert send_form(1) == first
    with pytest.raises(KeyReused):
        send_form(2)
    assert (Refund.objects.count(), now(order).refund_requested) == (1, Decimal("3.20"))


# --- By two managers ---


def test_above_the_limit_nothing_is_refunded_before_a_second_manager_approves(order, waiting, mario):
    assert (waiting.state, now(order).refund_requested) == (RefundRequestState.WAITING, 0)
    assert str(Alert.objects.get()) == f"A refund of €12.99 for order {order} waits for a second manager."

    approved = payment_services.approve_refund(ref=waiting.ref, by=mario, at=LATER)

    assert (approved.state, approved.decided_by_id, approved.decided_at) == ("approved", mario.user_id, LATER)
    assert now(order).refund_requested == Decimal("12.99")
    send(waiting)
    assert now(order).refunded == Decimal("12.99")


def test_the_manager_who_has_requested_a_refund_cannot_approve_it(waiting, marta):
    with pytest.raises(SecondManagerRequired):
        payment_services.approve_refund(ref=waiting.ref, by=marta, at=LATER)
    with pytest.raises(SecondManagerRequired):
        payment_services.approve_refund(ref=waiting.ref, by=SYSTEM, at=LATER)

    assert not Refund.objects.exists()


def test_the_database_refuses_an_approval_by_the_one_who_has_requested_it(waiting, marta):
    for decided_by in (marta.user_id, None):
        with pytest.raises(IntegrityError, match="refund_request_two_managers"), transaction.atomic():
            RefundRequest.objects.update(state="approved", decided_by=decided_by, decided_at=LATER)


def test_the_database_refuses_a_request_of_nothing_and_a_decision_without_its_time(waiting):
    with pytest.raises(IntegrityError, match="refund_request_of_something"), transaction.atomic():
        RefundRequest.objects.update(amount=0)
    with pytest.raises(IntegrityError, match="refund_request_decided_or_waiting"), transaction.atomic():
        RefundRequest.objects.update(state="declined")


def test_only_a_manager_with_a_recent_sign_in_decides(waiting, mario):
    cook = shop.hire(KITCHEN)
    for decide in (payment_services.approve_refund, payment_services.decline_refund):
        with pytest.raises(NotAllowed):
            decide(ref=waiting.ref, by=cook, at=LATER)
        with pytest.raises(ReauthenticationRequired):
            decide(ref=waiting.ref, by=mario, at=FRIDAY_NIGHT + timedelta(minutes=11))


def test_a_unit_of_a_request_that_waits_is_not_refundable_and_of_a_declined_one_it_is(order, waiting, marta):
    assert [len(line.units) for line in refundable_of(now(order)).lines] == [1, 2]
    assert refundable_of(now(order)).left == order.total - waiting.amount

    payment_services.decline_refund(ref=waiting.ref, by=marta, at=LATER)

    assert [len(line.units) for line in refundable_of(now(order)).lines] == [2, 2]
    assert refundable_of(now(order)).left == order.total


@pytest.mark.parametrize("decide", [payment_services.approve_refund, payment_services.decline_refund])
def test_what_is_decided_is_not_decided_again(waiting, mario, decide):
    decide(ref=waiting.ref, by=mario, at=LATER)

    for again in (payment_services.approve_refund, payment_services.decline_refund):
        with pytest.raises(RefundRequestDecided):
            again(ref=waiting.ref, by=mario, at=LATER)
    assert Refund.objects.count() <= 1


def test_small_refunds_of_one_order_count_together_towards_the_limit(order, marta, small_limit):
    states = [request(order, {COLA: 1}, by=marta).state for _ in range(2)]
    other = paid_in_cash()

    assert states == ["approved", "approved"]  # 6.40
    assert request(order, {PIZZA: 1}, by=marta).state == "waiting"
    assert request(other, {COLA: 1}, by=marta).state == "approved"


def test_a_limit_of_zero_lets_one_manager_refund_any_amount(order, marta, change_shop):
    change_shop(refund_limit=Decimal(0))

    assert request(order, {PIZZA: 2, COLA: 2}, by=marta).state == RefundRequestState.APPROVED


# --- What happens to the order meanwhile ---


def cancel(order):
    order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=LATER)


def test_a_request_that_waits_is_declined_by_itself_when_its_order_is_cancelled(settings, small_limit, marta, mario):
    order = paid_by_card(settings)
    waiting = request(order, {PIZZA: 1}, by=marta)

    cancel(order)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.decided_by_id, waiting.decided_at) == ("declined", None, LATER)
    assert now(order).refund_requested == order.total
    with pytest.raises(RefundRequestDecided):
        payment_services.approve_refund(ref=waiting.ref, by=mario, at=LATER)
    with pytest.raises(NothingToRefund):
        request(order, {PIZZA: 1}, by=marta, amount="12.99")


def test_cancelling_after_a_refund_refunds_the_rest(settings, marta):
    order = paid_by_card(settings)
    request(order, {COLA: 1}, by=marta)

    cancel(order)

    assert [refund.amount for refund in Refund.objects.order_by("pk")] == [Decimal("3.20"), Decimal("29.18")]
    assert now(order).amount_kept == 0


def test_a_request_is_not_approved_once_the_cash_was_given_back(order, small_limit, marta, mario):
    waiting = request(order, {PIZZA: 1}, by=marta)
    order_services.undo_hand_over(ref=order.ref, by=SYSTEM, at=FRIDAY_NIGHT)

    with pytest.raises(NothingToRefund, match="is not paid"):
        payment_services.approve_refund(ref=waiting.ref, by=mario, at=LATER)

    assert RefundRequest.objects.get().state == RefundRequestState.WAITING


def test_an_order_that_was_paid_before_payments_had_rows_is_refunded(order, marta):
    PaymentAttempt.objects.all().delete()

    send(request(order, {COLA: 1}, by=marta))

    assert now(order).refunded == Decimal("3.20")
    earlier = PaymentAttempt.objects.get()
    assert (earlier.gateway, earlier.captured, earlier.captured_at) == ("cash", order.paid, order.delivered_at)
    assert list(replay.differences()) == []


def test_an_order_without_parts_is_refunded_as_a_whole_once(order, marta, mario, change_shop):
    change_shop(refund_limit=Decimal(1))
    Order.objects.update(price_trace=None)
    waiting = request(order, by=marta, everything=True)

    with pytest.raises(NothingToRefund):
        request(order, by=mario, everything=True, amount=order.total)
    payment_services.approve_refund(ref=waiting.ref, by=mario, at=LATER)

    assert now(order).amount_kept == 0
