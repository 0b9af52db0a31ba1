"""Receipts and credit notes: one for each payment that the shop keeps, one for each refund of it, numbered in a row."""

from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from kitchen import undo
from kitchen.models import FulfillmentMethod
from menu.models import SimpleItem
from orders import services as order_services
from orders.basket_pricing import Tip
from orders.models import CancelReason
from orders.payments import tasks
from orders.payments.models import PaymentAttempt, Receipt, ReceiptCounter, ReceiptKind, ReceiptPdf, Refund
from orders.payments.receipts.content import ReceiptContent, part_of
from orders.totals import Adjustment, AdjustmentKind, TaxedAmount, totals_of
from pizzeria.foundation import clock, failpoints
from pizzeria.users.roles import MANAGER
from tests import shop
from tests.factories import CouponFactory, DeliveryZoneFactory
from tests.orders.payments.receipt_helpers import (
    handed_over,
    issue,
    numbers,
    paid_by_card,
    placed_by_card,
    refund_done,
    refunded,
    request_refund,
    settle,
)
from tests.orders.payments.refund_helpers import COLA, PIZZA, two_lines
from tests.orders.payments.refund_helpers import request as request_lines
from tests.shop import FRIDAY_NIGHT

SECOND = timedelta(seconds=1)
FINAL = undo.final_from(FRIDAY_NIGHT)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("kitchen")]


@pytest.fixture
def cash(placed_order, chef):
    """Return the payment of an order that was handed over a moment ago."""
    return handed_over(placed_order, by=chef)


@contextmanager
def refused_with(error, match):
    """Assert that the database refuses what the block does."""
    with pytest.raises(error, match=match), transaction.atomic():
        yield


# --- Receipts of payments by card ---


def test_a_payment_by_card_gets_its_receipt_in_the_transaction_that_settles_it():
    order = placed_by_card()

    with pytest.raises(ZeroDivisionError), failpoints.armed("payments.receipt.numbered", lambda: 1 / 0):
        settle(order)
    order.refresh_from_db()
    assert (order.status, Receipt.objects.count(), ReceiptCounter.objects.count()) == ("pending", 0, 0)

    settle(order)
    receipt = Receipt.objects.get()
    assert (receipt.kind, str(receipt), receipt.order) == (ReceiptKind.RECEIPT, "2026-000001", order)
    assert (receipt.total, receipt.currency, receipt.issued_at) == (order.total, "EUR", FRIDAY_NIGHT)
    assert receipt.attempt == PaymentAttempt.objects.get()
    assert ReceiptPdf.objects.get(receipt=receipt).due_at == FRIDAY_NIGHT


def test_a_payment_that_is_settled_twice_has_one_receipt():
    order = paid_by_card()

    settle(order)

    assert numbers() == ["receipt 2026-000001"]


def test_a_receipt_holds_what_was_bought_and_no_personal_data(change_shop):
    change_shop(name="Da Mario", address="Via Roma 1, Roma")
    CouponFactory(code="FIRST10", value=Decimal(10))
    DeliveryZoneFactory(slug="centre")
    basket = shop.basket_of(shop.pizza(size="large", added=("olives",)), shop.simple_item(), quantity=2)

    order = paid_by_card(basket, coupon="FIRST10", method=FulfillmentMethod.DELIVERY, tip=Tip(amount=Decimal("2.00")))

    content = ReceiptContent.model_validate(Receipt.objects.get().content)
    assert (content.shop_name, content.shop_address, content.order_number) == ("Da Mario", "Via Roma 1, Roma", 1)
    assert [(line.name, line.size, line.quantity, line.unit_price) for line in content.lines] == [
        ("Margherita", "Large", 2, Decimal("23.28")),
        ("Cola", "", 2, Decimal("3.20")),
    ]
    assert [(part.kind, part.code) for part in content.totals.parts] == [
        ("discount", "FIRST10"),
        ("delivery_fee", "centre"),
        ("tip", ""),
    ]
    assert content.totals == order.totals
    stored = str(Receipt.objects.values().get())
    contact = shop.AT_HOME
    personal = (contact.name, contact.phone, contact.email, contact.street, contact.postal_code, contact.directions)
    assert not [text for text in (*personal, order.contact.guest_token) if text in stored]


