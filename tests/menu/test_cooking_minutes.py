"""The minutes that are learned for a pizza: their bounds, and where they are used and shown."""

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from menu import catalogue
from menu import services as menu_services
from menu.cooking_minutes import MIN_ORDERS, expected_minutes, newly_learned
from menu.prices import price
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import MANAGER
from tests.menu.admin_forms import admin_of, edit, events_of
from tests.shop import FRIDAY_NIGHT, pizza

PLANNED = st.integers(1, 120)
MEASURED = st.floats(0, 1000)


def learn(pizza, measured, *, orders=143, by=SYSTEM):
    return menu_services.learn_minutes(pizza=pizza, measured=measured, orders=orders, by=by, at=FRIDAY_NIGHT)


@given(planned=PLANNED, measured=MEASURED, learned=st.none() | st.integers(1, 300), orders=st.integers(0, 50))
def test_minutes_are_learned_between_half_and_twice_the_planned_ones_from_enough_orders(
    planned, measured, learned, orders
):
    before = expected_minutes(planned=planned, learned=learned)

    minutes = newly_learned(measured, orders=orders, planned=planned, learned=learned)

    inside = sorted([planned / 2, measured, 2 * planned])[1]
    if orders < MIN_ORDERS or abs(inside - before) < 1:
        assert minutes is None
    else:
        assert planned <= 2 * minutes <= 4 * planned
        assert abs(minutes - inside) <= 0.5
        assert expected_minutes(planned=planned, learned=minutes) == minutes >= 1


@given(planned=PLANNED, learned=st.integers(0, 500))
def test_minutes_learned_before_the_planned_ones_were_changed_are_bounded_by_the_new_ones(planned, learned):
    assert planned <= 2 * expected_minutes(planned=planned, learned=learned) <= 4 * planned


def test_prices_carry_the_learned_minutes_at_once_and_the_api_the_planned_ones(client, kitchen, margherita):
    assert catalogue.current_snapshot().pizzas["margherita"].expected_minutes == 8

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("django.db.transaction.on_commit", lambda hook, **_: hook())
        learn(margherita, 10.2)

    snapshot = catalogue.current_snapshot()
    assert price(pizza("margherita"), snapshot=snapshot, at=FRIDAY_NIGHT).minutes == 10
    [record] = [each for each in client.get("/api/menu").json()["pizzas"] if each["id"] == "margherita"]
    assert record["cooking_minutes"] == 8


def test_learned_minutes_are_recorded_and_can_be_cleared(kitchen, margherita):
    learn(margherita, 10.2)
    menu_services.clear_learned_minutes(pizza=margherita, by=SYSTEM, at=FRIDAY_NIGHT)

    assert events_of(margherita) == [
        ("menu.minutes_learned.v1", {"minutes": 10, "orders": 143, "planned": 8}, "system"),
        ("menu.learned_minutes_cleared.v1", {}, "system"),
    ]
    margherita.refresh_from_db()
    assert (margherita.expected_minutes, margherita.learned_from, margherita.learned_at) == (8, None, None)


def test_nothing_is_recorded_if_promises_would_change_by_less_than_a_minute_or_nothing_was_learned(kitchen, margherita):
    learn(margherita, 8.9)
    learn(margherita, 12, orders=19)
    menu_services.clear_learned_minutes(pizza=margherita, by=SYSTEM, at=FRIDAY_NIGHT)

    assert events_of(margherita) == []


def test_a_cook_can_neither_change_nor_clear_the_minutes_of_a_pizza(kitchen, margherita, chef):
    with pytest.raises(NotAllowed):
        learn(margherita, 12, by=chef)
    with pytest.raises(NotAllowed):
        menu_services.clear_learned_minutes(pizza=margherita, by=chef, at=FRIDAY_NIGHT)


def test_managers_see_the_learned_minutes_in_the_list_in_the_form_and_in_the_history(kitchen, sign_in, margherita):
    marta = sign_in(MANAGER)
    assert "promises are computed with the planned minutes" in marta.get(admin_of(margherita)).content.decode()

    learn(margherita, 10.2)

    listed = marta.get(reverse("admin:menu_pizza_changelist")).content.decode()
    assert "8 planned, 10 learned" in listed
    assert listed.count("learned") == 1
    form = marta.get(admin_of(margherita)).content.decode()
    assert "8 min planned, 10 learned from 143 orders since 23 Oct" in form
    history = marta.get(reverse("admin:menu_pizza_history", args=[margherita.pk])).content.decode()
    assert "10 minutes learned from 143 orders; 8 planned" in history


def test_a_manager_who_plans_other_minutes_moves_the_bounds_and_keeps_what_was_learned(kitchen, sign_in, margherita):
    learn(margherita, 16)

    edit(sign_in(MANAGER), margherita, minutes=5)

    margherita.refresh_from_db()
    assert (margherita.minutes, margherita.learned_minutes, margherita.expected_minutes) == (5, 16, 10)


def test_the_form_of_a_new_pizza_shows_no_learned_minutes(kitchen, sign_in):
    page = sign_in(MANAGER).get(reverse("admin:menu_pizza_add")).content.decode()

    assert "Minutes to cook" in page
    assert "earned" not in page
