"""
Context processors for the header of every page. Its data is in the session or the cache, so no page queries for it.

The header decides what is shown, never what is allowed.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from orders.selectors import inbox
from orders.views import basket_session
from pizzeria.users import sessions
from pizzeria.users.models import User
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER, of_groups

PERSON = "person"
GROUPS = "groups"


@dataclass(frozen=True, slots=True)
class Page:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Header:
    person: str
    pages: list[Page]
    basket_count: int
    user_id: str  # blank: a guest
    has_account: bool  # a local account: e-mail, password and passkeys are changed here

    def unread(self) -> int:
        """Return the number of the user's unread notifications; called by whole pages, not by page fragments."""
        return inbox.unread_count(self.user_id) if self.user_id else 0


def remember(request: HttpRequest, user: User) -> None:
    """Store the user's name and groups in the session."""
    request.session[PERSON] = user.first_name or str(user)
    groups = {str(CUSTOMER.group)}
    if sessions.has_staff_groups(request.session):
        groups = set(user.groups.values_list("name", flat=True)) | ({str(ADMIN.group)} if user.is_superuser else set())
    request.session[GROUPS] = sorted(groups)


def header(request: HttpRequest) -> dict[str, Any]:
    """Return the context variable `header`."""
    session = getattr(request, "session", {})
    groups = set(session.get(GROUPS, []))
    return {
        "header": Header(
            person=session.get(PERSON, ""),
            pages=_pages(groups),
            basket_count=session.get(basket_session.COUNT_KEY, 0),
            user_id=session.get(SESSION_KEY, ""),
            has_account=sessions.is_by_account(session),
        )
    }


def shop(request: HttpRequest) -> dict[str, Any]:
    """Return the context variable `shop`."""
    return {"shop": {"name": settings.SHOP_NAME, "demo": settings.SHOP_DEMO}}


def _pages(groups: set[str]) -> list[Page]:
    roles = of_groups(groups)
    pages = [
        (_("Kitchen"), "kitchen:board", {KITCHEN, MANAGER, ADMIN}),
        (_("Deliveries"), "orders:deliveries", {DRIVER, MANAGER, ADMIN}),
        (_("Admin"), "admin:index", {MANAGER, ADMIN}),
        (_("My orders"), "orders:history", {CUSTOMER}),
    ]
    return [Page(title, reverse(name)) for title, name, shown_to in pages if shown_to & set(roles)]