def test_later_changes_of_the_shop_do_not_touch_a_receipt(change_shop):
    change_shop(name="Da Mario")
    paid_by_card()
    change_shop(name="Da Luigi")
    paid_by_card()

    assert [each.content["shop_name"] for each in Receipt.objects.order_by("number")] == ["Da Mario", "Da Luigi"]


@pytest.mark.parametrize("what", ["late", "another amount"])
def test_a_payment_that_is_returned_at_once_gets_neither_receipt_nor_credit_note(what, manager):
    order = placed_by_card()
    if what == "late":
        order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=manager, at=FRIDAY_NIGHT)

    settle(order, amount=Decimal("9.99") if what == "another amount" else None)
    refund_done(Refund.objects.get())

    order.refresh_from_db()
    assert order.refunded == order.paid > 0
    assert numbers() == []


def test_numbers_start_anew_with_the_year_of_the_business_date():
    new_years_night = datetime(2027, 1, 1, 1, 30, tzinfo=UTC)  # 02:30 on the shop's wall clock: still 31 December

    for at in (FRIDAY_NIGHT, new_years_night, new_years_night + timedelta(hours=10)):
        paid_by_card(at=at)

    assert numbers() == ["receipt 2026-000001", "receipt 2026-000002", "receipt 2027-000001"]
    assert list(ReceiptCounter.objects.order_by("year").values_list("year", "last_number")) == [(2026, 2), (2027, 1)]


# --- Receipts of cash ---


def test_cash_gets_its_receipt_once_the_handover_can_be_undone_no_more(cash):
    assert cash.receipt_due_at == FINAL
    assert issue(cash, at=FINAL - SECOND) is None

    receipt = issue(cash, at=FINAL)

    assert (receipt.attempt, receipt.issued_at, receipt.total) == (cash, FINAL, cash.captured)
    content = ReceiptContent.model_validate(receipt.content)
    assert (content.payment_method, content.paid_at) == ("cash", FRIDAY_NIGHT)
    assert issue(cash, at=FINAL) is None
    assert not PaymentAttempt.objects.receipt_due(FINAL).exists()


def test_cash_that_is_given_back_by_an_undo_gets_no_receipt_until_it_is_taken_again(cash, chef):
    order_services.undo_hand_over(ref=cash.order.ref, by=chef, at=FRIDAY_NIGHT)
    assert issue(cash, at=FINAL) is None

    order_services.hand_over(ref=cash.order.ref, by=chef, at=FRIDAY_NIGHT)
    [again] = PaymentAttempt.objects.receipt_due(FINAL)

    assert issue(again, at=FINAL).attempt == again != cash
    assert numbers() == ["receipt 2026-000001"]


def test_an_order_that_costs_nothing_gets_no_receipt(chef):
    CouponFactory(code="TREAT", value=Decimal(50))
    order = shop.place(coupon="TREAT")
    assert order.total == 0

    order_services.hand_over(ref=shop.cooked(order, by=chef).ref, by=chef, at=FRIDAY_NIGHT)

    assert not PaymentAttempt.objects.exists()


def test_the_task_issues_the_receipt_of_cash_by_the_clock_of_the_database_and_makes_its_pdf(chef):
    at = clock.database_now()
    early = handed_over(shop.place(at=at), by=chef, at=at)
    due = handed_over(shop.place(at=at), by=chef, at=at - timedelta(minutes=1))

    for attempt in (early, due, due):  # as after a worker that was killed
        tasks.issue_receipt(attempt.pk)

    receipt = Receipt.objects.get()
    assert (receipt.attempt, bytes(receipt.pdf.content)[:5]) == (due, b"%PDF-")


