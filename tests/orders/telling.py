"""The short way from an order's events to its notices: as if each had just been relayed."""

from orders import services as front_desk
from orders.models import Notice
from pizzeria.foundation.events.models import Event
from tests.shop import FRIDAY_NIGHT


def write_down(order, *types, at=FRIDAY_NIGHT):
    """Write the notices of an order's events, or of those of the named types; give what is to be sent of them."""
    events = Event.objects.filter(noun_ref=order.ref, **({"type__in": types} if types else {})).order_by("seq")
    return [notice for event in events for notice in front_desk.write_notices(event_id=event.pk, at=at)]


def newest(order, channel, kind="confirmed", at=FRIDAY_NIGHT):
    """Write an order's notices; give the newest of a kind that goes out by a channel."""
    write_down(order, at=at)
    return Notice.objects.filter(order=order, channel=channel, kind=kind).latest("pk")
