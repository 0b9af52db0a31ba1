"""Who hears what: the whole map of news in this shop. The README shows the same."""

from pathlib import Path

import pytest

from pizzeria.operations import signal_map
from pizzeria.operations.signal_map import declared_signals, django_signals, receivers_of

README = (Path(__file__).parents[2] / "README.md").read_text()

# News of the line, heard inside the cook's transaction.
LINE = {
    "kitchen.signals.cooking_started": ["orders.receivers.on_cooking_started"],
    "kitchen.signals.ticket_ready": ["orders.receivers.on_ticket_ready"],
    "kitchen.signals.ticket_recalled": ["orders.receivers.on_ticket_recalled"],
    "kitchen.signals.promises_changed": ["orders.receivers.on_promises_changed"],
}

# What screens follow, heard inside the transaction; after it, it is published, and a cached quote thrown away.
LIVE = {
    "kitchen.signals.board_changed": [
        "orders.receivers.on_board_changed",
        "pizzeria.live.receivers.on_board_changed",
    ],
    "pizzeria.foundation.events.signals.recorded": ["pizzeria.live.receivers.on_order_recorded of orders.order"],
}

# News for the world outside, relayed after the commit. Nobody tells anybody of a driver's comings and goings, nor
# somebody of what they have just done themselves.
WORLD = {
    "orders.signals.order_placed": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_confirmed": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_cooking_started": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_ready": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_recalled": [],
    "orders.signals.order_driver_assigned": [],
    "orders.signals.order_driver_unassigned": [],
    "orders.signals.order_out_for_delivery": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_delivery_failed": [],
    "orders.signals.order_delivered": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_promise_changed": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_cancelled": ["orders.notifications.receivers.on_order_event"],
    "orders.signals.order_linked_to_customer": [],
}

MENU_ROWS = [
    f"menu.receivers.on_row_changed of menu.{kind}" for kind in ("category", "pizza", "simpleitem", "size", "topping")
]

# Django's own news that we hear. Of rows the menu's alone, and only to throw cached pictures away.
DJANGO = {
    "django.contrib.auth.signals.user_logged_in": ["pizzeria.users.receivers.on_signed_in"],
    "django.contrib.auth.signals.user_login_failed": ["pizzeria.users.receivers.on_sign_in_failed"],
    "django.db.models.signals.post_save": MENU_ROWS,
    "django.db.models.signals.post_delete": MENU_ROWS,
    "django.db.models.signals.m2m_changed": ["menu.receivers.on_recipe_changed of menu.pizza_recipe"],
}


EVERY = [*declared_signals().values(), *django_signals().values()]


def heard(signals):
    return {name: [str(receiver) for receiver in receivers_of(signal)] for name, signal in signals.items()}


def test_of_our_own_are_heard_by_these_and_by_nobody_else():
    assert heard(declared_signals()) == LINE | LIVE | WORLD


def test_of_django_are_heard_by_these_and_by_nobody_else():
    assert {name: theirs for name, theirs in heard(django_signals()).items() if theirs} == DJANGO


def test_are_for_the_world_if_a_fact_of_the_log_is_told_by_them():
    assert {name for name, signal in declared_signals().items() if signal_map.is_relayed(signal)} == set(WORLD)


def test_are_heard_in_receivers_alone():
    assert {receiver.module.split(".")[-1] for signal in EVERY for receiver in receivers_of(signal)} == {"receivers"}


def test_are_heard_by_name_so_that_loading_a_module_twice_makes_nobody_hear_twice():
    assert [
        receiver for signal in EVERY for receiver in receivers_of(signal) if not isinstance(receiver.uid, str)
    ] == []


def test_are_in_the_readme_as_they_are():
    assert signal_map.insert_into(README) == README, "`make signal-map` puts it right"


def test_have_no_place_on_a_page_without_the_markers():
    with pytest.raises(ValueError, match="no place for the map"):
        signal_map.insert_into("Nothing here.")
