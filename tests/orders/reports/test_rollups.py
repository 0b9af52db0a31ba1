"""Rollups: built a day at a time, from the source only, and never shown when they are not what the orders say."""

from datetime import timedelta
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db.models import F

from orders import services as order_services
from orders.models import RefundReason
from orders.payments.models import AttemptState, PaymentAttempt, Refund, RefundState
from orders.reports import selectors, services, tasks
from orders.reports.figures import Overview
from orders.reports.models import BuiltDay, CustomerDay, DayBreakdown, DirtyDay, DurationCount, DurationMonth, HourSums
from orders.reports.periods import Grain, Period
from orders.reports.selectors.live_days import days_to_build, live_days
from pizzeria.foundation import clock, failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.events.relay import relay_due
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.orders.payments.receipt_helpers import paid_by_card
from tests.shop import FRIDAY_NIGHT

FRIDAY = FRIDAY_NIGHT.date()
SATURDAY_NOON = FRIDAY_NIGHT + timedelta(hours=16)
THAT_FRIDAY = Period(FRIDAY, FRIDAY)


@pytest.fixture
def noon(monkeypatch):
    """Stop the shop's clock at noon on Saturday."""
    monkeypatch.setattr(clock, "now", lambda: SATURDAY_NOON)


@pytest.fixture
def sold(kitchen, chef):
    """One Margherita, sold on Friday night."""
    order = shop.cooked(shop.place(), by=chef)
    return order_services.hand_over(ref=order.ref, by=chef, at=FRIDAY_NIGHT)


@pytest.fixture
def built(sold):
    """The same order; its events are relayed, and its day is built."""
    relay_due(now=lambda: SATURDAY_NOON)
    rebuild()
    return sold


def rebuild(day=FRIDAY):
    services.rebuild_day(day=day, by=SYSTEM, at=SATURDAY_NOON)


def change(rollup, **fields):
    """Change a rollup by hand, which nobody should."""
    assert rollup.objects.update(**fields)


def orders_of(period=THAT_FRIDAY, *, at=SATURDAY_NOON):
    return selectors.overview(period, at=at).orders


def test_a_built_day_is_read_from_its_rollups(sold):
    rebuild()
    change(HourSums, orders=7)

    assert live_days(THAT_FRIDAY, at=SATURDAY_NOON) == []
    assert orders_of() == 7


def test_a_dirty_day_is_read_from_the_source_until_it_is_rebuilt(sold, noon):
    rebuild()
    change(HourSums, orders=7)
    services.mark_days([FRIDAY], at=SATURDAY_NOON)

    assert orders_of() == 1

    tasks.rebuild_due_days()
    assert not DirtyDay.objects.exists()
    assert HourSums.objects.get().orders == 1


def test_the_present_day_is_read_from_the_source(sold):
    rebuild()
    change(HourSums, orders=7)

    assert orders_of(at=FRIDAY_NIGHT) == 1


def test_a_shop_with_old_orders_has_right_reports_before_any_day_is_built(sold, noon):
    assert not BuiltDay.objects.exists()
    assert orders_of() == 1

    tasks.rebuild_due_days()

    assert BuiltDay.objects.get().business_date == FRIDAY
    assert orders_of() == 1


def test_a_shop_without_orders_has_empty_reports_and_no_day_to_build(kitchen):
    month = Period(FRIDAY - timedelta(days=30), FRIDAY)

    assert selectors.overview(month, at=SATURDAY_NOON) == Overview()
    assert len(selectors.time_series(month, grain=Grain.DAY, at=SATURDAY_NOON)) == 31
    assert days_to_build(at=SATURDAY_NOON) == []


def test_a_day_is_built_five_minutes_after_its_end_and_not_before(sold):
    _begins, ends = clock.day_bounds(FRIDAY)

    assert days_to_build(at=ends + timedelta(minutes=4)) == []
    assert days_to_build(at=ends + timedelta(minutes=5)) == [FRIDAY]


def test_rebuilding_a_day_twice_changes_nothing(sold):
    rollups = (HourSums, DayBreakdown, DurationCount, CustomerDay)
    rebuild()
    before = [sorted(rollup.objects.values_list()) for rollup in rollups]

    rebuild()

    assert [sorted(rollup.objects.values_list()) for rollup in rollups] == before


def test_an_event_that_is_relayed_on_a_later_day_marks_the_day_of_its_order(sold, noon):
    rebuild()

    relay_due(now=clock.now)

    assert DirtyDay.objects.get().business_date == FRIDAY


def test_an_order_of_the_present_day_marks_nothing(sold):
    services.mark_days_of_orders([sold.ref], at=FRIDAY_NIGHT)

    assert not DirtyDay.objects.exists()