def test_the_sweep_queues_receipts_and_pdfs_that_are_due(monkeypatch, chef):
    at = clock.now() - timedelta(minutes=1)
    attempt = handed_over(shop.place(at=at), by=chef, at=at)
    paid_by_card(at=at)
    queued = []
    for task in (tasks.issue_receipt, tasks.make_pdf):
        monkeypatch.setattr(
            task, "apply_async", lambda arguments, name=task.name, **_: queued.append((name, arguments))
        )

    tasks.sweep()

    assert queued == [
        ("orders.payments.tasks.issue_receipt", (attempt.pk,)),
        ("orders.payments.tasks.make_pdf", (ReceiptPdf.objects.get().pk,)),
    ]


# --- Credit notes ---


def test_a_refund_of_all_gives_one_credit_note_that_mirrors_the_receipt(chef):
    order = paid_by_card()
    order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=chef, at=FRIDAY_NIGHT)
    refund = Refund.objects.get()
    assert numbers() == ["receipt 2026-000001"], "not before it is done"

    refund_done(refund, at=FINAL)
    refund_done(refund, at=FINAL)

    receipt, note = Receipt.objects.order_by("number")
    assert numbers() == ["receipt 2026-000001", "credit_note 2026-000002"]
    assert (note.refund, note.corrects, note.total, note.order) == (refund, receipt, receipt.total, order)
    changed = {key for key in note.content if note.content[key] != receipt.content[key]}
    assert changed == {"paid_at"}


def test_refunds_of_parts_take_their_share_of_each_tax_and_all_of_them_are_the_receipt(settings):
    settings.SHOP_TAX_PERCENTS = {"food": Decimal(10), "drink": Decimal(22), "delivery": Decimal(22)}
    SimpleItem.objects.update(tax_kind="drink")
    order = paid_by_card(shop.basket_of(shop.pizza(), shop.simple_item()), tip=Tip(amount=Decimal("1.00")))
    whole = ReceiptContent.model_validate(Receipt.objects.get().content).totals
    assert [(line.rate, line.base, line.tax) for line in whole.tax_lines] == [
        (10, Decimal("12.99"), Decimal("1.18")),
        (22, Decimal("3.20"), Decimal("0.58")),
    ]

    notes = [refunded(order, Decimal(amount)) for amount in ("5.00", "5.00", "7.19")]

    parts = [ReceiptContent.model_validate(note.content) for note in notes]
    assert all(part.is_part and not part.lines for part in parts)
    assert [[(line.base, line.tax) for line in part.totals.tax_lines] for part in parts[:2]] == [
        [(Decimal("3.78"), Decimal("0.34")), (Decimal("0.93"), Decimal("0.17"))],
        [(Decimal("3.78"), Decimal("0.34")), (Decimal("0.93"), Decimal("0.17"))],
    ]
    for rate in (10, 22):
        of_rate = [line for part in parts for line in part.totals.tax_lines if line.rate == rate]
        [original] = [line for line in whole.tax_lines if line.rate == rate]
        assert sum(line.base for line in of_rate) == original.base
        assert sum(line.tax for line in of_rate) == original.tax
    assert [str(note) for note in notes] == ["2026-000002", "2026-000003", "2026-000004"]


@pytest.mark.parametrize(
    ("chosen", "with_fee", "tax_line"),
    [
        pytest.param({COLA: 1}, False, (22, "3.20", "0.58"), id="a drink"),
        pytest.param({PIZZA: 1}, False, (10, "12.99", "1.18"), id="a pizza"),
        pytest.param({COLA: 1}, True, (22, "5.70", "1.03"), id="a drink and the fee"),
    ],
)
def test_a_refund_of_lines_gives_back_the_tax_of_these_lines_alone(settings, chosen, with_fee, tax_line):
    settings.SHOP_TAX_PERCENTS = {"food": Decimal(10), "drink": Decimal(22), "delivery": Decimal(22)}
    SimpleItem.objects.update(tax_kind="drink")
    DeliveryZoneFactory(fee=Decimal("2.50"))
    order = paid_by_card(two_lines(quantity=1), method=FulfillmentMethod.DELIVERY, tip=Tip(amount=Decimal("1.00")))

    request = request_lines(order, chosen, by=shop.hire(MANAGER), with_fee=with_fee)
    note = Receipt.objects.get(refund=refund_done(Refund.objects.get(ref=request.ref)))

    totals = ReceiptContent.model_validate(note.content).totals
    [found] = totals.tax_lines
    assert (found.rate, str(found.base), str(found.tax)) == tax_line
    assert totals.total == request.amount


