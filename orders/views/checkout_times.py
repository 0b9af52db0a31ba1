"""
When the guest wants the order: the choices of the checkout's field.

An order is never moved to another time without asking. A time that is no longer offered, and an order for as soon as
possible that is not accepted, leave the field without a choice: the guest chooses anew.
"""

from collections.abc import Iterator
from datetime import datetime
from itertools import groupby

from django.utils.translation import gettext as _

from kitchen import slot_labels
from kitchen.models import FulfillmentMethod
from kitchen.slots import OfferedSlot
from orders import selectors
from orders.forms import AS_SOON_AS_POSSIBLE, CheckoutForm, time_value

type Choice = tuple[str, str | list[tuple[str, str]]]


def offer_times(
    form: CheckoutForm, basket: selectors.BasketSummary, *, method: FulfillmentMethod, at: datetime
) -> None:
    """Set the choices of the form's field; remove a field without errors if there is nothing to choose."""
    offered = basket.slots(method=method, at=at).offered if basket.quote.takes_later else []
    if not offered and "wanted_at" not in form.errors:
        del form.fields["wanted_at"]
        return
    if not basket.quote.accepts_orders:
        reason = {"reason": basket.quote.message}
        form.fields["wanted_at"].help_text = _("%(reason)s You can order for later.") % reason
    form.offer_times(list(_choices(form, basket, offered, method=method, at=at)))


def _choices(
    form: CheckoutForm,
    basket: selectors.BasketSummary,
    offered: list[OfferedSlot],
    *,
    method: FulfillmentMethod,
    at: datetime,
) -> Iterator[Choice]:
    known = {time_value(slot.at) for slot in offered}
    if basket.quote.accepts_orders:
        known.add(AS_SOON_AS_POSSIBLE)
    chosen = form["wanted_at"].value()
    if (AS_SOON_AS_POSSIBLE if chosen is None else chosen) not in known:
        yield "", _("Please choose a time")
    if basket.quote.accepts_orders:
        wait = basket.quote.waits[method]
        yield AS_SOON_AS_POSSIBLE, _("Right away, %(wait)s") % {"wait": wait}
    for day, of_day in groupby(offered, key=lambda slot: slot_labels.day_of(slot.at)):
        times = [(time_value(slot.at), slot_labels.time_label(slot.at)) for slot in of_day]
        yield slot_labels.day_label(day, at=at), times
