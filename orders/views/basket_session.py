"""
The basket of a session: its ref, and the number of its items for the header of every page.

The number is kept in the session so that no page queries the database for it.
"""

from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from pizzeria.foundation.ids import uuid7

REF_KEY = "basket"
COUNT_KEY = "basket_count"

_signer = Signer(salt="orders.basket_ref")


def basket_ref(request: HttpRequest) -> UUID | None:
    """Return the ref of the session's basket, spent or not; None if there is none."""
    ref = request.session.get(REF_KEY)
    return UUID(ref) if ref else None


def next_basket_ref(request: HttpRequest, *, form_key: UUID | None) -> UUID:
    """
    Return the ref of the basket that the session fills next.

    It is the same for two requests at the same time, which have to fill one basket: derived from the session and its
    present basket or, for a browser without a session, from the key of the form, which a double click sends twice.
    """
    present = request.session.get(REF_KEY, "")  # loads the session: its key is none if it has expired
    if not (seed := request.session.session_key or form_key):
        return uuid7()
    digest = salted_hmac("orders.next_basket_ref", f"{seed} {present}", algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


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


def signed_ref(ref: UUID | None) -> str:
    """Return a basket's ref signed, for a form that has to work if the session is lost meanwhile; blank for none."""
    return _signer.sign(str(ref)) if ref else ""


def verified_ref(signed: str) -> UUID | None:
    """Return the ref from a form; None if the shop has not signed it."""
    try:
        return UUID(_signer.unsign(signed))
    except BadSignature:
        return None
