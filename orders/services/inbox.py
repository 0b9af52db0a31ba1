"""What a person does with the notices on their page. Only ever their own: others' are not there."""

from collections.abc import Collection
from datetime import datetime
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from orders.models import Notification, NotificationChannel
from orders.selectors import inbox
from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command

type NotificationKey = tuple[UUID, int]  # what a notice tells of: an order's ref, and which of its events


@command
def mark_notifications_read(*, keys: Collection[NotificationKey], by: Actor, at: datetime) -> None:
    """
    Note that somebody has seen their notices; what was read before keeps its time.

    :raises Notice.DoesNotExist: one of them was never theirs
    """
    _own_notifications(keys, by).filter(read_at=None).update(read_at=at)


@command
def dismiss_notifications(*, keys: Collection[NotificationKey], by: Actor, at: datetime) -> None:
    """
    Take notices off somebody's page, read or not; what another tab took off already stays off.

    :raises Notice.DoesNotExist: one of them was never theirs
    """
    _own_notifications(keys, by).filter(dismissed_at=None).update(dismissed_at=at)


def _own_notifications(keys: Collection[NotificationKey], by: Actor) -> QuerySet[Notification]:
    """Find somebody's notices, all of them; how many they have not read is counted afresh after the commit."""
    refs = {ref for ref, _seq in keys}
    mine = Notification.objects.filter(
        channel=NotificationChannel.IN_APP, recipient=str(by), event__aggregate_ref__in=refs
    )
    found = {(ref, seq): pk for ref, seq, pk in mine.values_list("event__aggregate_ref", "event__seq", "pk")}
    if not found.keys() >= set(keys):
        raise Notification.DoesNotExist
    transaction.on_commit(partial(inbox.invalidate_unread_count, str(by)), robust=True)
    return Notification.objects.filter(pk__in=[found[key] for key in keys])
