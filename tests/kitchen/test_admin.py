"""The kitchen's settings in the admin: capacity, hours, the board's settings, and whether it takes orders."""

from datetime import date, timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from kitchen import services
from kitchen.events import CapacityChanged
from kitchen.hours import ClosedDays, OpeningHours
from kitchen.models import Kitchen, TicketState
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.kitchen.opening import LUNCH_AND_DINNER, every_day, on, set_hours, span
from tests.kitchen.tickets import MINUTE, in_queue
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def page(kitchen):
    return reverse("admin:kitchen_kitchen_change", args=[kitchen.pk])


def shown_in(response, tool="capacity"):
    """Return the data of one of the page's forms, with the shown values beside them."""
    form = response.context[f"{tool}_form"]
    fields = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    sent = {name: value for name, value in fields.items() if value is not False}  # as a box that is not ticked
    return {"tool": tool, **sent} | {form[name].html_initial_name: value for name, value in fields.items()}


def test_a_manager_changes_the_capacity_and_the_history_says_who(sign_in, page):
    marta = sign_in(MANAGER)
    data = shown_in(marta.get(reverse("admin:kitchen_kitchen_changelist"), follow=True))

    saved = marta.post(page, data | {"max_concurrent_orders": "30", "max_open_pizzas": "80", "oven_slots": "6"})

    kitchen = Kitchen.objects.get()
    assert saved.status_code == 302
    assert (kitchen.max_concurrent_orders, kitchen.max_open_pizzas, kitchen.oven_slots) == (30, 80, 6)
    assert StoredEvent.objects.get(type=CapacityChanged.type).actor == str(marta.user.pk)
    assert "Oven slots" in LogEntry.objects.get(user=marta.user).get_change_message()
    assert "Oven slots" in marta.get(reverse("admin:kitchen_kitchen_history", args=[kitchen.pk])).content.decode()


def test_less_than_what_is_open_is_refused_beside_the_field_and_the_form_stays_as_typed(sign_in, page, chef):
    for order in (shop.place(), shop.place()):
        services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    marta = sign_in(MANAGER)

    refused = marta.post(page, shown_in(marta.get(page)) | {"max_concurrent_orders": "30", "oven_slots": "1"})

    assert refused.status_code == 409
    assert refused.context["capacity_form"].errors == {"oven_slots": ["2 orders are cooking now; it cannot be less."]}
    assert 'value="30"' in refused.content.decode()
    assert Kitchen.objects.get().max_concurrent_orders == 20


@pytest.mark.parametrize(
    ("field", "typed"), [("oven_slots", "0"), ("oven_slots", "many"), ("max_open_pizzas", "-1"), ("oven_slots", "")]
)
def test_a_number_that_cannot_be_is_said_beside_its_field(sign_in, page, field, typed):
    marta = sign_in(MANAGER)

    invalid = marta.post(page, shown_in(marta.get(page)) | {field: typed})

    assert invalid.status_code == 422
    assert [*invalid.context["capacity_form"].errors] == [field]


def test_a_page_that_was_opened_before_another_managers_change_asks_before_it_replaces_that(sign_in, page):
    paolo = sign_in(MANAGER, first_name="Paolo", last_name="Verdi")
    older = shown_in(paolo.get(page))
    paolo.post(page, older | {"oven_slots": "6", "max_concurrent_orders": "25"})
    marta = sign_in(MANAGER)

    asked = marta.post(page, older | {"oven_slots": "4"})

    [question] = asked.context["capacity_form"].errors["oven_slots"]
    assert question.startswith("Paolo Verdi changed this to “6” (")
    assert Kitchen.objects.get().oven_slots == 6

    marta.post(page, {"tool": "capacity", **asked.context["capacity_form"].data.dict()})
    kitchen = Kitchen.objects.get()
    assert (kitchen.oven_slots, kitchen.max_concurrent_orders) == (4, 25)


def test_a_manager_pauses_and_resumes_the_kitchen(sign_in, page):
    marta = sign_in(MANAGER)

    unexplained = marta.post(page, {"tool": "pause", "reason": " ", "minutes": "15"})
    assert unexplained.status_code == 422
    assert "for guests to read" in unexplained.content.decode()

    paused = marta.post(page, {"tool": "pause", "reason": "The oven is cold", "minutes": "0"}, follow=True)
    assert "The oven is cold" in paused.content.decode()
    assert not Kitchen.objects.get().taking_orders

    marta.post(page, {"tool": "resume"})
    assert Kitchen.objects.get().taking_orders


def test_the_settings_of_the_kitchen_are_closed_to_cooks(sign_in, page):
    assert sign_in(KITCHEN).get(page).status_code in {302, 403}


def test_a_kitchen_that_does_not_exist_redirects_to_the_first_page(sign_in, kitchen):
    missing = sign_in(MANAGER).get(reverse("admin:kitchen_kitchen_change", args=[kitchen.pk + 1]))

    assert missing.status_code == 302


