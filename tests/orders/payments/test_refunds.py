"""Refunds: once, whatever is repeated, and never more than was captured."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import F
from django.urls import reverse

from orders import services as order_services
from orders.events import OrderRefundRequested
from orders.models import CancelReason, PaymentStatus, RefundReason
from orders.notifications.models import Notification
from orders.payments import services as payment_services
from orders.payments.exceptions import RefundNotRetriable
from orders.payments.gateways.breaker import stripe_breaker
from orders.payments.models import PaymentAttempt, Receipt, Refund, RefundState
from orders.payments.services.refunds import MAX_ATTEMPTS
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events.log import record
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.foundation.step_up import ReauthenticationRequired
from pizzeria.users.roles import MANAGER
from tests import shop
from tests.orders.notifications.notification_helpers import create_notifications
from tests.orders.notifications.notification_helpers import send as send_notification
from tests.orders.payments.payment_helpers import confirmed_by_card, events_of, now, pay, send_refunds, sync
from tests.orders.payments.test_webhooks import event, process_all, send

pytestmark = pytest.mark.django_db

CREATE = "refunds.create"
LATER = timedelta(hours=2)


def cancel(order):
    order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=clock.now()
    )


@pytest.fixture
def cancelled_order(stripe):
    """Return an order that was paid by card and cancelled; its refund is not sent yet."""
    order = confirmed_by_card(stripe)
    cancel(order)
    return now(order)


def report_failed(client, refund):
    """Make the gateway report that a refund has failed, and process the message."""
    attempt = refund.attempt
    thing = {"id": refund.refund_id, "object": "refund", "payment_intent": attempt.payment_id}
    send(client, event("refund.failed", **thing), settings.STRIPE_WEBHOOK_SECRETS[0])
    process_all()


def manager_now():
    """Return a manager who has just signed in."""
    return replace(shop.acting_as(MANAGER, 12), authenticated_at=clock.now())


def test_cancelling_a_paid_order_gives_the_money_back_once(stripe, cancelled_order):
    assert cancelled_order.payment_status == PaymentStatus.REFUNDING

    order = send_refunds(send_refunds(cancelled_order), later=LATER)

    assert events_of(order)[-3:] == ["cancelled", "refund_requested", "refunded"]
    assert (order.payment_status, order.refunded) == (PaymentStatus.REFUNDED, order.total)
    assert [refund.amount for refund in stripe.ledger.refunds() if refund.reference == str(order.ref)] == [1299]


@pytest.mark.parametrize(
    "fault",
    [
        pytest.param(Fault(CREATE, "fail", status=500, times=1), id="it was done, and 500 answered"),
        pytest.param(Fault(CREATE, "drop_after", times=2), id="it was done, and the connection lost"),
        pytest.param(Fault(CREATE, "drop_before", times=2), id="the connection was lost before"),
        pytest.param(Fault(CREATE, "refuse", status=500, times=2), id="500 answered before"),
        pytest.param(Fault(CREATE, "refuse", status=400, times=1), id="refused"),
    ],
)
def test_a_refund_that_failed_is_repeated_and_given_once(stripe, cancelled_order, fault):
    stripe.faults.change(fault)
    send_refunds(cancelled_order)
    assert Refund.objects.get().state == RefundState.REQUESTED
    stripe_breaker.reset()

    order = send_refunds(cancelled_order, later=LATER)

    assert order.payment_status == PaymentStatus.REFUNDED
    assert stripe.ledger.refunded(str(order.ref)) == 1299


def test_a_refund_that_fails_again_and_again_is_given_up_with_an_alert_and_a_manager_sends_it_again(
    stripe, cancelled_order
):
    stripe.faults.change(Fault(CREATE, "refuse", status=400))
    for attempt in range(MAX_ATTEMPTS):
        send_refunds(cancelled_order, later=attempt * LATER)
    refund = Refund.objects.get()
    assert refund.state == RefundState.FAILED
    assert Alert.objects.get().kind == "refund_failed"
    stripe.faults.change()

    payment_services.retry_refund(refund_id=refund.pk, by=manager_now(), at=clock.now())

    assert send_refunds(cancelled_order).payment_status == PaymentStatus.REFUNDED
    assert stripe.ledger.refunded(str(cancelled_order.ref)) == 1299


def test_a_refund_that_the_bank_refuses_later_raises_an_alert(stripe, cancelled_order):
    stripe.faults.change(Fault(CREATE, "pending", times=1))
    send_refunds(cancelled_order)
    refund = Refund.objects.get()
    assert (refund.state, now(cancelled_order).payment_status) == (RefundState.PENDING, PaymentStatus.REFUNDING)

    stripe.settle_refund(refund.refund_id, succeeds=False)
    send_refunds(cancelled_order, later=LATER)

    assert Refund.objects.get().state == RefundState.FAILED
    assert Alert.objects.get().kind == "refund_failed"


def test_a_pending_refund_is_done_once_the_bank_has_done_it(stripe, cancelled_order):
    stripe.faults.change(Fault(CREATE, "pending", times=1))
    send_refunds(cancelled_order)

    stripe.settle_refund(Refund.objects.get().refund_id, succeeds=True)

    assert send_refunds(cancelled_order, later=LATER).payment_status == PaymentStatus.REFUNDED


def test_a_refund_that_the_bank_returns_after_it_was_done_raises_an_alert_and_the_order_stays_refunded(
    stripe, cancelled_order, client
):
    """What was recorded stays recorded: the alert, the refund's row and the admin say that the money came back."""
    refunded = send_refunds(cancelled_order)
    refund = Refund.objects.get()
    stripe.return_refund(refund.refund_id)

    report_failed(client, refund)

    order, failed = now(cancelled_order), Refund.objects.get()
    assert Alert.objects.get().kind == "refund_failed"
    assert (failed.state, failed.error) == (RefundState.FAILED, "lost_or_stolen_card")
    assert (order.payment_status, order.refunded) == (PaymentStatus.REFUNDED, order.total)
    assert events_of(order) == events_of(refunded)
    assert stripe.ledger.refunded(str(order.ref)) == 0


