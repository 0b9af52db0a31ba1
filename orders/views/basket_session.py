"""
The basket a session carries: its ref, and how much is in it for the header of every page.

The count is kept so that no page asks the database for it.
"""

from uuid import UUID

from django.http import HttpRequest

REF_KEY = "basket"
COUNT_KEY = "basket_count"


def basket_ref(request: HttpRequest) -> UUID | None:
    """Give the ref of the session's basket, spent or not."""
    ref = request.session.get(REF_KEY)
    return UUID(ref) if ref else None


def remember_basket(request: HttpRequest, ref: UUID, *, count: int) -> None:
    """Let the session carry a basket with so much in it."""
    request.session[REF_KEY] = str(ref)
    request.session[COUNT_KEY] = count


def clear_count(request: HttpRequest) -> None:
    """
    Show an empty basket.

    The ref stays, so that a second tab's form still finds what the basket became.
    """
    request.session[COUNT_KEY] = 0
