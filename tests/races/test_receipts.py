"""
Receipts that are issued at the same moment: their numbers have no gap, and none is given twice.

The control takes the counter's lock out: all of them read the same number, and the database's constraint stops all but
one with an error; without the constraint as well, they all get that number.
"""

from functools import partial
from itertools import count
from threading import Barrier

import pytest
from django.db import IntegrityError, connection

from kitchen.models import Kitchen
from orders.payments.models import PaymentAttempt, Receipt, ReceiptCounterQuerySet, ReceiptPdf
from pizzeria.foundation import failpoints
from tests import shop
from tests.length import by_length
from tests.orders.payments.receipt_helpers import (
    handed_over,
    issue,
    paid_by_card,
    placed_by_card,
    refund_done,
    request_refund,
    settle,
)
from tests.orders.payments.test_receipts import FINAL
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once, without_lock

SETTLEMENTS = by_length(20, long=50)
ORDERS = 6

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("large_kitchen")]


@pytest.fixture
def large_kitchen(kitchen):
    Kitchen.objects.update(max_concurrent_orders=SETTLEMENTS, oven_slots=SETTLEMENTS)


@pytest.fixture
def cash(large_kitchen, chef):
    """Return the payments of orders that were handed over a moment ago; the year has its counter already."""
    paid_by_card()
    return [handed_over(shop.place(), by=chef) for _ in range(ORDERS)]


@pytest.fixture
def all_have_read(cash, monkeypatch):
    """Take the counter's lock out, and let all read the last number before one of them writes the next."""
    monkeypatch.setattr(ReceiptCounterQuerySet, "for_update", without_lock)
    barrier = Barrier(ORDERS)
    with failpoints.armed("payments.receipt.counter_read", partial(barrier.wait, timeout=THREAD_TIMEOUT)):
        yield


@pytest.fixture
def without_constraint(large_kitchen):
    constraint = next(each for each in Receipt._meta.constraints if each.name == "receipt_number_once_a_year")
    with connection.schema_editor() as schema:
        schema.remove_constraint(Receipt, constraint)
    yield
    ReceiptPdf.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE payments_receipt CASCADE")  # a trigger refuses to delete receipts
    with connection.schema_editor() as schema:
        schema.add_constraint(Receipt, constraint)


def numbers():
    return list(Receipt.objects.order_by("number").values_list("number", flat=True))


@pytest.mark.long
def test_settlements_at_the_same_moment_get_numbers_without_a_gap():
    orders = [placed_by_card() for _ in range(SETTLEMENTS)]

    all_at_once([partial(settle, order) for order in orders])

    assert numbers() == list(range(1, SETTLEMENTS + 1))


def test_receipts_of_cash_and_credit_notes_at_the_same_moment_get_numbers_without_a_gap(cash):
    refunds = [request_refund(order=attempt.order, amount=attempt.captured) for attempt in cash[:2]]

    all_at_once(
        [*(partial(issue, attempt, at=FINAL) for attempt in cash), *(partial(refund_done, each) for each in refunds)]
    )

    assert numbers() == list(range(1, 1 + ORDERS + len(refunds) + 1))


@pytest.mark.usefixtures("all_have_read")
def test_control_without_the_lock_the_constraint_stops_all_but_one_with_an_error(cash):
    with pytest.raises(IntegrityError, match="receipt_number_once_a_year"):
        all_at_once([partial(issue, attempt, at=FINAL) for attempt in cash])

    assert numbers() == [1, 2]


@pytest.mark.usefixtures("without_constraint", "all_have_read")
def test_control_without_lock_and_constraint_all_get_the_same_number(cash):
    all_at_once([partial(issue, attempt, at=FINAL) for attempt in cash])

    assert numbers() == [1] + ORDERS * [2]


def test_the_first_receipts_of_a_year_at_the_same_moment_share_one_counter(chef):
    cash = [handed_over(shop.place(), by=chef) for _ in range(ORDERS)]

    all_at_once([partial(issue, attempt, at=FINAL) for attempt in cash])

    assert numbers() == list(range(1, ORDERS + 1))


def test_a_payment_whose_receipt_several_workers_issue_gets_one(cash):
    outcomes = all_at_once(ORDERS * [partial(issue, cash[0], at=FINAL)])

    assert len([receipt for receipt in outcomes if receipt]) == 1
    assert numbers() == [1, 2]


def test_transactions_that_are_rolled_back_leave_no_gap(cash):
    turn = count()

    def fail_every_second_time():
        if next(turn) % 2:
            raise InterruptedError

    def issue_or_fail(attempt):
        try:
            return issue(attempt, at=FINAL)
        except InterruptedError:
            return None

    with failpoints.armed("payments.receipt.numbered", fail_every_second_time):
        outcomes = all_at_once([partial(issue_or_fail, attempt) for attempt in cash])

    assert len([receipt for receipt in outcomes if receipt]) == ORDERS / 2
    assert numbers() == list(range(1, 1 + ORDERS // 2 + 1))
    due = PaymentAttempt.objects.receipt_due(FINAL)
    assert [issue(attempt, at=FINAL).number for attempt in due.order_by("pk")] == [5, 6, 7]
