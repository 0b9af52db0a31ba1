"""The commands that change the opening hours and the closed days."""

from datetime import date, timedelta

import pytest

from kitchen import services
from kitchen.capacity import KitchenClosed
from kitchen.events import HoursChanged
from kitchen.hours import ClosedDays, OpeningHours
from kitchen.models import Kitchen
from kitchen.services import HoursRefused
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile
from pizzeria.foundation.events.domain_events import load
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on, set_hours, span
from tests.shop import FRIDAY_NIGHT

USUAL = every_day(*LUNCH_AND_DINNER).week
TODAY = date(2026, 11, 20)


def change(kitchen, by, week, **fields):
    return services.change_opening_hours(kitchen=kitchen, week=week, by=by, at=FRIDAY_NIGHT, **fields)


def close(kitchen, by, first, last):
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return services.add_closed_days(kitchen=kitchen, **days, by=by, at=FRIDAY_NIGHT)


def reopen(kitchen, by, first, last):
    days = {"first": date.fromisoformat(first), "last": date.fromisoformat(last)}
    return services.remove_closed_days(kitchen=kitchen, **days, by=by, at=FRIDAY_NIGHT)


def hours():
    return Kitchen.objects.get().hours


def closed():
    return [(str(days.first), str(days.last)) for days in hours().closed]


def events():
    return [load(event).hours for event in StoredEvent.objects.filter(type=HoursChanged.type).order_by("seq")]


def test_a_manager_changes_the_hours_of_the_week_and_the_event_holds_them(kitchen, manager):
    version = kitchen.version

    change(kitchen, manager, USUAL)

    assert hours() == OpeningHours(week=USUAL)
    assert events() == [OpeningHours(week=USUAL)]
    assert Kitchen.objects.get().version == version + 1


def test_no_order_is_accepted_out_of_the_hours_that_a_manager_has_set(kitchen, manager):
    change(kitchen, manager, USUAL)

    with pytest.raises(KitchenClosed, match=r"We are closed\. We open again Sat 11:30\."):
        shop.place(at=on("2026-11-20", "22:30"))
    assert shop.place(at=on("2026-11-21", "11:30")).number == 1


def test_an_order_of_the_last_hour_belongs_to_the_business_day_of_the_evening_also_as_the_clocks_go_back(
    kitchen, manager
):
    change(kitchen, manager, every_day("18:00-03:30").week)

    order = shop.place(at=on("2026-10-25", "03:15"))  # 02:15 came twice in that night

    assert order.business_date == date(2026, 10, 24)
    with pytest.raises(KitchenClosed):
        shop.place(at=on("2026-10-25", "03:30"))


def test_around_the_clock_without_closed_days_is_stored_as_no_hours(kitchen, manager):
    set_hours(OpeningHours(week=USUAL))

    change(kitchen, manager, None)

    assert Kitchen.objects.get().opening_hours is None
    assert events() == [OpeningHours()]


def test_hours_that_are_as_they_were_record_no_event(kitchen, manager):
    set_hours(OpeningHours(week=USUAL))

    change(kitchen, manager, USUAL)
    reopen(kitchen, manager, "2026-12-24", "2026-12-26")

    assert events() == []


def test_the_hours_of_the_week_leave_the_closed_days_as_they_are(kitchen, manager):
    close(kitchen, manager, "2026-12-24", "2026-12-26")

    change(kitchen, manager, USUAL)
    change(kitchen, manager, None)

    assert hours() == OpeningHours(closed=(ClosedDays(first=date(2026, 12, 24), last=date(2026, 12, 26)),))


