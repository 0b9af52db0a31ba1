"""
The header of every page: who is signed in, which pages to go to, how many items are in the basket.

Its data is in the session or the cache, so no page queries for it. It decides what is shown, never what is allowed.
"""

from dataclasses import dataclass

from django.contrib.auth import SESSION_KEY
from django.http import HttpRequest
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from orders.notifications import selectors as notification_selectors
from orders.views import basket_session
from pizzeria.foundation import clock
from pizzeria.users import sessions
from pizzeria.users.roles import ADMIN, DRIVER, KITCHEN, MANAGER, roles_of_groups

# The views whose pages the header marks as the current one, or returns to after a sign-in.
MARKED = frozenset(
    {
        *("menu:index", "orders:basket", "orders:checkout", "orders:history", "customers:profile"),
        *("notifications:inbox", "kitchen:board", "deliveries:tour"),
    }
)


@dataclass(frozen=True, slots=True)
class NavItem:
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Header:
    person: str
    pages: tuple[NavItem, ...]
    basket_count: int
    user_id: str  # blank: a guest
    has_account: bool  # a local account: e-mail, password and passkeys are changed here
    current: str  # the address of the page, if it is one of `MARKED`

    @property
    def is_signed_in(self) -> bool:
        return bool(self.user_id)

    @property
    def reader(self) -> str:
        """Return a pseudonym of the user, by which a browser knows for whom it has kept the board; blank: a guest."""
        return (
            salted_hmac("navigation.reader", self.user_id, algorithm="sha256").hexdigest()[:20] if self.user_id else ""
        )

    def unread(self) -> int:
        """Return the number of the user's unread notifications; called by whole pages, not by page fragments."""
        return notification_selectors.unread_count(self.user_id, at=clock.now()) if self.user_id else 0


def header_for(request: HttpRequest) -> Header:
    """Return the header of a page. No query."""
    session = getattr(request, "session", {})
    user_id = session.get(SESSION_KEY, "")
    match = request.resolver_match
    return Header(
        person=session.get(sessions.PERSON, ""),
        pages=_pages(set(session.get(sessions.GROUPS, []))) if user_id else (),
        basket_count=session.get(basket_session.COUNT_KEY, 0),
        user_id=user_id,
        has_account=sessions.began_by_local_account(session),
        current=request.path if match and match.view_name in MARKED else "",
    )


def _pages(groups: set[str]) -> tuple[NavItem, ...]:
    roles = set(roles_of_groups(groups))
    pages = [
        (_("Kitchen"), "kitchen:board", bool(roles & {KITCHEN, MANAGER, ADMIN})),
        (_("Deliveries"), "deliveries:tour", bool(roles & {DRIVER, MANAGER, ADMIN})),
        (_("Admin"), "admin:index", bool(roles & {MANAGER, ADMIN})),
        (_("My orders"), "orders:history", True),  # every signed-in user is a customer, whatever the roles
    ]
    return tuple(NavItem(title, reverse(name)) for title, name, is_shown in pages if is_shown)
