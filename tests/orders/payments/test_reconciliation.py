"""Reconciliation: the shop's books against the gateway's own list of payments."""

from decimal import Decimal

import pytest
import stripe as stripe_sdk
from django.core.management import CommandError, call_command
from django.urls import reverse

from kitchen.models import Ticket, TicketState
from orders import services as order_services
from orders.models import CancelReason, Order, OrderStatus
from orders.payments.gateways import stripe as gateway
from orders.payments.models import (
    AttemptState,
    FindingKind,
    PaymentAttempt,
    ReconciliationFinding,
    ReconciliationRun,
    Refund,
)
from orders.payments.services import reconciliation
from pizzeria.devtools.stripe_server.faults import Fault
from pizzeria.foundation import clock
from pizzeria.foundation.alerts.models import Alert
from tests import shop
from tests.orders.payments.payment_helpers import (
    AFTER_THE_HOLD,
    MINUTE,
    attempt_of,
    confirmed_by_card,
    now,
    pay,
    place_by_card,
    send_refunds,
    start,
    sync,
)

pytestmark = pytest.mark.django_db

LATER = 3 * MINUTE


@pytest.fixture(autouse=True)
def _own_list(stripe, monkeypatch):
    """Show of the gateway's list only what belongs to this test: the stand-in is shared, and never emptied."""
    began, all_payments = clock.now(), gateway.StripeGateway.payments
    earlier = {payment.payment_id for payment in all_payments(gateway.StripeGateway(), since=began - 60 * MINUTE)}

    def payments(self, *, since):
        return (each for each in all_payments(self, since=since) if each.payment_id not in earlier)

    monkeypatch.setattr(gateway.StripeGateway, "payments", payments)


def reconcile():
    return reconciliation.reconcile(now=lambda: clock.now() + LATER)


def findings():
    return [(each.kind, each.is_repaired) for each in ReconciliationFinding.objects.order_by("pk")]


def charge_again(stripe, order):
    """Make the gateway charge an order a second time, by a session that the shop knows nothing of."""
    attempt = attempt_of(order)
    metadata = {"order": str(order.ref), "attempt": str(attempt.ref)}
    client = stripe_sdk.StripeClient(stripe.api_key, base_addresses={"api": stripe.url})
    price = {"currency": "eur", "unit_amount": 1299, "product_data": {"name": "again"}}
    session = client.v1.checkout.sessions.create(
        params={
            "mode": "payment",
            "line_items": [{"price_data": price, "quantity": 1}],
            "success_url": "https://pizza.example/",
            "client_reference_id": str(order.ref),
            "metadata": metadata,
            "payment_intent_data": {"metadata": metadata},
        }
    )
    stripe.pay(session.id)


def test_books_that_agree_have_no_findings(stripe):
    confirmed_by_card(stripe)

    run = reconcile()

    assert (run.payments, run.orders, run.error) == (1, 1, "")
    assert findings() == []
    assert not Alert.objects.exists()


def test_a_payment_that_nobody_has_reported_is_settled(stripe, card_order):
    pay(stripe, card_order)

    reconcile()

    assert now(card_order).status == OrderStatus.CONFIRMED


def test_a_second_charge_of_an_order_is_refunded_by_itself_once(stripe):
    order = confirmed_by_card(stripe)
    charge_again(stripe, order)

    reconcile()
    reconcile()

    assert findings() == [(FindingKind.CHARGED_TWICE, True)]
    order = send_refunds(order, later=LATER)
    assert (order.status, order.payment_status) == (OrderStatus.CONFIRMED, "paid")
    assert (order.paid, order.refunded) == (2 * order.total, order.total)
    assert stripe.ledger.captured(str(order.ref)) - stripe.ledger.refunded(str(order.ref)) == 1299
    assert PaymentAttempt.objects.get(state=AttemptState.DUPLICATE).refund_requested == order.total


def test_a_charge_of_an_order_whose_payment_had_failed_is_returned(stripe, card_order):
    start(card_order)
    sync(card_order, later=AFTER_THE_HOLD)
    charge_again(stripe, card_order)

    reconcile()

    assert send_refunds(card_order, later=LATER).payment_status == "refunded"
    assert stripe.ledger.refunded(str(card_order.ref)) == 1299


