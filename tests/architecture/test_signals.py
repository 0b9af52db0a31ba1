"""The intended map of signals and their receivers. The README shows the same map."""

from pathlib import Path

import pytest

from pizzeria.operations import signal_map
from pizzeria.operations.signal_map import declared_signals, django_signals, receivers_of

README = (Path(__file__).parents[2] / "README.md").read_text()

# Signals of the kitchen, and of what is no event, sent inside the transaction of a command.
IN_TRANSACTION = {
    "orders.signals.phone_code_requested": ["orders.notifications.receivers.on_phone_code_requested"],
    "kitchen.signals.ticket_waiting": ["kitchen.printing.receivers.on_ticket_waiting"],
    "kitchen.signals.ticket_changed": ["kitchen.printing.receivers.on_ticket_changed"],
    "kitchen.signals.cooking_started": ["orders.receivers.on_cooking_started"],
    "kitchen.signals.ticket_ready": ["orders.receivers.on_ticket_ready"],
    "kitchen.signals.ticket_recalled": ["orders.receivers.on_ticket_recalled"],
    "kitchen.signals.step_undone": ["orders.receivers.on_step_undone"],
    "kitchen.signals.promises_changed": ["orders.receivers.on_promises_changed"],
}

# Signals of changes to pages, sent inside the transaction; live updates go out, and the cached quote is invalidated,
# after its commit.
PAGE_CHANGES = {
    "kitchen.signals.board_changed": [
        "orders.receivers.on_board_changed",
        "pizzeria.live.receivers.on_board_changed",
    ],
    "pizzeria.foundation.events.signals.recorded": [
        "orders.notifications.receivers.on_order_recorded of orders.order",
        "orders.payments.receivers.on_order_recorded of orders.order",
        "pizzeria.live.receivers.on_order_recorded of orders.order",
    ],
}

# Signals of stored events, relayed after the commit: webhooks hear all of them. Those without another receiver cause no
# notification, such as the assignment of a driver, or linking an order, which the customer has just done.
AFTER_COMMIT = {
    "orders.signals.order_placed": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_confirmed": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_payment_captured": [
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.payments.receivers.on_money_due",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_payment_failed": ["orders.notifications.webhooks.receivers.on_order_event"],
    "orders.signals.order_refund_requested": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.payments.receivers.on_money_due",
    ],
    "orders.signals.order_refunded": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.payments.receivers.on_money_due",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_cooking_started": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_ready": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_recalled": [
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_step_undone": [
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_driver_assigned": ["orders.notifications.webhooks.receivers.on_order_event"],
    "orders.signals.order_driver_unassigned": ["orders.notifications.webhooks.receivers.on_order_event"],
    "orders.signals.order_out_for_delivery": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_delivery_failed": [
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_delivered": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_promise_changed": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
    ],
    "orders.signals.order_cancelled": [
        "orders.notifications.receivers.on_order_event",
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.payments.receivers.on_money_due",
        "orders.reports.receivers.on_figures_changed",
    ],
    "orders.signals.order_notes_changed": ["orders.notifications.webhooks.receivers.on_order_event"],
    "orders.signals.order_linked_to_customer": [
        "orders.notifications.webhooks.receivers.on_order_event",
        "orders.reports.receivers.on_figures_changed",
    ],
}

# Django's own signals that have receivers of ours: none of rows.
DJANGO = {
    "django.contrib.auth.signals.user_logged_in": ["pizzeria.users.receivers.on_signed_in"],
    "django.contrib.auth.signals.user_login_failed": ["pizzeria.users.receivers.on_sign_in_failed"],
}


EVERY = [*declared_signals().values(), *django_signals().values()]


def receivers_by_signal(signals):
    return {name: [str(receiver) for receiver in receivers_of(signal)] for name, signal in signals.items()}


def test_our_own_signals_have_exactly_the_listed_receivers():
    assert receivers_by_signal(declared_signals()) == IN_TRANSACTION | PAGE_CHANGES | AFTER_COMMIT


def test_djangos_signals_have_exactly_the_listed_receivers_of_ours():
    assert {name: theirs for name, theirs in receivers_by_signal(django_signals()).items() if theirs} == DJANGO


def test_exactly_the_signals_of_domain_events_are_listed_as_relayed_after_the_commit():
    assert {name for name, signal in declared_signals().items() if signal_map.is_relayed(signal)} == set(AFTER_COMMIT)


def test_every_receiver_of_a_signal_is_in_a_module_named_receivers():
    assert {receiver.module.split(".")[-1] for signal in EVERY for receiver in receivers_of(signal)} == {"receivers"}


def test_every_receiver_has_a_dispatch_uid_so_that_it_cannot_be_connected_twice():
    assert [
        receiver for signal in EVERY for receiver in receivers_of(signal) if not isinstance(receiver.uid, str)
    ] == []


def test_the_map_of_signals_in_the_readme_is_current():
    assert signal_map.insert_into(README) == README, "`make signal-map` puts it right"


def test_the_map_of_signals_cannot_be_inserted_into_a_page_without_its_markers():
    with pytest.raises(ValueError, match="no place for the map"):
        signal_map.insert_into("Nothing here.")
