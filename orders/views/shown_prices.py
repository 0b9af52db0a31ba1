"""The prices that a page showed for the lines of a basket, which its form sends back."""

from decimal import Decimal
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest

ACKNOWLEDGE = "acknowledge_prices"  # name of the button
_SUFFIX = "-price"


def posted_prices(request: HttpRequest) -> dict[UUID, Decimal]:
    """Return the price of one that the posted page showed, by the line's ref, without what cannot be read."""
    names = [name for name in request.POST if name.endswith(_SUFFIX)]
    posted = [(_ref(name.removesuffix(_SUFFIX)), _amount(request.POST[name])) for name in names]
    return {ref: amount for ref, amount in posted if ref is not None and amount is not None}


def _ref(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _amount(text: str) -> Decimal | None:
    try:
        amount: Decimal | None = forms.DecimalField(max_digits=20, decimal_places=2, required=False).clean(text)
    except ValidationError:
        return None
    return amount
