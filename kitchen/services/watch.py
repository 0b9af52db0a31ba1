"""
What managers are alerted of: tickets that no cook has seen, and an open kitchen whose board is nowhere shown.

Both alerts end by themselves, once the tickets are seen or a board is in sight again.
"""

from datetime import datetime, timedelta

from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from kitchen import screens
from kitchen.models import Kitchen
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.alerts.services import raise_alert, resolve_alert
from pizzeria.foundation.commands import command

TICKET_UNSEEN = AlertKind(
    "ticket_unseen",
    _("No cook has seen ticket %(ticket)s for %(seconds)s seconds. Unseen for too long in all: %(tickets)s."),
    again_after=timedelta(minutes=5),  # if further tickets have become unseen by then
)
NO_LIVE_SCREEN = AlertKind("no_live_screen", _("The kitchen %(kitchen)s is open, and no screen shows its board."))

WITHOUT_SCREEN_FOR = timedelta(minutes=2)  # since the last heartbeat, the opening, or the end of a pause
JUST_NOW = timedelta(minutes=1)  # longer than a screen is live after a heartbeat, and the interval of the watch
REMINDER_AFTER = timedelta(hours=1)  # a manager has acknowledged that there is no screen, and there still is none


@command
def watch_board(*, kitchen: Kitchen, by: Actor, at: datetime) -> bool:
    """
    Raise or resolve the alerts of a kitchen's board; return whether one was raised.

    Needs no permission: any actor may have the board watched.
    """
    unseen, without_screen = _watch_tickets(kitchen, at), _watch_screens(kitchen, at)
    return unseen or without_screen


def _watch_tickets(kitchen: Kitchen, at: datetime) -> bool:
    """Raise the alert for tickets that have become unseen for too long since it was last raised: once for each."""
    limit = timedelta(seconds=kitchen.unseen_seconds)
    overdue = screens.unseen_tickets(kitchen).filter(state_changed_at__lte=at - limit)
    tickets = list(overdue.order_by("state_changed_at", "pk").only("label", "state_changed_at")) if limit else []
    if not tickets:
        resolve_alert(TICKET_UNSEEN, key=kitchen.slug, at=at)
        return False
    oldest, newest = tickets[0], tickets[-1]
    last_alert = Alert.objects.newest(TICKET_UNSEEN, key=kitchen.slug)
    if last_alert is not None and newest.state_changed_at + limit <= last_alert.last_seen_at:
        return False
    seconds = int((at - oldest.state_changed_at).total_seconds())
    raise_alert(TICKET_UNSEEN, key=kitchen.slug, at=at, ticket=oldest.label, seconds=seconds, tickets=len(tickets))
    return True


def _watch_screens(kitchen: Kitchen, at: datetime) -> bool:
    """Raise the alert for a kitchen that takes orders while its board has been nowhere in sight: once each time."""
    needs_screen = kitchen.watches_screens and kitchen.accepts_orders(at)
    if not needs_screen or screens.has_live_screen(kitchen, at):
        _set_unwatched_since(kitchen, None)
        resolve_alert(NO_LIVE_SCREEN, key=kitchen.slug, at=at)
        return False
    last_visible_at = screens.in_kitchen(kitchen).aggregate(last=Max("last_visible_at"))["last"]
    began = kitchen.unwatched_since or _began(kitchen, last_visible_at, at)
    _set_unwatched_since(kitchen, began)
    if at - began < WITHOUT_SCREEN_FOR or _is_known(kitchen, last_visible_at, at):
        return False
    raise_alert(NO_LIVE_SCREEN, key=kitchen.slug, at=at, kitchen=kitchen.name)
    return True


def _began(kitchen: Kitchen, last_visible_at: datetime | None, at: datetime) -> datetime:
    """Return since when the board is nowhere in sight: the last heartbeat of just now, else the opening, just now."""
    is_of_now = last_visible_at is not None and at - last_visible_at <= JUST_NOW
    return last_visible_at if last_visible_at and is_of_now and kitchen.hours.is_open(last_visible_at) else at


def _set_unwatched_since(kitchen: Kitchen, began: datetime | None) -> None:
    """Keep since when the board is nowhere in sight; None: it need not be, or is."""
    if kitchen.unwatched_since != began:
        Kitchen.objects.filter(pk=kitchen.pk).update(unwatched_since=began)


def _is_known(kitchen: Kitchen, last_visible_at: datetime | None, at: datetime) -> bool:
    """Return whether managers know that there is no screen: the alert is open, or one of them has acknowledged it."""
    alert = Alert.objects.newest(NO_LIVE_SCREEN, key=kitchen.slug)
    if alert is None or alert.acknowledged_at is None:
        return alert is not None
    is_of_this_time = last_visible_at is None or alert.last_seen_at > last_visible_at
    return alert.acknowledged_by_id is not None and is_of_this_time and at - alert.last_seen_at < REMINDER_AFTER
