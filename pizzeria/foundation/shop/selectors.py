"""
The snapshot through which the whole shop reads its settings.

Each process keeps one, so that reading settings costs one query every few seconds: a change is visible at once in the
process that made it, and everywhere else after `MAX_AGE_SECONDS`.
"""

import time
from dataclasses import dataclass, field, fields
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from phonenumber_field.phonenumber import PhoneNumber, to_python

from pizzeria.foundation.mail.addresses import addresses_in
from pizzeria.foundation.shop.models import ShopSettings

MAX_AGE_SECONDS = 5


@dataclass(frozen=True, slots=True)
class ShopSnapshot:
    """The shop's settings at one moment. The minutes are whole ones; address and phone may be missing."""

    name: str
    address: str
    phone: PhoneNumber | None = field(hash=False)  # which is formatted for it
    further_pizza_minutes: int
    handing_over_minutes: int
    driving_minutes: int
    promise_window_minutes: int
    refund_limit: Decimal  # of one order, by one manager; 0: no refund needs a second one
    pizzas_per_order: int  # of this and of the next three, 0 is no limit
    total_per_order: Decimal
    open_orders_per_phone: int
    guest_share_percent: int
    every_guest_proves_phone: bool
    waiting_minutes: int  # an order that waits for so long needs a hand
    vip_orders: int  # of one customer within 365 days
    daily_email_to: str  # as typed
    alerts_email_to: str  # as typed

    @property
    def daily_email_addresses(self) -> list[str]:
        """Return to whom yesterday's figures are sent each morning."""
        return addresses_in(self.daily_email_to)

    @property
    def alerts_email_addresses(self) -> list[str]:
        """Return to whom alerts are sent."""
        return addresses_in(self.alerts_email_to)

    @property
    def invitation_to_call(self) -> str:
        """Return the sentence that asks a guest to call, with the number if the shop has one."""
        if not self.phone:
            return _("Please call us.")
        return _("Please call us on %(phone)s.") % {"phone": self.phone.as_international}


_generation = 0  # counts the changes: a snapshot that was read before one is not used after it
# The snapshot with its generation and the moment (`time.monotonic`) at which it is too old.
_cached: tuple[int, float, ShopSnapshot] | None = None


def current_shop() -> ShopSnapshot:
    """Return the settings, at most `MAX_AGE_SECONDS` old. Before `set_up_shop` has run: those of the environment."""
    global _cached  # noqa: PLW0603 - one snapshot for the process
    cached = _cached
    if cached is None or cached[0] != _generation or time.monotonic() > cached[1]:
        generation, row = _generation, ShopSettings.objects.first()
        snapshot = snapshot_of(row) if row else initial_shop()
        if cached is not None and cached[2] == snapshot:
            snapshot = cached[2]  # the same object, as which what is kept for it is found without a comparison
        cached = _cached = (generation, time.monotonic() + MAX_AGE_SECONDS, snapshot)
    return cached[2]


def initial_shop() -> ShopSnapshot:
    """Return the settings that the environment gives to a new shop."""
    initial: dict[str, Any] = settings.SHOP_INITIAL
    return ShopSnapshot(**{**initial, "phone": to_python(initial["phone"]) or None})


def invalidate() -> None:
    """Invalidate this process's snapshot."""
    global _generation  # noqa: PLW0603
    _generation += 1


def snapshot_of(row: ShopSettings) -> ShopSnapshot:
    """Return the snapshot of a row, saved or not."""
    values = {each.name: getattr(row, each.name) for each in fields(ShopSnapshot)}
    return ShopSnapshot(**{**values, "phone": row.phone or None})