def test_an_order_marks_the_days_of_its_payments_too(sold):
    later = FRIDAY_NIGHT + timedelta(days=3)
    sold.payment_attempts.update(captured_at=later)

    services.mark_days_of_orders([sold.ref], at=later + timedelta(days=1))

    marked = DirtyDay.objects.order_by("business_date").values_list("business_date", flat=True)
    assert list(marked) == [FRIDAY, later.date()]


def test_cash_that_was_taken_before_payments_had_rows_is_revenue_at_the_handover(sold):
    PaymentAttempt.objects.all().delete()

    assert selectors.overview(THAT_FRIDAY, at=SATURDAY_NOON).revenue == Decimal("12.99")


def test_a_second_charge_is_no_revenue_and_giving_it_back_is_no_refund(kitchen):
    order = paid_by_card()
    second = PaymentAttempt.objects.get()
    second.pk, second.ref, second.session_id, second.payment_id = None, uuid7(), "", ""
    second.state = AttemptState.DUPLICATE
    second.save()
    before = selectors.overview(THAT_FRIDAY, at=SATURDAY_NOON)
    Refund.objects.create(
        ref=uuid7(),
        attempt=second,
        amount=second.captured,
        reason=RefundReason.DUPLICATE,
        state=RefundState.DONE,
        requested_by="system",
        created_at=FRIDAY_NIGHT,
        due_at=FRIDAY_NIGHT,
        done_at=FRIDAY_NIGHT,
    )

    after = selectors.overview(THAT_FRIDAY, at=SATURDAY_NOON)

    assert before.revenue == after.revenue == order.total
    assert (after.captured, after.refunded) == (order.total, 0)


def test_hours_after_midnight_are_the_last_of_their_business_day(kitchen):
    for hours in (-8, 0, 4.5):  # noon, evening, and half past midnight
        shop.place(at=FRIDAY_NIGHT + timedelta(hours=hours))

    hours = [(each.weekday, each.hour) for each in selectors.peak_hours(THAT_FRIDAY, at=SATURDAY_NOON)]
    kitchen_hours = [each.hour for each in selectors.kitchen_by_hour(THAT_FRIDAY, at=SATURDAY_NOON)]

    assert hours == [(4, 12), (4, 20), (4, 0)]
    assert kitchen_hours == [12, 20, 0]


def test_the_figures_of_a_day_until_a_moment_leave_out_what_happened_later(sold, chef):
    shop.place(at=FRIDAY_NIGHT + timedelta(hours=1))

    before = selectors.overview_of_day_until(FRIDAY, until=FRIDAY_NIGHT + timedelta(minutes=30))
    early = selectors.overview_of_day_until(FRIDAY, until=FRIDAY_NIGHT - timedelta(minutes=1))

    assert (before.orders, before.revenue) == (1, Decimal("12.99"))
    assert early == Overview()


def test_a_cancelled_order_counts_as_an_order_until_it_was_cancelled(kitchen, manager):
    order = shop.place()
    later = FRIDAY_NIGHT + timedelta(minutes=20)
    order_services.cancel_order(ref=order.ref, reason="changed_mind", by=manager, at=later)

    before = selectors.overview_of_day_until(FRIDAY, until=FRIDAY_NIGHT)
    after = selectors.overview_of_day_until(FRIDAY, until=later)

    assert (before.orders, before.cancelled) == (1, 0)
    assert (after.orders, after.cancelled) == (0, 1)


# --- Errors ---


def test_a_day_that_cannot_be_built_keeps_no_other_from_it_and_a_manager_is_told_once(sold, monkeypatch, caplog):
    monkeypatch.setattr(clock, "now", lambda: SATURDAY_NOON + timedelta(days=2))
    begun = []

    def fail_at_the_first():
        begun.append(None)
        if len(begun) == 1:
            raise ZeroDivisionError

    with failpoints.armed("reports.rebuild.mark_taken", fail_at_the_first):
        tasks.rebuild_due_days()

    sunday = FRIDAY + timedelta(days=2)
    built = BuiltDay.objects.order_by("business_date").values_list("business_date", flat=True)
    assert list(built) == [FRIDAY, FRIDAY + timedelta(days=1)]
    assert f"figures of {sunday} could not be prepared" in str(Alert.objects.get())
    assert "report_day_failed" in caplog.text

    tasks.rebuild_due_days()
    assert BuiltDay.objects.filter(business_date=sunday).exists()
    assert Alert.objects.get().times_seen == 1


# --- The nightly comparison ---


