"""Delivery zones: the commands by which managers add, change and delete them. Orders keep the terms of their moment."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from orders.models import DeliveryPostalCode, DeliveryZone
from orders.offer_events import DeliveryZoneAdded, DeliveryZoneChanged, DeliveryZoneDeleted, Values
from pizzeria.foundation.actor import Actor, Permission
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal

FIELDS = ("name", "slug", "is_active", "fee", "minimum", "free_from", "driving_minutes")
CODES = "codes"


class DeliveryZoneInvalid(Refusal):
    """A zone has a value that it cannot have; `field` names it."""

    code = "delivery_zone_invalid"
    status = 422


@command
def add_delivery_zone(*, values: Mapping[str, Any], codes: Sequence[str], by: Actor, at: datetime) -> DeliveryZone:
    """
    Add a zone.

    :param values: by the names of its fields; the others have their defaults
    :param codes: its postal codes, normalized
    :raises NotAllowed: the actor is not a manager
    :raises DeliveryZoneInvalid: a value is not allowed, or a postal code belongs to another zone
    """
    _refuse_unless_may("add", by)
    zone = DeliveryZone(**values)
    _refuse_unless_valid(zone)
    zone.save()
    _set_codes(zone, codes)
    record(zone, DeliveryZoneAdded(slug=zone.slug, values=_values(zone)), by=by, at=at)
    return zone


@command
def change_delivery_zone(
    *,
    zone_id: int,
    changes: Mapping[str, Any],
    codes: Sequence[str] | None,
    shown: Mapping[str, object] | None = None,
    by: Actor,
    at: datetime,
) -> DeliveryZone:
    """
    Change a zone. Nothing happens if all is as it is already.

    :param changes: the new values by the names of its fields; the other fields stay
    :param codes: its postal codes, normalized; None: they stay
    :param shown: the values that the actor has seen, if they are to be as they were
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: one of them is no longer so
    :raises DeliveryZoneInvalid: a value is not allowed, or a postal code belongs to another zone
    :raises DeliveryZone.DoesNotExist: it was deleted
    """
    _refuse_unless_may("change", by)
    zone = DeliveryZone.objects.for_update().get(pk=zone_id)
    refuse_if_changed_meanwhile(zone, shown=shown or {})
    changed = [field for field, value in changes.items() if getattr(zone, field) != value]
    for field in changed:
        setattr(zone, field, changes[field])
    _refuse_unless_valid(zone)
    if codes is not None and _set_codes(zone, codes):
        changed.append(CODES)
    if changed:
        record(zone, DeliveryZoneChanged(fields=tuple(sorted(changed)), values=_values(zone)), by=by, at=at)
    return zone


@command
def delete_delivery_zone(*, zone_id: int, by: Actor, at: datetime) -> None:
    """
    Delete a zone with its postal codes. Orders refer to it by slug only, and keep its terms.

    :raises NotAllowed: the actor is not a manager
    :raises DeliveryZone.DoesNotExist: it was deleted already
    """
    _refuse_unless_may("delete", by)
    zone = DeliveryZone.objects.for_update().get(pk=zone_id)
    record(zone, DeliveryZoneDeleted(slug=zone.slug), by=by, at=at)
    zone.delete()


def _refuse_unless_may(verb: str, by: Actor) -> None:
    if not by.may(Permission(f"orders.{verb}_deliveryzone")):
        raise NotAllowed(_("Only managers can do that."))


def _refuse_unless_valid(zone: DeliveryZone) -> None:
    try:
        zone.full_clean()
    except ValidationError as invalid:
        field, [message, *_others] = next(iter(invalid.message_dict.items()))
        raise DeliveryZoneInvalid(message, field="" if field == NON_FIELD_ERRORS else field) from invalid


def _set_codes(zone: DeliveryZone, codes: Iterable[str]) -> bool:
    """Set the postal codes of a locked or new zone; return whether they were others."""
    wanted, had = set(codes), set(zone.postal_codes.values_list("code", flat=True))
    others = DeliveryPostalCode.objects.exclude(zone=zone).filter(code__in=wanted).select_related("zone")
    if taken := others.first():
        message = _("%(code)s belongs to “%(zone)s” already.") % {"code": taken.code, "zone": taken.zone}
        raise DeliveryZoneInvalid(message, field=CODES)
    zone.postal_codes.exclude(code__in=wanted).delete()
    try:
        with transaction.atomic():
            DeliveryPostalCode.objects.bulk_create(
                DeliveryPostalCode(zone=zone, code=code) for code in sorted(wanted - had)
            )
    except IntegrityError as error:  # another manager gave one of them to another zone at the very same moment
        message = _("One of the postal codes belongs to another zone already. Please look again.")
        raise DeliveryZoneInvalid(message, field=CODES) from error
    return wanted != had


def _values(zone: DeliveryZone) -> Values:
    return {
        "is_active": zone.is_active,
        "fee": str(zone.fee),
        "minimum": str(zone.minimum),
        "free_from": None if zone.free_from is None else str(zone.free_from),
        "driving_minutes": zone.driving_minutes,
        CODES: sorted(zone.postal_codes.values_list("code", flat=True)),
    }
