"""Domain events of delivery zones and coupons. Their rows are changed directly; these record what managers changed."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from orders.models import Coupon, DeliveryZone
from pizzeria.foundation.events.domain_events import DomainEvent

type Value = bool | int | str | list[str] | None
type Values = dict[str, Value]


class DeliveryZoneAdded(DomainEvent[DeliveryZone], type="delivery_zone.added.v1"):
    """
    A zone was added.

    :param values: what it has, by field, amounts as text; without its name, which is a free text
    """

    slug: str
    values: Values


class DeliveryZoneChanged(DomainEvent[DeliveryZone], type="delivery_zone.changed.v1"):
    """
    A zone was changed.

    :param fields: the names of the changed fields
    :param values: what it has now
    """

    fields: tuple[str, ...]
    values: Values


class DeliveryZoneDeleted(DomainEvent[DeliveryZone], type="delivery_zone.deleted.v1"):
    """A zone was deleted; its postal codes are free again."""

    slug: str


class CouponAdded(DomainEvent[Coupon], type="coupon.added.v1"):
    """
    A coupon was added.

    :param values: what it has, by field, amounts and times as text, the customer by ref
    """

    code: str
    values: Values


class CouponChanged(DomainEvent[Coupon], type="coupon.changed.v1"):
    """
    A coupon was changed.

    :param fields: the names of the changed fields
    :param values: what it has now
    """

    fields: tuple[str, ...]
    values: Values


class CouponDeleted(DomainEvent[Coupon], type="coupon.deleted.v1"):
    """A coupon that no order had used was deleted."""

    code: str


def offer_event_text(domain_event: DomainEvent[Any], _at: datetime) -> str:
    """Return what an event of a delivery zone or a coupon says, for managers: its new values, by field."""
    match domain_event:
        case DeliveryZoneAdded(values=values) | CouponAdded(values=values):
            return _("Added: %(values)s") % {"values": _offer_values(values, tuple(values))}
        case DeliveryZoneChanged(fields=fields, values=values) | CouponChanged(fields=fields, values=values):
            return _("Changed: %(values)s") % {"values": _offer_values(values, fields)}
        case DeliveryZoneDeleted() | CouponDeleted():
            return _("Deleted")
    return domain_event.type


def _offer_values(values: Values, fields: Sequence[str]) -> str:
    """Return fields with their values; a name, which no event has, and a customer without."""
    texts = []
    for field in fields:
        name, value = field.replace("_", " "), values.get(field)
        if field not in values or (field == "customer" and value):
            texts.append(name)
        elif isinstance(value, list):
            texts.append(f"{name} {' '.join(value)}")
        elif isinstance(value, bool):
            texts.append(f"{name} {_('yes') if value else _('no')}")
        else:
            texts.append(f"{name} {'–' if value is None else value}")
    return ", ".join(texts)