@pytest.mark.parametrize(
    ("rollup", "changes"),
    [
        (HourSums, {"captured": F("captured") + 1}),
        (DayBreakdown, {"count": F("count") + 1}),
        (DurationCount, {"count": F("count") + 1}),
        (DurationMonth, {"count": F("count") + 1}),
    ],
)
def test_the_comparison_finds_a_rollup_that_was_changed_by_hand_and_rebuilding_puts_it_right(
    built, noon, rollup, changes
):
    change(rollup, **changes)

    assert services.compare_rollups(by=SYSTEM, at=SATURDAY_NOON) == [FRIDAY]

    assert f"rebuild_reports --from {FRIDAY} --to {FRIDAY}" in str(Alert.objects.get())
    call_command("rebuild_reports", first=FRIDAY, last=FRIDAY, stdout=StringIO())
    assert services.compare_rollups(by=SYSTEM, at=SATURDAY_NOON) == []


def test_the_comparison_finds_a_missing_row_which_the_log_has(built, noon, caplog):
    DayBreakdown.objects.filter(kind="pizza").delete()

    tasks.compare_rollups()

    assert Alert.objects.exists()
    assert "margherita" in caplog.text


def test_one_alert_tells_how_many_days_differ_and_the_command_for_all_of_them(built, noon):
    wednesday = FRIDAY - timedelta(days=2)
    BuiltDay.objects.create(business_date=wednesday, built_at=SATURDAY_NOON)
    DayBreakdown.objects.create(kind="size", business_date=wednesday, key="giant", count=1, amount=1)
    change(HourSums, orders=7)

    assert services.compare_rollups(by=SYSTEM, at=SATURDAY_NOON) == [wednesday, FRIDAY]

    text = str(Alert.objects.get())
    assert "(days: 2)" in text
    assert f"rebuild_reports --from {wednesday} --to {FRIDAY}" in text
    assert "reports_" not in text, "a sentence for managers, without names of tables"


def test_an_event_of_an_order_of_another_day_that_waits_for_long_hides_no_difference(built, noon):
    shop.place(at=FRIDAY_NIGHT + timedelta(hours=15))  # on Saturday; nobody relays its events
    change(HourSums, orders=7)

    assert services.compare_rollups(by=SYSTEM, at=SATURDAY_NOON) == [FRIDAY]


@pytest.mark.parametrize(
    ("placed_at", "noticed_at"),
    [(FRIDAY_NIGHT, SATURDAY_NOON), (SATURDAY_NOON, SATURDAY_NOON + timedelta(minutes=4))],
)
def test_a_day_that_a_waiting_event_may_mark_is_no_difference(built, noon, placed_at, noticed_at):
    shop.place(at=placed_at)
    change(HourSums, orders=7)

    assert services.compare_rollups(by=SYSTEM, at=noticed_at) == []


def test_each_old_day_is_compared_in_one_night_of_thirty(built):
    change(HourSums, orders=7)
    nights = [SATURDAY_NOON + timedelta(days=50 + night) for night in range(30)]

    found = [day for night in nights for day in services.compare_rollups(by=SYSTEM, at=night)]

    assert found == [FRIDAY]


def test_the_comparison_raises_no_alert_if_the_rollups_are_right(sold, noon):
    rebuild()

    assert services.compare_rollups(by=SYSTEM, at=SATURDAY_NOON) == []
    assert not Alert.objects.exists()


def test_a_day_that_is_about_to_be_rebuilt_is_no_difference(sold, noon):
    rebuild()
    change(HourSums, orders=7)
    services.mark_days([FRIDAY], at=SATURDAY_NOON)

    assert services.compare_rollups(by=SYSTEM, at=SATURDAY_NOON) == []


# --- The command ---


def test_the_command_rebuilds_all_days_since_the_first_order_with_one_line_in_the_log(sold, monkeypatch, caplog):
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_NIGHT + timedelta(days=12))
    caplog.set_level("INFO")
    out = StringIO()

    call_command("rebuild_reports", stdout=out)

    assert out.getvalue().splitlines() == ["Rebuilt up to 2026-11-30.", "Rebuilt up to 2026-12-01."]
    assert BuiltDay.objects.count() == 12
    assert [line.msg["event"] for line in caplog.records] == ["report_days_rebuilt"]


def test_the_command_says_that_there_is_nothing_to_rebuild(kitchen, noon):
    out = StringIO()

    call_command("rebuild_reports", stdout=out)

    assert out.getvalue() == "There is no day with orders that has ended.\n"


@pytest.mark.parametrize(
    ("first", "last", "reason"),
    [
        (FRIDAY, FRIDAY - timedelta(days=1), "is after"),
        (FRIDAY, SATURDAY_NOON.date(), "has not ended yet"),
    ],
)
def test_the_command_refuses_days_that_cannot_be_built(sold, noon, first, last, reason):
    with pytest.raises(CommandError, match=reason):
        call_command("rebuild_reports", first=first, last=last)
