"""The quarters of an hour at which an order can be wanted."""

from datetime import UTC, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kitchen import selectors as kitchen_selectors
from kitchen import slot_labels, slots
from kitchen.capacity import OrderTooLarge
from kitchen.hours import ClosedDays, OpeningHours, Span
from kitchen.models import FulfillmentMethod, Kitchen, TicketState
from kitchen.slots import LaterOrder, SlotFull, SlotNotOffered
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import initial_shop
from tests.factories import KitchenFactory
from tests.kitchen.tickets import MINUTE, ticket
from tests.shop import FRIDAY_NIGHT

SHOP = initial_shop()  # 2 minutes for handing over, 20 for driving, promises 10 minutes wide
EVENINGS = OpeningHours(week=((Span(opens=time(17), closes=time(23)),),) * 7)  # until 22:00 UTC
HOUR = timedelta(hours=1)


def kitchen(**fields):
    fields = {"later_days": 0, "max_slot_pizzas": 12, "lead_minutes": 10, **fields}
    hours = fields.pop("hours", EVENINGS)
    return Kitchen(opening_hours=hours.model_dump(mode="json"), oven_slots=5, **fields)


def order(*pizza_minutes, method=FulfillmentMethod.PICKUP):
    return LaterOrder.of(pizza_minutes or [8], method=method, shop=SHOP)


def times(shop_kitchen, wanted=None, *, tickets=(), taken=None, at=FRIDAY_NIGHT):
    """Return the times that are offered, by UTC."""
    found = slots.slots_for(shop_kitchen, wanted or order(), tickets=tickets, taken=taken or {}, at=at)
    return [slot.at.strftime("%H:%M") for slot in found.offered]


def test_the_full_quarters_are_offered_from_when_an_order_for_now_would_be_ready_until_the_shop_closes():
    quarters = [f"{hour}:{minute:02}" for hour in (19, 20, 21) for minute in (0, 15, 30, 45)]

    assert times(kitchen()) == [*quarters[1:], "22:00"]


def test_a_delivery_is_with_the_guest_at_the_wanted_time_and_takes_its_pizzas_from_an_earlier_quarter():
    pickup, delivery = order(), order(method=FulfillmentMethod.DELIVERY)
    wanted = FRIDAY_NIGHT + HOUR

    assert (pickup.due_at(wanted), delivery.due_at(wanted)) == (wanted - 2 * MINUTE, wanted - 22 * MINUTE)
    assert slots.slot_of(pickup.due_at(wanted)) == wanted - 15 * MINUTE
    assert slots.slot_of(delivery.due_at(wanted)) == wanted - 30 * MINUTE
    assert times(kitchen(), delivery)[0] == "19:30"


def test_nothing_is_offered_before_an_order_for_now_would_be_ready_whether_or_not_the_queue_is_full():
    waiting = [ticket(minutes=60) for _ in range(5)]

    assert times(kitchen(max_concurrent_orders=1), tickets=waiting)[0] == "20:15"


def test_the_first_time_is_late_enough_to_cook_after_the_shop_has_opened():
    morning = FRIDAY_NIGHT - 9 * HOUR  # 10:00 UTC; it opens at 16:00

    assert times(kitchen(), order(8), at=morning)[0] == "16:15"
    assert times(kitchen(), order(14), at=morning)[0] == "16:30"
    assert times(kitchen(), order(13), at=morning)[0] == "16:15"


def test_nothing_is_offered_during_a_pause_nor_for_the_rest_of_the_day_while_nobody_knows_when_it_ends():
    until_nine = kitchen(taking_orders=False, paused_until=FRIDAY_NIGHT + HOUR)
    for_good = kitchen(taking_orders=False, paused_until=None, later_days=1)

    assert times(until_nine)[0] == "20:15"
    assert times(until_nine, at=FRIDAY_NIGHT + HOUR)[0] == "20:15"
    first = slots.slots_for(for_good, order(), tickets=(), taken={}, at=FRIDAY_NIGHT).offered[0]
    assert first.at == datetime(2026, 11, 21, 16, 15, tzinfo=UTC)