DAYS = [f"day_{weekday}" for weekday in range(7)]


def hours():
    return Kitchen.objects.get().hours


def test_a_manager_types_the_hours_of_the_week_and_reads_what_they_come_to(sign_in, page):
    marta = sign_in(MANAGER)
    shown = shown_in(marta.get(page), "hours")
    typed = dict.fromkeys(DAYS, "11.30-14.30 / 18h - 22h30") | {"day_0": "", "day_4": "18-2", "day_5": "18 to 2"}

    saved = marta.post(page, {**shown, **typed, "around_the_clock": ""}, follow=True)

    usual, long = tuple(map(span, LUNCH_AND_DINNER)), (span("18:00-02:00"),)
    assert hours().week == ((), usual, usual, usual, long, long, usual)
    html = " ".join(saved.content.decode().split())
    assert 'value="11:30–14:30, 18:00–22:30"' in html
    assert "Tue–Thu" in html
    assert len(saved.context["next_days"]) == 7
    assert "Friday" in LogEntry.objects.get(user=marta.user).get_change_message()


def test_hours_that_cannot_be_read_or_overlap_are_said_beside_their_day_and_nothing_is_saved(sign_in, page):
    marta = sign_in(MANAGER)
    shown = {**shown_in(marta.get(page), "hours"), "around_the_clock": ""}

    unreadable = marta.post(page, shown | {"day_1": "18-22", "day_2": "six to ten"})
    overlapping = marta.post(page, shown | {"day_1": "18-2", "day_2": "1-5"})

    assert unreadable.status_code == overlapping.status_code == 422
    assert [*unreadable.context["hours_form"].errors] == ["day_2"]
    assert 'value="six to ten"' in unreadable.content.decode()
    assert overlapping.context["hours_form"].errors == {
        "day_1": ["The hours of Tuesday, 18:00–02:00, last into those of the next day."]
    }
    assert hours() == OpeningHours()
    assert not LogEntry.objects.exists()


def test_hours_that_are_typed_for_a_shop_that_is_open_around_the_clock_ask_to_untick_that(sign_in, page):
    marta = sign_in(MANAGER)

    asked = marta.post(page, shown_in(marta.get(page), "hours") | {"day_1": "18-22"})

    assert [*asked.context["hours_form"].errors] == ["around_the_clock"]
    assert hours().week is None


def test_ticking_around_the_clock_replaces_the_hours_of_the_week(sign_in, page):
    set_hours(every_day(*LUNCH_AND_DINNER))
    marta = sign_in(MANAGER)

    marta.post(page, shown_in(marta.get(page), "hours") | {"around_the_clock": "on"})

    assert Kitchen.objects.get().opening_hours is None


def test_the_hours_of_a_day_are_copied_to_all_days_and_not_saved_yet(sign_in, page):
    set_hours(every_day(*LUNCH_AND_DINNER))
    marta = sign_in(MANAGER)
    shown = shown_in(marta.get(page), "hours")

    copied = marta.post(page, shown | {"day_3": "17-23", "copy": "day_3"})

    assert [copied.context["hours_form"][day].value() for day in DAYS] == ["17-23"] * 7
    assert hours() == every_day(*LUNCH_AND_DINNER)
    marta.post(page, shown_in(copied, "hours") | {name: value for name, value in shown.items() if "initial" in name})
    assert hours() == every_day("17:00-23:00")


def test_the_hours_of_other_days_that_another_manager_has_changed_meanwhile_stay(sign_in, page):
    set_hours(every_day(*LUNCH_AND_DINNER))
    paolo = sign_in(MANAGER, first_name="Paolo", last_name="Verdi")
    older = shown_in(paolo.get(page), "hours")
    paolo.post(page, older | {"day_0": "", "day_1": "12-15"})
    marta = sign_in(MANAGER)

    asked = marta.post(page, older | {"day_1": "18-22", "day_6": "10-20"})

    [question] = asked.context["hours_form"].errors["day_1"]
    assert question.startswith("Paolo Verdi changed this to “12:00–15:00” (")
    marta.post(page, {**asked.context["hours_form"].data.dict()})
    week = hours().week
    assert (week[0], week[1], week[6]) == ((), (span("18:00-22:00"),), (span("10:00-20:00"),))


def test_a_manager_closes_the_shop_on_some_days_and_opens_it_again(sign_in, page):
    marta, first = sign_in(MANAGER), clock.business_date(clock.now()) + timedelta(days=10)
    last = first + timedelta(days=2)

    closed = marta.post(page, {"tool": "closed_days", "first": first, "last": last}, follow=True)
    marta.post(page, {"tool": "closed_days", "first": last + timedelta(days=9), "last": ""})

    single = last + timedelta(days=9)
    assert hours().closed == (ClosedDays(first=first, last=last), ClosedDays(first=single, last=single))
    assert closed.context["closed_days"] == [ClosedDays(first=first, last=last)]

    marta.post(page, {"tool": "reopen", "first": first, "last": last})
    assert hours().closed == (ClosedDays(first=single, last=single),)
    assert {entry.get_change_message() for entry in LogEntry.objects.all()} == {"Changed Closed days."}


