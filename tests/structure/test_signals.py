"""Who hears what: the whole map of news in this shop. The README shows the same."""

from importlib import import_module
from importlib.util import find_spec
from weakref import ReferenceType

from django.apps import apps
from django.contrib.auth import signals as of_sessions
from django.core import signals as of_requests
from django.db.backends import signals as of_the_database
from django.db.models import signals as of_rows
from django.dispatch import Signal

PACKAGES = ("pizzeria", "orders", "kitchen", "menu")

# News of the line, heard inside the cook's transaction.
LINE = {
    "kitchen.signals.cooking_started": ["orders.receivers.on_cooking_started"],
    "kitchen.signals.ticket_ready": ["orders.receivers.on_ticket_ready"],
    "kitchen.signals.ticket_recalled": ["orders.receivers.on_ticket_recalled"],
    "kitchen.signals.line_changed": ["orders.receivers.on_line_changed"],
}

# What screens follow, heard inside the transaction and published after it.
LIVE = {
    "kitchen.signals.board_changed": ["pizzeria.live.receivers.on_board_changed"],
    "pizzeria.foundation.events.signals.recorded": ["pizzeria.live.receivers.on_order_recorded of orders.order"],
}

# News for the world outside, relayed after the commit. Nobody tells anybody of a driver's comings and goings.
WORLD = {
    "orders.signals.order_placed": ["orders.receivers.on_order_news"],
    "orders.signals.order_confirmed": ["orders.receivers.on_order_news"],
    "orders.signals.order_cooking_started": ["orders.receivers.on_order_news"],
    "orders.signals.order_ready": ["orders.receivers.on_order_news"],
    "orders.signals.order_recalled": [],
    "orders.signals.order_driver_assigned": [],
    "orders.signals.order_driver_unassigned": [],
    "orders.signals.order_out_for_delivery": ["orders.receivers.on_order_news"],
    "orders.signals.order_delivery_failed": [],
    "orders.signals.order_delivered": ["orders.receivers.on_order_news"],
    "orders.signals.order_promise_changed": ["orders.receivers.on_order_news"],
    "orders.signals.order_cancelled": ["orders.receivers.on_order_news"],
}

MENU_ROWS = [
    f"menu.receivers.on_row_changed of menu.{kind}" for kind in ("category", "extra", "pizza", "size", "topping")
]

# Django's own news that we hear. Of rows the menu's alone, and only to throw cached pictures away.
DJANGO = {
    "django.contrib.auth.signals.user_logged_in": [
        "pizzeria.people.receivers.on_signed_in",
        "pizzeria.people.receivers.on_signed_in_register",
    ],
    "django.db.models.signals.post_save": MENU_ROWS,
    "django.db.models.signals.post_delete": MENU_ROWS,
    "django.db.models.signals.m2m_changed": ["menu.receivers.on_recipe_changed of menu.pizza_recipe"],
}


def signals_in(*modules):
    return {
        f"{module.__name__}.{name}": signal
        for module in modules
        for name, signal in vars(module).items()
        if isinstance(signal, Signal)
    }


def our_signals():
    names = [f"{app.name}.signals" for app in apps.get_app_configs() if app.name.partition(".")[0] in PACKAGES]
    return signals_in(*(import_module(name) for name in names if find_spec(name)))


def djangos_signals():
    return signals_in(of_rows, of_sessions, of_requests, of_the_database)


def ours_among(signal):
    """Give those of ours who hear a signal, each with the key it is connected by."""
    for key, entry, *_rest in signal.receivers:
        hearer = entry() if isinstance(entry, ReferenceType) else entry
        if getattr(hearer, "__module__", "").partition(".")[0] in PACKAGES:
            yield f"{hearer.__module__}.{hearer.__qualname__}", key


def heard_by(signal):
    """Name those of ours who hear a signal, with the rows they want to hear of."""
    labels = {id(kind): f" of {kind._meta.label_lower}" for kind in apps.get_models(include_auto_created=True)}
    return sorted(f"{name}{labels.get(sender, '')}" for name, (_uid, sender) in ours_among(signal))


def test_of_our_own_are_heard_by_these_and_by_nobody_else():
    assert {name: heard_by(signal) for name, signal in our_signals().items()} == LINE | LIVE | WORLD


def test_of_django_are_heard_by_these_and_by_nobody_else():
    heard = {name: heard_by(signal) for name, signal in djangos_signals().items()}

    assert {name: hearers for name, hearers in heard.items() if hearers} == DJANGO


def test_are_heard_in_receivers_alone():
    every = {**our_signals(), **djangos_signals()}.values()

    assert {name.split(".")[-2] for signal in every for name, _key in ours_among(signal)} == {"receivers"}


def test_are_heard_by_name_so_that_loading_a_module_twice_makes_nobody_hear_twice():
    every = {**our_signals(), **djangos_signals()}.values()

    assert [name for signal in every for name, (uid, _sender) in ours_among(signal) if not isinstance(uid, str)] == []