@pytest.mark.parametrize(
    ("week", "field", "message"),
    [
        (
            ((), (), (), (), (span("11:00-15:00"), span("14:59-18:00")), (), ()),
            "day_4",
            "The hours of Friday overlap: 11:00–15:00, 14:59–18:00.",
        ),
        (
            ((), (), (), (), (span("18:00-02:00"),), (span("01:30-05:00"),), ()),
            "day_4",
            "The hours of Friday, 18:00–02:00, last into those of the next day.",
        ),
        (
            ((span("01:00-03:00"),), (), (), (), (), (), (span("20:00-01:30"),)),
            "day_6",
            "The hours of Sunday, 20:00–01:30, last into those of the next day.",
        ),
        (((),) * 7, "", "Please give the hours of at least one day. To take no orders for a while, pause."),
    ],
)
def test_hours_that_overlap_are_refused_with_their_weekday(kitchen, manager, week, field, message):
    with pytest.raises(HoursRefused) as refused:
        change(kitchen, manager, week)

    assert (refused.value.field, refused.value.message) == (field, message)
    assert hours() == OpeningHours()


def test_closed_days_are_kept_in_sequence_and_swallow_those_within_them(kitchen, manager):
    close(kitchen, manager, "2026-12-31", "2026-12-31")
    close(kitchen, manager, "2026-12-25", "2026-12-25")
    close(kitchen, manager, "2026-12-24", "2026-12-26")
    close(kitchen, manager, "2026-12-25", "2026-12-26")  # closed already

    assert closed() == [("2026-12-24", "2026-12-26"), ("2026-12-31", "2026-12-31")]
    assert len(events()) == 3

    reopen(kitchen, manager, "2026-12-24", "2026-12-26")
    assert closed() == [("2026-12-31", "2026-12-31")]


def test_closed_days_that_have_passed_are_dropped_when_others_are_added(kitchen, manager):
    passed = ClosedDays(first=date(2026, 11, 1), last=date(2026, 11, 19))
    set_hours(OpeningHours(week=USUAL, closed=(passed,)))

    close(kitchen, manager, "2026-11-20", "2026-11-20")

    assert closed() == [("2026-11-20", "2026-11-20")]


@pytest.mark.parametrize(
    ("days", "field", "message"),
    [
        (("2026-12-26", "2026-12-24"), "last", "The last day is before the first."),
        (("2026-11-18", "2026-11-19"), "first", "These days have passed already."),
        (("2026-12-24", "2036-12-24"), "last", "Please give days within the next two years."),
    ],
)
def test_closed_days_that_cannot_be_are_refused(kitchen, manager, days, field, message):
    with pytest.raises(HoursRefused) as refused:
        close(kitchen, manager, *days)

    assert (refused.value.field, refused.value.message) == (field, message)
    assert events() == []


def test_only_managers_change_the_hours(kitchen, chef):
    for refused in (
        lambda: change(kitchen, chef, USUAL),
        lambda: close(kitchen, chef, "2026-12-24", "2026-12-24"),
        lambda: reopen(kitchen, chef, "2026-12-24", "2026-12-24"),
    ):
        with pytest.raises(NotAllowed):
            refused()


def test_hours_that_were_changed_since_they_were_shown_are_not_replaced(kitchen, manager):
    set_hours(OpeningHours(week=USUAL))

    with pytest.raises(ChangedMeanwhile):
        change(kitchen, manager, None, shown={"opening_hours": None})

    assert hours().week == USUAL


@pytest.mark.parametrize(
    ("wall", "is_announced"),
    [("17:59", False), ("18:00", True), ("18:01", True), ("18:03", False), ("22:31", True), ("23:00", False)],
)
def test_the_board_has_a_new_version_as_soon_as_the_shop_opens_or_closes(kitchen, wall, is_announced):
    set_hours(every_day(*LUNCH_AND_DINNER))

    services.announce_opening(kitchen=kitchen, by=SYSTEM, at=on("2026-11-20", wall))

    assert Kitchen.objects.get().version == kitchen.version + is_announced


def test_the_board_has_a_new_version_as_soon_as_a_pause_has_ended(kitchen, chef):
    until = FRIDAY_NIGHT + timedelta(minutes=15)
    paused = services.pause(kitchen=kitchen, reason="the oven rests", until=until, by=chef, at=FRIDAY_NIGHT)

    services.announce_opening(kitchen=kitchen, by=SYSTEM, at=until - timedelta(seconds=1))
    assert Kitchen.objects.get().version == paused.version
    services.announce_opening(kitchen=kitchen, by=SYSTEM, at=until)
    assert Kitchen.objects.get().version == paused.version + 1