def test_closed_days_that_end_before_they_begin_are_said_beside_the_field(sign_in, page):
    marta, today = sign_in(MANAGER), clock.business_date(clock.now())

    upside_down = marta.post(page, {"tool": "closed_days", "first": today + timedelta(days=3), "last": today})
    unreadable = marta.post(page, {"tool": "closed_days", "first": "soon", "last": ""})

    assert upside_down.status_code == unreadable.status_code == 422
    assert upside_down.context["closed_days_form"].errors == {"last": ["The last day is before the first."]}
    assert [*unreadable.context["closed_days_form"].errors] == ["first"]
    assert hours() == OpeningHours()


def test_hours_that_leave_orders_for_later_out_are_saved_and_these_orders_named(sign_in, page, kitchen):
    slot, day = on("2026-11-21", "19:15"), date(2026, 11, 21)
    for due_at in (slot, on("2026-11-21", "22:30")):
        in_queue(kitchen, TicketState.SCHEDULED, slot_at=slot, joins_queue_at=slot, due_at=due_at - MINUTE)
    marta = sign_in(MANAGER)
    set_hours(OpeningHours(closed=(ClosedDays(first=day, last=day),)))

    saved = marta.post(
        page,
        {**shown_in(marta.get(page), "hours"), **dict.fromkeys(DAYS, "20-22:30"), "around_the_clock": ""},
        follow=True,
    )
    both = [str(message) for message in saved.context["messages"] if message.level_tag == "warning"]
    assert both[0].startswith("2 orders for later are booked for when the shop is closed: #1 (Sat 21 Nov")

    reopened = marta.post(page, {"tool": "reopen", "first": day, "last": day}, follow=True)
    [one] = [str(message) for message in reopened.context["messages"] if message.level_tag == "warning"]
    assert one.startswith("1 order for later is booked for when the shop is closed: #1 (Sat 21 Nov")


def test_a_manager_changes_the_orders_for_later(sign_in, page):
    marta = sign_in(MANAGER)

    marta.post(page, shown_in(marta.get(page), "later_orders") | {"max_slot_pizzas": "12", "later_days": "5"})

    kitchen = Kitchen.objects.get()
    assert (kitchen.max_slot_pizzas, kitchen.later_days, kitchen.lead_minutes) == (12, 5, 10)
    assert "Days ahead" in LogEntry.objects.get(user=marta.user).get_change_message()


def test_less_than_what_is_booked_in_a_quarter_of_an_hour_is_refused_beside_the_field(sign_in, page, kitchen):
    Kitchen.objects.update(max_slot_pizzas=12)
    slot = clock.now() + timedelta(days=1)
    in_queue(kitchen, TicketState.SCHEDULED, slot_at=slot, joins_queue_at=slot, pizzas=9)
    marta = sign_in(MANAGER)

    refused = marta.post(page, shown_in(marta.get(page), "later_orders") | {"max_slot_pizzas": "8"})

    [error] = refused.context["later_orders_form"].errors["max_slot_pizzas"]
    assert (refused.status_code, error[:26]) == (409, "9 pizzas are booked for " + error[24:26])
    assert Kitchen.objects.get().max_slot_pizzas == 12


def test_a_manager_changes_the_settings_of_the_board(sign_in, page):
    marta = sign_in(MANAGER)
    shown = shown_in(marta.get(page), "board_settings")

    marta.post(page, shown | {"late_minutes": "12", "shows_cook": "on", "uses_learned_minutes": ""})

    kitchen = Kitchen.objects.get()
    assert (kitchen.late_minutes, kitchen.shows_cook, kitchen.uses_learned_minutes) == (12, True, False)


def test_a_setting_of_the_board_that_another_manager_has_changed_meanwhile_is_asked_for(sign_in, page):
    paolo = sign_in(MANAGER, first_name="Paolo", last_name="Verdi")
    older = shown_in(paolo.get(page), "board_settings")
    paolo.post(page, older | {"unseen_seconds": "60", "shows_cook": "on"})
    marta = sign_in(MANAGER)

    asked = marta.post(page, older | {"unseen_seconds": "45"})

    [question] = asked.context["board_settings_form"].errors["unseen_seconds"]
    assert question.startswith("Paolo Verdi changed this to “60” (")
    assert Kitchen.objects.get().shows_cook


def test_the_page_shows_the_business_day_and_the_time_zone(sign_in, page):
    html = " ".join(sign_in(MANAGER).get(page).content.decode().split())

    assert "The business day ends at</dt> <dd> <time>04:00</time>" in html
    assert "Europe/Rome" in html


def test_a_form_that_the_page_does_not_have_is_a_bad_request(sign_in, page):
    assert sign_in(MANAGER).post(page, {"tool": "burn"}).status_code == 400
