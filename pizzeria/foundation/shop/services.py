from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from pizzeria.foundation.actor import Actor
from pizzeria.foundation.commands import command
from pizzeria.foundation.concurrent_edits import refuse_if_changed_meanwhile
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.foundation.shop import selectors
from pizzeria.foundation.shop.events import ShopSettingsChanged
from pizzeria.foundation.shop.models import ShopSettings
from pizzeria.foundation.shop.permissions import CHANGE_SHOP_SETTINGS

TEXTS = ("name", "address", "phone", "daily_email_to", "alerts_email_to")  # not in an event


class InvalidShopSettings(Refusal):
    """A setting has a value that it cannot have; `field` names it."""

    code = "invalid_shop_settings"
    status = 422


@command
def set_up_shop_settings(*, by: Actor) -> bool:
    """
    Create the shop's settings from the environment; return whether there were none.

    :raises InvalidShopSettings: a value of the environment is not allowed
    """
    if ShopSettings.objects.exists():
        return False
    _refuse_unless_valid(ShopSettings(**settings.SHOP_INITIAL))
    # Get or create by primary key, because two machines may deploy at once.
    return ShopSettings.objects.get_or_create(pk=1, defaults=settings.SHOP_INITIAL)[1]


@command
def change_shop_settings(
    *, changes: Mapping[str, Any], shown: Mapping[str, object] | None = None, by: Actor, at: datetime
) -> ShopSettings:
    """
    Change settings of the shop. Nothing happens if all have these values already.

    Open promises are compared with the new minutes for handing over and driving within a minute. Booked tickets keep
    their time in the oven, and promises their width.

    :param changes: the new values by the names of `ShopSettings`' fields; the other fields stay
    :param shown: the values that the actor has seen, if they are to be as they were
    :raises NotAllowed: the actor is not a manager
    :raises ChangedMeanwhile: one of them is no longer so
    :raises InvalidShopSettings: a value is not allowed
    :raises ShopSettings.DoesNotExist: the shop is not set up
    """
    if not by.may(CHANGE_SHOP_SETTINGS):
        raise NotAllowed(_("Only managers can do that."))
    shop = ShopSettings.objects.for_update().get()
    refuse_if_changed_meanwhile(shop, shown=shown or {})
    changed = [field for field, value in changes.items() if getattr(shop, field) != value]
    if not changed:
        return shop
    for field in changed:
        setattr(shop, field, changes[field])
    _refuse_unless_valid(shop)
    snapshot = asdict(selectors.snapshot_of(shop))
    values = {
        name: str(value) if isinstance(value, Decimal) else value
        for name, value in snapshot.items()
        if name not in TEXTS
    }
    record(shop, ShopSettingsChanged(fields=tuple(sorted(changed)), values=values), by=by, at=at)
    transaction.on_commit(selectors.invalidate)
    return shop


def _refuse_unless_valid(shop: ShopSettings) -> None:
    try:
        shop.clean_fields()
    except ValidationError as invalid:
        field, [message, *_others] = next(iter(invalid.message_dict.items()))
        raise InvalidShopSettings(message, field=field) from invalid
