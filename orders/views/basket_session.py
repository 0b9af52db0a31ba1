"""
The basket of a session: its ref, and the number of its items for the header of every page.

The number is kept in the session so that no page queries the database for it.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy

from orders import selectors
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.ids import uuid7

REF_KEY = "basket"
COUNT_KEY = "basket_count"
CONTINUED_KEY = "basket_is_continued"

SIGNED_FOR = timedelta(hours=4)
SIGNED_OUT = gettext_lazy("You were signed out meanwhile. Sign in again, or order without an account.")

_signer = TimestampSigner(salt="orders.basket")


def basket_ref(request: HttpRequest) -> UUID | None:
    """Return the ref of the session's basket, spent or not; None if there is none."""
    ref = request.session.get(REF_KEY)
    return UUID(ref) if ref else None


def unpaid_order_url(request: HttpRequest) -> str:
    """Return the URL on which the order that the session's basket has become is still to be paid; blank: it is not."""
    ref = basket_ref(request)
    return selectors.unpaid_order_url(ref) if ref and not is_continued(request) else ""


def next_basket_ref(request: HttpRequest, *, after: UUID | None, idempotency_key: UUID | None) -> UUID:
    """
    Return the ref of the basket that the session fills after another one, or first of all.

    It is the same for two requests at the same time, which have to fill one basket: derived from the session or, for a
    browser without one yet, from the key of the form, which a double click sends twice.
    """
    request.session.get(REF_KEY)  # loads the session, which has no key if it has expired
    if not (seed := request.session.session_key or idempotency_key):
        return uuid7()
    digest = salted_hmac("orders.next_basket_ref", f"{seed} {after}", algorithm="sha256").digest()
    return UUID(bytes=digest[:16], version=4)


def remember_basket(request: HttpRequest, ref: UUID, *, count: int) -> None:
    """Store a basket's ref and the number of its items in the session."""
    if request.session.get(REF_KEY) != str(ref):
        request.session.pop(CONTINUED_KEY, None)
    request.session[REF_KEY] = str(ref)
    request.session[COUNT_KEY] = count


def clear_count(request: HttpRequest) -> None:
    """
    Set the number of items to zero.

    The ref stays, so that a second tab's form still finds the order that the basket became.
    """
    request.session[COUNT_KEY] = 0


# --- Forms that have to work if the session is lost meanwhile ---


@dataclass(frozen=True, slots=True)
class PostedBasket:
    """
    The basket of a posted form: that of the session or, in a session that has none, the form's own.

    :param ref: None: the form has none, or an old one, or one of another user than the one who is signed in now
    :param is_signed_out: the user who was shown it has been signed out since: the view asks who the guest is
    """

    ref: UUID | None
    is_signed_out: bool = False


def sign_basket(request: HttpRequest) -> str:
    """Return the session's basket, signed for a hidden field; blank if there is none."""
    ref = basket_ref(request)
    return _signer.sign(f"{ref} {_user_id(request)}") if ref else ""


def posted_basket(request: HttpRequest) -> PostedBasket:
    """Return the basket of the posted form, and continue the form's own in a session that has none."""
    ref = basket_ref(request)
    if ref:
        return PostedBasket(ref)
    try:
        signed, _blank, user_id = _signer.unsign(request.POST.get("basket", ""), max_age=SIGNED_FOR).partition(" ")
    except BadSignature:
        return PostedBasket(None)
    if _user_id(request) not in ("", user_id):
        return PostedBasket(None)
    ref = UUID(signed)
    remember_basket(request, ref, count=selectors.count_items(ref))
    request.session[CONTINUED_KEY] = True
    return PostedBasket(ref, is_signed_out=user_id != _user_id(request))


def is_continued(request: HttpRequest) -> bool:
    """Return whether the session has its basket from a form: that is no proof of the order that it may have become."""
    return bool(request.session.get(CONTINUED_KEY))


def _user_id(request: HttpRequest) -> str:
    return str(actor_of(request).user_id or "")
