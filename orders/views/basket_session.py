"""
The basket of a session: its ref, and the number of its items for the header of every page.

The number is kept in the session so that no page queries the database for it.
"""

from uuid import UUID

from django.http import HttpRequest

REF_KEY = "basket"
COUNT_KEY = "basket_count"


def basket_ref(request: HttpRequest) -> UUID | None:
    """Return the ref of the session's basket, spent or not; None if there is none."""
    ref = request.session.get(REF_KEY)
    return UUID(ref) if ref else None


def remember_basket(request: HttpRequest, ref: UUID, *, count: int) -> None:
    """Store a basket's ref and the number of its items in the session."""
    request.session[REF_KEY] = str(ref)
    request.session[COUNT_KEY] = count


def clear_count(request: HttpRequest) -> None:
    """
    Set the number of items to zero.

    The ref stays, so that a second tab's form still finds the order that the basket became.
    """
    request.session[COUNT_KEY] = 0