def test_a_payment_without_an_order_raises_an_alert(stripe, card_order):
    pay(stripe, card_order)
    PaymentAttempt.objects.all().delete()

    reconcile()

    assert (FindingKind.WITHOUT_ORDER, False) in findings()
    assert Alert.objects.filter(kind="payment_mismatch").exists()


def test_a_refund_that_was_made_at_the_gateway_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    client = stripe_sdk.StripeClient(stripe.api_key, base_addresses={"api": stripe.url})
    client.v1.refunds.create(params={"payment_intent": attempt_of(order).payment_id})

    reconcile()

    assert findings() == [(FindingKind.REFUNDED_NOT_CANCELLED, False)]


def test_a_paid_order_that_the_kitchen_does_not_have_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    Ticket.objects.filter(ref=order.ref).update(state=TicketState.WITHDRAWN)

    reconcile()

    assert findings() == [(FindingKind.PAID_NOT_IN_KITCHEN, False)]


def test_an_order_that_is_cooked_and_not_paid_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    Order.objects.filter(pk=order.pk).update(paid=Decimal("0.00"), status=OrderStatus.COOKING)

    reconcile()

    assert (FindingKind.COOKED_NOT_PAID, False) in findings()


def test_a_cancelled_order_whose_refund_was_never_requested_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    Order.objects.filter(pk=order.pk).update(status=OrderStatus.CANCELLED)

    reconcile()

    assert findings() == [(FindingKind.NOT_REFUNDED, False)]


def test_a_refund_that_the_gateway_does_not_have_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=clock.now()
    )
    Refund.objects.update(state="done", done_at=clock.now())

    reconcile()

    assert (FindingKind.NOT_REFUNDED, False) in findings()


def test_a_payment_that_only_the_shop_knows_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    PaymentAttempt.objects.filter(order=order).update(payment_id="pi_made_up")

    reconcile()

    assert (FindingKind.NOT_AT_GATEWAY, False) in findings()


def test_another_amount_at_the_gateway_raises_an_alert(stripe):
    order = confirmed_by_card(stripe)
    PaymentAttempt.objects.filter(order=order).update(captured=Decimal("99.00"))

    reconcile()

    assert (FindingKind.OTHER_AMOUNT, False) in findings()


def test_a_gateway_that_cannot_be_asked_ends_the_run_with_its_error(stripe):
    confirmed_by_card(stripe)
    stripe.faults.change(Fault("charges.list", "refuse", status=500))

    assert reconcile().error
    assert Alert.objects.filter(kind="reconciliation_failed").exists()
    with pytest.raises(CommandError, match="could not be asked"):
        call_command("reconcile")


def test_one_payment_that_cannot_be_read_does_not_keep_the_others_from_being_settled(stripe, card_order):
    first = start(card_order)
    other = place_by_card()
    pay(stripe, other)
    stripe.faults.change(Fault("checkout.sessions.*", "refuse", status=400, only=first))

    assert reconcile().error == ""

    assert now(other).status == OrderStatus.CONFIRMED


def test_what_was_settled_after_the_gateways_list_was_read_is_not_compared_with_it(stripe):
    order = confirmed_by_card(stripe)
    PaymentAttempt.objects.filter(order=order).update(payment_id="pi_made_up", captured_at=clock.now() + LATER)

    reconcile()

    assert FindingKind.NOT_AT_GATEWAY not in [kind for kind, _is_repaired in findings()]


def test_a_shop_without_a_gateway_has_nothing_to_compare(settings):
    settings.STRIPE_SECRET_KEY = ""

    assert reconcile() is None
    assert not ReconciliationRun.objects.exists()


def test_the_command_and_the_admin_show_what_was_found(stripe, marta, capsys):
    order = confirmed_by_card(stripe)
    Ticket.objects.filter(ref=order.ref).update(state=TicketState.WITHDRAWN)

    call_command("reconcile")

    assert "paid, but not in the kitchen" in capsys.readouterr().out
    run = ReconciliationRun.objects.get()
    page = marta.get(reverse("admin:payments_reconciliationrun_change", args=[run.pk])).content.decode()
    assert "paid, but not in the kitchen" in page