def test_cash_that_is_refunded_before_its_receipt_is_due_gets_the_receipt_first(cash):
    note = refunded(cash.order, cash.captured)

    assert numbers() == ["receipt 2026-000001", "credit_note 2026-000002"]
    assert note.corrects.attempt == cash
    assert issue(cash, at=FINAL) is None


def test_a_refund_that_failed_gives_no_credit_note():
    order = paid_by_card()

    request_refund(order=order, amount=Decimal("5.00"))

    assert numbers() == ["receipt 2026-000001"]


AMOUNTS = st.integers(1, 20_000).map(lambda cents: Decimal(cents).scaleb(-2))
RATES = st.sampled_from([Decimal(4), Decimal(10), Decimal(22), Decimal("5.5"), Decimal(0), None])


@st.composite
def totals(draw):
    """Return the totals of any lines, with a tip and a fee, the tax included or added."""
    lines = [TaxedAmount(draw(AMOUNTS), draw(RATES)) for _ in range(draw(st.integers(1, 5)))]
    tip = Adjustment(kind=AdjustmentKind.TIP, code="", amount=draw(AMOUNTS), tax_rate=None)
    fee = Adjustment(kind=AdjustmentKind.DELIVERY_FEE, code="z", amount=draw(AMOUNTS), tax_rate=draw(RATES))
    return totals_of(
        lines, adjustments=draw(st.sampled_from([(), (tip,), (fee, tip)])), tax_included=draw(st.booleans())
    )


@given(whole=totals(), shares=st.lists(st.integers(1, 100), min_size=1, max_size=6))
def test_parts_of_a_receipt_never_exceed_it_at_any_rate_and_together_are_the_whole(whole, shares):
    parts, left = [], whole.total
    for share in [*shares, 100]:  # the last part is all that is left
        amount = (left * share / 100).quantize(Decimal("0.01"))
        if amount:
            parts.append(part_of(whole, without=parts, amount=amount))
            left -= amount

    for part in parts:
        assert part.total == part.lines_total + (0 if part.tax_included else part.tax_total)
    assert sum(part.total for part in parts) == whole.total
    assert all(line.base >= 0 and line.tax >= 0 for part in parts for line in part.tax_lines)
    for line in whole.tax_lines:
        of_rate = [each for part in parts for each in part.tax_lines if each.rate == line.rate]
        assert sum(each.base for each in of_rate) == line.base
        assert sum(each.tax for each in of_rate) == line.tax


# --- The database ---


@pytest.mark.parametrize("change", ["UPDATE payments_receipt SET total = 1", "DELETE FROM payments_receipt"])
def test_the_database_refuses_to_change_or_delete_a_receipt(change):
    paid_by_card()

    with refused_with(DatabaseError, "receipts are append-only"), connection.cursor() as cursor:
        cursor.execute(change)


def test_the_database_refuses_a_second_receipt_for_a_payment_and_a_number_given_twice(manager):
    paid_by_card()
    row = Receipt.objects.values().get()
    del row["id"], row["ref"]
    other = handed_over(shop.place(), by=manager)

    with refused_with(IntegrityError, "attempt_id"):
        Receipt.objects.create(**{**row, "number": 2})
    with refused_with(IntegrityError, "receipt_number_once_a_year"):
        Receipt.objects.create(**{**row, "attempt_id": other.pk})


@pytest.mark.parametrize(
    "change", [{"kind": "credit_note"}, {"attempt_id": None}], ids=["a credit note without refund", "of nothing"]
)
def test_the_database_refuses_a_receipt_that_is_of_no_payment_or_refund(change):
    paid_by_card()
    row = Receipt.objects.values().get()
    del row["id"], row["ref"]

    with refused_with(IntegrityError, "receipt_of_a_payment_or_a_refund"):
        Receipt.objects.create(**{**row, "number": 2, **change})
