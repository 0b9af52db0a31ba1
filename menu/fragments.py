"""
Rendered parts of the menu's pages, which each process keeps for as long as they are what it would render anew.

That is: as long as the menu has the version that they were made from, and until the next moment at which anything in
them changes by itself, such as a price. They are rendered without a request, so nothing in them is of one reader.
"""

import re
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID, uuid4

from django.http import HttpRequest
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from menu.catalogue import VersionedMenu
from menu.price_schedules import Period
from menu.prices import MenuSnapshot, PizzaSnapshot, SimpleItemSnapshot, ToppingSnapshot
from pizzeria.foundation import clock

# Where a reader's own values belong. PostgreSQL stores no NUL, so no text of the menu looks like one of these.
CSRF_TOKEN, IDEMPOTENCY_KEY = "\0csrf_token\0", "\0idempotency_key\0"
_PLACEHOLDERS = re.compile(f"({CSRF_TOKEN}|{IDEMPOTENCY_KEY})")


@dataclass(frozen=True, slots=True)
class Fragment:
    """
    A part of a page, with placeholders.

    :param pieces: texts and, between them, placeholders
    """

    pieces: tuple[str, ...]

    def filled(self, request: HttpRequest) -> SafeString:
        """Return the HTML for a request, with its CSRF token and a new idempotency key in each form."""
        values: dict[str, Callable[[], str]] = {
            CSRF_TOKEN: lambda: get_token(request),
            IDEMPOTENCY_KEY: lambda: str(uuid4()),
        }
        texts = [values[piece]() if piece in values else piece for piece in self.pieces]
        return mark_safe("".join(texts))  # noqa: S308 - a template rendered it; tokens and keys need no escaping


@dataclass(frozen=True, slots=True)
class _Kept:
    """:param of: what it was made from beside the menu"""

    version: UUID
    valid: Period
    of: Hashable
    value: object


_kept: dict[tuple[str, str], _Kept] = {}  # by name and language


def rendered(template: str, context: Mapping[str, Any]) -> Fragment:
    """Render a template as a fragment; its forms have `csrf_token` and `idempotency_key` from the context."""
    placeholders = {"csrf_token": CSRF_TOKEN, "idempotency_key": IDEMPOTENCY_KEY}
    html = render_to_string(template, {**context, **placeholders})
    return Fragment(tuple(_PLACEHOLDERS.split(html)))


def kept[T](name: str, make: Callable[[], T], *, menu: VersionedMenu, at: datetime, of: Hashable = None) -> T:
    """
    Return what was made from the menu, made anew if the menu, the language or anything dated is another by now.

    :param make: makes it from `menu` for the moment `at`; nothing of the request may be in it
    :param of: what it is made from beside the menu
    """
    key = (name, get_language() or "")
    found = _kept.get(key)
    if found and found.version == menu.version and found.valid.includes(at) and found.of == of:
        return cast("T", found.value)
    value = make()
    if menu.version is not None:
        _kept[key] = _Kept(menu.version, period_without_change(menu.snapshot, at=at), of, value)
    return value


def period_without_change(snapshot: MenuSnapshot, *, at: datetime) -> Period:
    """
    Return the period around a moment in which everything that is made from a snapshot stays the same.

    It is within one business day: the date of another day is written beside the time.
    """
    begins, ends = clock.day_bounds(clock.business_date(at))
    moments = {moment for moment in _moments_of(snapshot) if begins < moment < ends}
    return Period(
        begin=max((moment for moment in moments if moment <= at), default=begins),
        end=min((moment for moment in moments if moment > at), default=ends),
    )


def _moments_of(snapshot: MenuSnapshot) -> set[datetime]:
    """Return the moments at which an item of a snapshot gets another price, or is no longer sold out."""
    recipes = [topping for pizza in snapshot.pizzas.values() for topping in pizza.recipe]
    items: list[PizzaSnapshot | SimpleItemSnapshot | ToppingSnapshot] = [
        *snapshot.pizzas.values(),
        *snapshot.simple_items.values(),
        *snapshot.toppings.values(),
        *recipes,
    ]
    schedules = [item.base_price if isinstance(item, PizzaSnapshot) else item.price for item in items]
    priced = {dated.valid_from for schedule in schedules for dated in schedule.dated}
    return priced | {item.sold_out_until for item in items if item.sold_out_until is not None}
