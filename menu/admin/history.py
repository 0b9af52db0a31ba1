"""The history of an item, from its events: every change, whoever made it, in the admin, by the API or by an import."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from menu.events import (
    ItemArchived,
    ItemChanged,
    ItemDeleted,
    ItemMarkedAvailable,
    ItemPriceChanged,
    ItemRestored,
    ItemSoldOut,
    LearnedMinutesCleared,
    MinutesLearned,
    PriceScheduled,
    ScheduledPriceWithdrawn,
)
from menu.models import MenuItem
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.admin_history import Change, names_of, text_of
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import format_amount

PRICE_EVENTS = (ItemPriceChanged, PriceScheduled, ScheduledPriceWithdrawn)


def changes_of(item: MenuItem) -> list[Change]:
    """Return every change of an item, the newest first. Two queries: the events, and the names."""
    return _changes(StoredEvent.objects.filter(aggregate_ref=item.ref))


def price_changes(item: MenuItem) -> list[Change]:
    """Return the changes of an item's price, the newest first: when, by whom, and from which moment on. Two queries."""
    types = [event.type for event in PRICE_EVENTS]
    return _changes(StoredEvent.objects.filter(aggregate_ref=item.ref, type__in=types))


def _changes(events: Any) -> list[Change]:
    events = list(events.order_by("-seq"))
    names = names_of({event.actor for event in events})
    schedules = [each for event in events if (each := _schedule_in(event, names))]
    return [Change(event.at, names.get(event.actor, event.actor), _text_of(event, schedules)) for event in events]


@dataclass(frozen=True, slots=True)
class _Schedule:
    """A price that was scheduled: as the event `seq`, by whom (a name)."""

    seq: int
    price: Decimal
    valid_from: datetime
    who: str


def _schedule_in(event: StoredEvent, names: dict[str, str]) -> _Schedule | None:
    if event.type != PriceScheduled.type:
        return None
    try:
        scheduled = domain_events.load(event)
    except domain_events.EventUnreadable:
        return None
    assert isinstance(scheduled, PriceScheduled)
    who = names.get(event.actor, event.actor)
    return _Schedule(event.seq, scheduled.price, scheduled.valid_from, who)


def _applied(event: StoredEvent, after: Decimal, schedules: Iterable[_Schedule]) -> _Schedule | None:
    """
    Return the schedule of a price that the shop itself has written into the item's row; None: a person changed it.

    That is the last one before the event with this price, of those whose moment had passed.
    """
    if event.actor != str(SYSTEM):
        return None
    due = [each for each in schedules if each.seq < event.seq and each.price == after and each.valid_from <= event.at]
    return max(due, key=lambda each: each.valid_from, default=None)


def _text_of(event: StoredEvent, schedules: Iterable[_Schedule]) -> str:
    def describe(domain_event: domain_events.DomainEvent[Any], at: datetime) -> str:
        if isinstance(domain_event, ItemPriceChanged) and domain_event.before is not None:
            applied = _applied(event, domain_event.after, schedules)
            return _price_change(domain_event.before, domain_event.after, applied, at=at)
        return _describe(domain_event, at)

    return text_of(event, describe)


def _price_change(before: Decimal, after: Decimal, applied: _Schedule | None, *, at: datetime) -> str:
    prices = {"before": format_amount(before), "after": format_amount(after)}
    if applied is None:
        return _("%(before)s → %(after)s, at once") % prices
    since = {"moment": clock.day_and_time(applied.valid_from, at=at), "who": applied.who}
    return _("%(before)s → %(after)s, in force since %(moment)s, scheduled by %(who)s") % (prices | since)


def _describe(domain_event: domain_events.DomainEvent[Any], at: datetime) -> str:
    match domain_event:
        case ItemPriceChanged(before=None, after=after):
            return _("New, for %(price)s") % {"price": format_amount(after)}
        case PriceScheduled(price=price, valid_from=valid_from):
            return _("%(price)s from %(moment)s on, scheduled") % _price_and_moment(price, valid_from, at)
        case ScheduledPriceWithdrawn(price=price, valid_from=valid_from):
            return _("%(price)s from %(moment)s on, withdrawn") % _price_and_moment(price, valid_from, at)
        case ItemChanged(fields=fields):
            return _("Changed: %(fields)s") % {
                "fields": get_text_list([_field_name(name) for name in fields], _("and"))
            }
        case ItemSoldOut(until=None):
            return _("Sold out until further notice")
        case ItemSoldOut(until=until) if until is not None:
            return _("Sold out %(until)s") % {"until": clock.until(until, at=at)}
        case ItemMarkedAvailable():
            return _("Available again")
        case MinutesLearned(minutes=minutes, orders=orders, planned=planned):
            values = {"minutes": minutes, "orders": orders, "planned": planned}
            return _("%(minutes)d minutes learned from %(orders)d orders; %(planned)d planned") % values
        case LearnedMinutesCleared():
            return _("The learned minutes are not used any more")
        case ItemArchived():
            return _("Archived")
        case ItemRestored():
            return _("Restored from the archive")
        case ItemDeleted():
            return _("Deleted")
    return domain_event.type


def _price_and_moment(price: Any, valid_from: datetime, at: datetime) -> dict[str, str]:
    return {"price": format_amount(price), "moment": clock.day_and_time(valid_from, at=at)}


def _field_name(name: str) -> str:
    return name.replace("_", " ")
