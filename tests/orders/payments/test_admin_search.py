"""The searches of the admin for payments, refunds and receipts: by a number or an id, each of which is looked for."""

import pytest
from django.urls import reverse

from orders.payments.models import PaymentAttempt, Receipt, Refund
from pizzeria.users.roles import MANAGER
from tests.orders.payments.receipt_helpers import paid_by_card, refund_done, request_refund

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kitchen", "tonight")]


@pytest.fixture
def payments():
    """Two orders that were paid by card, #1 and #2; the gateway has refunded a part of the second."""
    orders = [paid_by_card(), paid_by_card()]
    for number, attempt in enumerate(PaymentAttempt.objects.order_by("pk"), start=1):
        PaymentAttempt.objects.filter(pk=attempt.pk).update(session_id=f"cs_{number}", payment_id=f"pi_{number}")
    refund_done(request_refund(order=orders[1], amount="1.00"))
    Refund.objects.update(refund_id="re_2")


def found(browser, table, text):
    page = browser.get(reverse(f"admin:payments_{table}_changelist"), {"q": text})
    return [str(row) for row in page.context["cl"].result_list]


def rows(model, **filters):
    return [str(row) for row in model.objects.filter(**filters).order_by("-pk")]


@pytest.mark.parametrize(
    ("text", "filters"),
    [
        ("1", {"order__number": 1}),
        ("pi_2", {"payment_id": "pi_2"}),
        ("cs_1", {"session_id": "cs_1"}),
        ("pi_", {"pk": 0}),
        (str(10**30), {"pk": 0}),
        ("  ", {}),
    ],
)
def test_payments_are_found_by_the_orders_number_and_the_gateways_ids(sign_in, payments, text, filters):
    assert found(sign_in(MANAGER), "paymentattempt", text) == rows(PaymentAttempt, **filters)


@pytest.mark.parametrize(("text", "found_rows"), [("2", 1), ("re_2", 1), ("1", 0)])
def test_refunds_are_found_by_the_orders_number_and_the_gateways_id(sign_in, payments, text, found_rows):
    assert len(found(sign_in(MANAGER), "refund", text)) == found_rows


def test_receipts_are_found_by_their_own_number_and_the_orders(sign_in, payments):
    credit_note = Receipt.objects.get(number=3)  # of order #2, as is receipt 2
    browser = sign_in(MANAGER)

    assert found(browser, "receipt", "2") == rows(Receipt, order__number=2)
    assert found(browser, "receipt", "3") == [str(credit_note)]
