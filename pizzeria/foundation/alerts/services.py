from datetime import datetime

from django.db.models import F
from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import NotAllowed


def raise_alert(kind: AlertKind, *, key: str = "", at: datetime, **parameters: str | int) -> None:
    """
    Raise an alert; an open one of the same kind and key is counted again instead.

    Callable inside any transaction, and undone with it. Call it last: the alert's row stays locked until the end.

    :param key: what the alert is about, such as an event's id; blank: the shop as a whole
    :param parameters: of the kind's text; no personal data
    """
    seen = {"parameters": parameters, "last_seen_at": at}
    Alert.objects.open().update_or_create(  # locks the row: one that is being acknowledged is not counted again
        kind=kind.code,
        key=key,
        defaults={**seen, "times_seen": F("times_seen") + 1},
        create_defaults={**seen, "first_seen_at": at},
    )


def resolve_alert(kind: AlertKind, *, key: str = "", at: datetime) -> None:
    """
    Close the open alert of a kind and key, if there is one: what it was about has ended by itself.

    When it happens again, another alert is raised. Callable inside any transaction, as `raise_alert`.
    """
    Alert.objects.open().filter(kind=kind.code, key=key).update(acknowledged_at=at)


@command
def acknowledge_alert(*, alert_id: int, by: Actor, at: datetime) -> Alert:
    """
    Acknowledge an alert: when it happens again, another alert is raised. Nothing happens the second time.

    :raises NotAllowed: the actor is not a manager
    :raises Alert.DoesNotExist: there is no such alert
    """
    if not by.may(ACKNOWLEDGE_ALERTS):
        raise NotAllowed(_("Only managers can do that."))
    alert = Alert.objects.for_update().get(pk=alert_id)
    if alert.acknowledged_at is None:
        alert.acknowledged_at, alert.acknowledged_by_id = at, by.user_id
        alert.save(update_fields=["acknowledged_at", "acknowledged_by"])
    return alert
