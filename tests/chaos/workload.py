"""Orders of an evening, each of a guest with an e-mail address and a phone number of their own, and their messages."""

from collections import Counter
from dataclasses import replace
from datetime import timedelta

from orders.notifications import services as notification_services
from orders.notifications.models import Notification, NotificationState
from pizzeria.foundation import background, clock
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from tests import shop

AFTER_LEASE = timedelta(seconds=61)
WORKER_TIMEOUT = 300  # seconds for the workers to send a whole evening's messages: more than a loaded machine takes


def address(number):
    return f"guest-{number}@example.com"


def phone(number):
    return f"+39333{1_000_000 + number}"


def place(number, *, at=None):
    """Place a guest's order."""
    guest = replace(shop.ANNA, email=address(number), phone=phone(number))
    return shop.place(contact=guest, at=at or clock.now())


def recipients(numbers):
    """Return the e-mail addresses and phone numbers to which messages of these orders are sent."""
    return {who for number in numbers for who in (address(number), phone(number))}


def wait_for_wakeups():
    """Wait until every wake-up of the relay by this process has reached the broker."""
    background._process_queue.wait()


def count_arrived(message_sinks):
    """Return the number of messages that arrived, without reading them."""
    return sum(1 for _each in message_sinks.servers.store.folder.glob("[0-9]*.json"))


def count_by_recipient(message_sinks):
    """Return the number of messages that arrived, by recipient."""
    return Counter(message.to for message in message_sinks.messages())


def all_relayed():
    return not OutboxEntry.objects.waiting().exists()


def nothing_is_due():
    """Return whether no notification and no event is due; what is left, if anything, is claimed or retried later."""
    now = clock.now()
    return not Notification.objects.due(now).exists() and not OutboxEntry.objects.eligible(now).exists()


def run_due_work(**whose):
    """Relay and send what is due once the leases of killed workers have ended, as beat and workers would."""
    later = clock.now() + AFTER_LEASE
    relay_due(now=lambda: later)
    for notification in Notification.objects.due(later).filter(**whose):
        notification_services.send_notification(notification_id=notification.pk, at=later)


def count_by_state():
    """Return the number of notifications by channel and state, for the message of a failed test."""
    return Counter(Notification.objects.values_list("channel", "state"))


def all_sent():
    return not Notification.objects.exclude(state=NotificationState.SENT).exists()