def test_later_days_are_offered_as_far_as_the_setting_goes_and_not_when_the_shop_is_closed():
    closed_on_saturday = EVENINGS.model_copy(
        update={
            "closed": (ClosedDays(first=FRIDAY_NIGHT.date() + timedelta(1), last=FRIDAY_NIGHT.date() + timedelta(1)),)
        }
    )

    found = slots.slots_for(
        kitchen(later_days=2, hours=closed_on_saturday), order(), tickets=(), taken={}, at=FRIDAY_NIGHT
    )

    assert {slot_labels.day_of(slot.at).day for slot in found.offered} == {20, 22}


def test_a_shop_that_is_open_around_the_clock_offers_midnight_and_the_minutes_after_it():
    at = FRIDAY_NIGHT + 3 * HOUR + 45 * MINUTE  # 23:45 on the wall clock

    found = times(kitchen(hours=OpeningHours(), later_days=1), at=at)

    assert found[:3] == ["23:00", "23:15", "23:30"]
    assert len(found) == 24 * 4
    assert found[-1] == "22:45"


def test_a_span_across_midnight_is_offered_to_its_end_also_after_midnight():
    hours = OpeningHours(week=((Span(opens=time(18), closes=time(2)),),) * 7)

    assert times(kitchen(hours=hours), at=FRIDAY_NIGHT + 3 * HOUR)[-1] == "01:00"
    assert times(kitchen(hours=hours), at=FRIDAY_NIGHT + 5 * HOUR + 10 * MINUTE)[:2] == ["00:30", "00:45"]


@pytest.mark.parametrize(
    ("night", "quarters"),
    [(datetime(2026, 3, 28, 20, tzinfo=UTC), 29), (datetime(2026, 10, 24, 20, tzinfo=UTC), 37)],
    ids=["an hour is skipped", "an hour is doubled"],
)
def test_in_the_nights_when_the_clocks_change_each_quarter_is_one_moment(night, quarters):
    """Open from 22:00 until 06:00: seven hours in spring, nine in autumn, and the first quarter is for cooking."""
    hours = OpeningHours(week=((Span(opens=time(22), closes=time(6)),),) * 7)

    found = slots.slots_for(kitchen(hours=hours), order(), tickets=(), taken={}, at=night)

    moments = [slot.at for slot in found.offered]
    assert len(set(moments)) == len(moments) == quarters - 1
    assert len({slot_labels.time_label(moment) for moment in moments}) == len(moments)


def test_the_two_times_of_the_doubled_hour_are_told_apart():
    first, second = (datetime(2026, 10, 25, hour, 30, tzinfo=UTC) for hour in (0, 1))

    assert slot_labels.time_label(first) == "02:30 (the first time that night)"
    assert slot_labels.time_label(second) == "02:30 (the second time that night)"
    assert slot_labels.time_label(second + HOUR) == "03:30"


def test_a_slot_offers_as_many_pizzas_as_are_left_of_its_limit():
    wanted, slot = FRIDAY_NIGHT + HOUR, FRIDAY_NIGHT + 45 * MINUTE
    found = slots.slots_for(kitchen(), order(8, 8, 8), tickets=(), taken={slot: 10}, at=FRIDAY_NIGHT)

    assert (found.possible[wanted].pizzas_left, found.possible[wanted + 15 * MINUTE].pizzas_left) == (2, 12)
    assert wanted not in {each.at for each in found.offered}
    with pytest.raises(SlotFull, match="room for 2 more pizzas only"):
        found.refuse_unless_offered(wanted, at=FRIDAY_NIGHT)
    found.refuse_unless_offered(wanted + 15 * MINUTE, at=FRIDAY_NIGHT)


def test_drinks_alone_fit_into_a_full_slot():
    drinks = LaterOrder.of([], method=FulfillmentMethod.PICKUP, shop=SHOP)

    assert "20:00" in times(kitchen(), drinks, taken={FRIDAY_NIGHT + 45 * MINUTE: 12})


