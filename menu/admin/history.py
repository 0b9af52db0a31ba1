"""The history of an item, from its events: every change, whoever made it, in the admin, by the API or by an import."""

from datetime import datetime
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
    PriceScheduled,
    ScheduledPriceWithdrawn,
)
from menu.models import MenuItem
from pizzeria.foundation import clock
from pizzeria.foundation.admin_history import Change, changes_from
from pizzeria.foundation.events import domain_events
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.money import format_amount

PRICE_EVENTS = (ItemPriceChanged, PriceScheduled, ScheduledPriceWithdrawn)


def changes_of(item: MenuItem) -> list[Change]:
    """Return every change of an item, the newest first. Two queries: the events, and the names."""
    return changes_from(StoredEvent.objects.filter(aggregate_ref=item.ref), _describe)


def price_changes(item: MenuItem) -> list[Change]:
    """Return the changes of an item's price, the newest first: when, by whom, and from which moment on. Two queries."""
    types = [event.type for event in PRICE_EVENTS]
    return changes_from(StoredEvent.objects.filter(aggregate_ref=item.ref, type__in=types), _describe)


def _describe(domain_event: domain_events.DomainEvent[Any], at: datetime) -> str:
    match domain_event:
        case ItemPriceChanged(before=None, after=after):
            return _("New, for %(price)s") % {"price": format_amount(after)}
        case ItemPriceChanged(before=before, after=after) if before is not None:
            prices = {"before": format_amount(before), "after": format_amount(after)}
            return _("%(before)s → %(after)s, at once") % prices
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
