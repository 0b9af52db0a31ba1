"""
What a guest has typed at the checkout beside the lines: delivery, coupon and tip, which change the total.

A code that was accepted is remembered in the session, so that the same guest can look at the checkout as often as it
takes; only codes that are typed anew are counted.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest
from phonenumber_field.phonenumber import to_python

from kitchen.models import FulfillmentMethod
from orders import selectors, services
from orders.forms import OTHER_TIP, CheckoutForm, time_value, tip_of
from orders.models import Order, normalize_coupon_code, normalize_postal_code
from orders.price_trace import PriceTrace
from pizzeria.foundation import clock
from pizzeria.foundation.actor import actor_of
from pizzeria.foundation.refusals import Refusal

POSTAL_CODE_KEY = "delivery_postal_code"
COUPON_KEY = "accepted_coupon"


def typed_choices(request: HttpRequest, typed: Mapping[str, Any]) -> selectors.Choices:
    """
    Return the choices in a form's data, valid or not: what cannot be read counts as not chosen.

    :param typed: by the names of the form's fields
    """
    phone = to_python(typed.get("phone") or "", region=None)
    return selectors.Choices(
        postal_code=str(typed.get("postal_code") or "").strip(),
        is_delivery=typed.get("method") == FulfillmentMethod.DELIVERY,
        coupon=str(typed.get("coupon") or "").strip(),
        tip=tip_of(str(typed.get("tip") or ""), _amount(typed.get("tip_amount"))),
        phone=phone.as_e164 if phone and phone.is_valid() else "",
        user_id=actor_of(request).user_id,
    )


def count_typed_coupon(request: HttpRequest, choices: selectors.Choices, basket: UUID) -> str:
    """Count a code that is typed anew; return why it is refused, or blank if it is not, or if none is typed anew."""
    code = normalize_coupon_code(choices.coupon)
    if not code or code == request.session.get(COUPON_KEY):
        return ""
    try:
        services.check_coupon(code=code, basket=basket, phone=choices.phone, by=actor_of(request), at=clock.now())
    except Refusal as refusal:
        return refusal.message
    request.session[COUPON_KEY] = code
    return ""


def choices_of(order: Order) -> dict[str, str]:
    """Return time, coupon and tip of an order, by the names of the form's fields, for the same order once more."""
    chosen = {"wanted_at": time_value(order.requested_for)} if order.requested_for else {}
    if order.price_trace is None:
        return chosen
    trace = PriceTrace.model_validate(order.price_trace)
    if trace.discount:
        chosen |= {"coupon": trace.discount.code}
    if trace.tip and trace.tip.percent is None:
        chosen |= {"tip": OTHER_TIP, "tip_amount": str(trace.tip.amount)}
    elif trace.tip:
        chosen |= {"tip": str(trace.tip.percent)}
    return chosen


def remember_postal_code(request: HttpRequest, typed: str) -> None:
    """Store the postal code that a guest has asked about, for the checkout; a blank one removes it."""
    if normalize_postal_code(typed):
        request.session[POSTAL_CODE_KEY] = typed
    else:
        request.session.pop(POSTAL_CODE_KEY, None)


def remembered_postal_code(request: HttpRequest) -> str:
    """Return the postal code that a guest has asked about; blank: none."""
    return str(request.session.get(POSTAL_CODE_KEY, ""))


def _amount(typed: object) -> Any:
    try:
        return CheckoutForm.base_fields["tip_amount"].clean(typed)
    except ValidationError:
        return None
