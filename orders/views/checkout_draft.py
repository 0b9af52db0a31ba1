"""
What a guest has typed at the checkout, kept in the session while the guest is on another page of the shop.

It holds personal data: it is deleted once the order is placed, and is of no use after an hour.
"""

from datetime import datetime, timedelta

from django.http import HttpRequest

from orders.forms import CustomerCheckoutForm

DRAFT_KEY = "checkout_draft"
MAX_AGE = timedelta(hours=1)
MAX_LENGTH = 1000  # of a value: longer ones are refused by the form anyway

_TYPED = set(CustomerCheckoutForm.base_fields) - CustomerCheckoutForm.HIDDEN - {"code"}


def keep_draft(request: HttpRequest, *, at: datetime) -> None:
    """Keep what was typed into the posted form, valid or not."""
    typed = {name: request.POST[name][:MAX_LENGTH] for name in _TYPED if request.POST.get(name)}
    if typed:
        request.session[DRAFT_KEY] = {"at": at.timestamp(), "typed": typed}


def draft(request: HttpRequest, *, at: datetime) -> dict[str, object]:
    """Return what was typed, by the name of the field; nothing if there is no draft, or it is too old."""
    kept = request.session.get(DRAFT_KEY)
    if not kept or at.timestamp() - kept["at"] > MAX_AGE.total_seconds():
        clear_draft(request)
        return {}
    return {**kept["typed"], "remember": "remember" in kept["typed"]}


def clear_draft(request: HttpRequest) -> None:
    """Delete the draft, if there is one."""
    request.session.pop(DRAFT_KEY, None)