@pytest.mark.parametrize(
    "wanted",
    [
        FRIDAY_NIGHT + HOUR + MINUTE,
        FRIDAY_NIGHT,
        FRIDAY_NIGHT + 24 * HOUR,
        datetime(1, 1, 1, tzinfo=UTC),
        datetime.max.replace(tzinfo=UTC),
    ],
    ids=["no full quarter", "too soon", "too far away", "the first of all years", "the last of all years"],
)
def test_a_time_that_is_not_offered_is_refused_with_a_sentence(wanted):
    found = slots.slots_for(kitchen(), order(), tickets=(), taken={}, at=FRIDAY_NIGHT)

    with pytest.raises(SlotNotOffered, match="choose another time") as refused:
        found.refuse_unless_offered(wanted, at=FRIDAY_NIGHT)

    assert refused.value.field == "wanted_at"


@pytest.mark.parametrize(
    ("fields", "pizzas", "refusal", "message"),
    [
        ({"max_slot_pizzas": None}, 1, SlotNotOffered, "no orders for later"),
        ({"max_slot_pizzas": 3}, 4, SlotNotOffered, "3 pizzas at most"),
        ({"max_open_pizzas": 3}, 4, OrderTooLarge, "that many pizzas"),
    ],
    ids=["no orders for later", "more than a slot has", "more than may be open"],
)
def test_an_order_that_cannot_be_for_later_is_refused_at_every_time(fields, pizzas, refusal, message):
    found = slots.slots_for(kitchen(**fields), order(*[8] * pizzas), tickets=(), taken={}, at=FRIDAY_NIGHT)

    assert found.offered == []
    with pytest.raises(refusal, match=message):
        found.refuse_unless_offered(FRIDAY_NIGHT + HOUR, at=FRIDAY_NIGHT)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2028, 1, 1), timezones=st.just(UTC)),
    st.lists(st.integers(1, 40), max_size=12),
    st.sampled_from(FulfillmentMethod),
)
def test_whatever_is_offered_is_a_full_quarter_that_can_be_cooked_within_the_opening_hours(at, minutes, method):
    wanted = LaterOrder.of(minutes, method=method, shop=SHOP)
    found = slots.slots_for(kitchen(later_days=2), wanted, tickets=(), taken={}, at=at)

    for slot in found.offered:
        assert (slot.at.minute % 15, slot.at.second, slot.at.microsecond) == (0, 0, 0)
        assert slot.at > at
        assert EVENINGS.is_open(wanted.due_at(slot.at) - wanted.time_in_the_oven)
        assert EVENINGS.is_open(slot.at - timedelta(microseconds=1))
        found.refuse_unless_offered(slot.at, at=at)


@pytest.mark.parametrize(("limit", "queries"), [(12, 2), (None, 0)])
def test_the_slots_of_a_kitchen_are_read_with_two_queries_and_those_of_withdrawn_tickets_are_free(
    db, limit, queries, django_assert_num_queries
):
    shop_kitchen = KitchenFactory(max_slot_pizzas=limit)
    due = {"due_at": FRIDAY_NIGHT + 58 * MINUTE, "slot_at": FRIDAY_NIGHT + 45 * MINUTE, "pizzas": 3}
    for state in (TicketState.SCHEDULED, TicketState.HELD, TicketState.GONE, TicketState.WITHDRAWN):
        ticket(shop_kitchen, state, joins_queue_at=FRIDAY_NIGHT + 40 * MINUTE, **due).save()

    with django_assert_num_queries(queries):
        found = kitchen_selectors.slots_of(shop_kitchen, order(), at=FRIDAY_NIGHT)

    left = {slot.at: slot.pizzas_left for slot in found.offered}
    assert left.get(FRIDAY_NIGHT + HOUR) == (limit and limit - 9)


def test_a_refusal_of_a_slot_has_a_stable_code():
    assert {refusal.code for refusal in (SlotFull, SlotNotOffered)} == {"slot_full", "slot_not_offered"}
    assert issubclass(SlotFull, Refusal)