def test_a_refund_that_the_bank_has_returned_is_sent_again_by_a_manager_and_recorded_once(
    stripe, cancelled_order, client
):
    send_refunds(cancelled_order)
    refund = Refund.objects.get()
    stripe.return_refund(refund.refund_id)
    report_failed(client, refund)

    payment_services.retry_refund(refund_id=refund.pk, by=manager_now(), at=clock.now())
    order = send_refunds(send_refunds(cancelled_order), later=LATER)

    assert (Refund.objects.get().state, stripe.ledger.refunded(str(order.ref))) == (RefundState.DONE, 1299)
    assert (order.refunded, events_of(order).count("refunded")) == (order.total, 1)
    assert Receipt.objects.filter(refund=refund).count() == 1, "one credit note"


def test_a_message_about_a_refund_that_has_not_changed_changes_nothing(stripe, cancelled_order, client):
    send_refunds(cancelled_order)

    report_failed(client, Refund.objects.get())

    assert Refund.objects.get().state == RefundState.DONE
    assert not Alert.objects.exists()


def test_only_a_manager_with_a_recent_sign_in_sends_a_refund_again(stripe, cancelled_order, chef, manager):
    refund = Refund.objects.get()

    with pytest.raises(NotAllowed):
        payment_services.retry_refund(refund_id=refund.pk, by=chef, at=clock.now())
    with pytest.raises(ReauthenticationRequired):
        payment_services.retry_refund(refund_id=refund.pk, by=manager, at=clock.now())
    with pytest.raises(RefundNotRetriable):
        payment_services.retry_refund(refund_id=refund.pk, by=manager_now(), at=clock.now())


def test_the_database_refuses_to_refund_more_than_was_captured(stripe, cancelled_order):
    with pytest.raises(IntegrityError), transaction.atomic():
        PaymentAttempt.objects.update(refund_requested=F("captured") + Decimal("0.01"))


def test_an_order_refuses_a_second_refund_of_the_same_money(stripe, cancelled_order, manager):
    too_much = OrderRefundRequested(refund=uuid7(), amount=Decimal("0.01"), reason=RefundReason.GOODWILL)

    with pytest.raises(IntegrityError), transaction.atomic():
        record(cancelled_order, too_much, by=manager, at=clock.now())


def test_the_guest_is_told_of_the_refund(stripe, cancelled_order, message_sinks):
    send_refunds(cancelled_order)

    create_notifications(cancelled_order, at=clock.now())

    kinds = Notification.objects.filter(order=cancelled_order).values_list("kind", flat=True)
    assert {"cancelled", "refunded"} <= set(kinds)
    assert "refund_requested" not in kinds, "the guest knows why"


def test_a_guest_whose_payment_came_too_late_reads_that_it_is_refunded_and_why(stripe, card_order, message_sinks):
    pay(stripe, card_order)
    cancel(card_order)
    order = send_refunds(sync(card_order))

    for notification in create_notifications(order, at=clock.now()):
        send_notification(notification, at=clock.now())

    mails = {mail.subject: mail.text for mail in message_sinks.messages("email", to="anna@example.com")}
    assert list(mails) == [
        f"Order #{order.number} was cancelled",
        f"€12.99 of order #{order.number} is on its way back",
        f"€12.99 of order #{order.number} refunded",
    ]
    returned = mails[f"€12.99 of order #{order.number} is on its way back"]
    assert "We have received €12.99" in returned
    assert "it was paid after it was cancelled" in returned
    texts = [sms.text for sms in message_sinks.messages("sms")]
    assert f"order #{order.number} back: it was paid after it was cancelled." in texts[-1]
    assert len(texts) == 2


def test_a_manager_sees_payments_and_sends_a_failed_refund_again_in_the_admin(stripe, cancelled_order, marta):
    Refund.objects.update(state=RefundState.FAILED)
    refund = Refund.objects.get()
    page = reverse("admin:payments_refund_changelist")

    assert "failed" in marta.get(page).content.decode()
    marta.post(page, {"action": "retry", "_selected_action": [refund.pk]})

    assert send_refunds(cancelled_order).payment_status == PaymentStatus.REFUNDED
    attempt = reverse("admin:payments_paymentattempt_change", args=[refund.attempt_id])
    assert "checkout.stripe" not in marta.get(attempt).content.decode()
    assert refund.attempt.url not in marta.get(attempt).content.decode()
