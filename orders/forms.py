from datetime import UTC, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar, Self
from uuid import uuid4

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from kitchen.models import FulfillmentMethod
from orders.basket_pricing import NO_TIP, Tip
from orders.models import Order, PaymentMethod
from orders.models.coupon import MAX_CODE_LENGTH
from orders.selectors.payment_methods import CARD_GATEWAY, offered_payment_methods
from orders.services import REQUIRED_FOR_DELIVERY, ContactDetails
from pizzeria.foundation.concurrent_edits import ConcurrentEditMixin
from pizzeria.foundation.forms import MultiLineField, ShopForm, SingleLineField, email_field, name_field, phone_field
from pizzeria.foundation.long_select import LongSelect
from pizzeria.foundation.money import ZERO, AmountFormField

TIP_PERCENTS = (5, 10)
OTHER_TIP = "other"
AS_SOON_AS_POSSIBLE = "asap"


def tip_of(choice: str, amount: Decimal | None) -> Tip:
    """
    Return the tip that a guest has chosen.

    :param choice: one of the field's choices
    :param amount: what was typed for another amount
    """
    if choice == OTHER_TIP:
        return Tip(amount=amount or ZERO)
    return Tip(percent=Decimal(choice)) if choice in map(str, TIP_PERCENTS) else NO_TIP


def time_value(moment: datetime) -> str:
    """Return a moment as the checkout's form sends it."""
    return _utc_text(moment.astimezone(UTC))


@lru_cache(maxsize=2048)  # some days of quarters, which each checkout offers
def _utc_text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%MZ")


class WantedTimeField(forms.Field):
    """
    When the guest wants the order: None is as soon as possible, also in a form without the field.

    It accepts any moment: whether it is offered is decided when the order is placed, so that a form that has placed an
    order already is recognised when it is sent again.
    """

    widget = LongSelect

    def to_python(self, value: Any) -> datetime | None:
        if value is None or value == AS_SOON_AS_POSSIBLE:
            return None
        if not value:
            raise forms.ValidationError(_("When would you like it? Please choose a time."), code="required")
        try:
            moment: datetime | None = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            raise forms.ValidationError(_("Please choose one of these times."), code="invalid")
        return moment


class CheckoutForm(ShopForm):
    """
    Checkout form.

    `key` is the idempotency key, `shown_total` and `shown_lines` are what the guest agreed to; `basket` is the basket's
    signed ref, for a session that is lost meanwhile. The fields are in the order in which the page shows them.
    """

    HIDDEN: ClassVar = frozenset({"key", "shown_total", "shown_lines", "basket"})
    field_order = (
        *("method", "street", "postal_code", "city", "directions", "wanted_at"),
        *("name", "phone", "remember", "email", "allergies", "notes", "tip", "tip_amount", "coupon"),
        *("payment_method", "code"),
    )

    method = forms.ChoiceField(
        label=_("Pickup or delivery"),
        choices=[(FulfillmentMethod.PICKUP, _("I pick it up")), (FulfillmentMethod.DELIVERY, _("Bring it to me"))],
        initial=FulfillmentMethod.PICKUP,
        widget=forms.RadioSelect,
    )
    name = name_field()
    phone = phone_field()
    email = email_field(required=False)
    street = SingleLineField(
        label=_("Street and number"),
        required=False,
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "street-address"}),
    )
    postal_code = SingleLineField(
        label=_("Postal code"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code"}),
    )
    city = SingleLineField(
        label=_("Town"),
        required=False,
        max_length=80,
        widget=forms.TextInput(attrs={"autocomplete": "address-level2"}),
    )
    directions = SingleLineField(
        label=_("How to find you"), required=False, max_length=200, help_text=_("The doorbell, the floor.")
    )
    wanted_at = WantedTimeField(label=_("When would you like it?"), required=False)
    allergies = SingleLineField(
        label=_("Allergies"),
        required=False,
        max_length=300,
        help_text=_("The kitchen sees this in large letters."),
    )
    notes = MultiLineField(
        label=_("Anything else?"), required=False, max_length=500, widget=forms.Textarea(attrs={"rows": 3})
    )
    coupon = SingleLineField(
        label=_("Discount code"),
        required=False,
        max_length=MAX_CODE_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )
    tip = forms.ChoiceField(
        label=_("A tip?"),
        choices=[
            ("0", _("none")),
            *((str(percent), f"{percent} %") for percent in TIP_PERCENTS),
            (OTHER_TIP, _("another amount")),
        ],
        initial="0",
        required=False,
        widget=forms.RadioSelect,
    )
    tip_amount = AmountFormField(
        label=_("How much?"), required=False, min_value=ZERO, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    payment_method = forms.ChoiceField(label=_("How do you pay?"), initial=PaymentMethod.CASH, widget=forms.RadioSelect)
    code = SingleLineField(
        label=_("The code from the SMS"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": True}),
    )
    key = forms.UUIDField(widget=forms.HiddenInput)
    shown_total = forms.DecimalField(max_digits=20, decimal_places=2, widget=forms.HiddenInput)
    shown_lines = forms.CharField(max_length=64, widget=forms.HiddenInput)
    basket = forms.CharField(max_length=120, required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        """Offer the ways to pay that the shop has; a shop with one does not ask."""
        super().__init__(*args, **kwargs)
        offered = offered_payment_methods()
        if len(offered) == 1:
            del self.fields["payment_method"]
            return
        choices = [(PaymentMethod.CASH, _("In cash")), (PaymentMethod.CREDIT_CARD, _("By card"))]
        field = self.fields["payment_method"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [choice for choice in choices if choice[0] in offered]
        field.help_text = _("By card you pay on the page of %(gateway)s.") % {"gateway": CARD_GATEWAY}

    def offer_times(self, choices: "list[Any]") -> None:
        """Set the times that can be chosen, in the shape of a select's choices."""
        widget = self.fields["wanted_at"].widget
        assert isinstance(widget, forms.Select)
        widget.choices = choices

    @property
    def chosen_payment_method(self) -> PaymentMethod:
        """Return how the order of a valid form is paid."""
        return PaymentMethod(self.cleaned_data.get("payment_method") or PaymentMethod.CASH)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("tip") == OTHER_TIP and cleaned.get("tip_amount") is None and "tip_amount" not in self.errors:
            self.add_error("tip_amount", _("How much shall it be?"))
        if cleaned.get("method") == FulfillmentMethod.DELIVERY:
            for field, message in REQUIRED_FOR_DELIVERY.items():
                if not cleaned.get(field) and field not in self.errors:
                    self.add_error(field, message)
        return cleaned

    def contact(self) -> ContactDetails:
        """Return the contact details of a valid form, the phone in international form (E.164)."""
        cleaned = self.cleaned_data
        address = (
            ("street", "postal_code", "city", "directions") if cleaned["method"] == FulfillmentMethod.DELIVERY else ()
        )
        return ContactDetails(
            name=cleaned["name"],
            phone=cleaned["phone"].as_e164,
            email=cleaned["email"],
            allergies=cleaned["allergies"],
            notes=cleaned["notes"],
            **{field: cleaned[field] for field in address},
        )

    def tip_choice(self) -> Tip:
        """Return the tip of a valid form."""
        return tip_of(self.cleaned_data["tip"], self.cleaned_data["tip_amount"])

    def data_without_key(self) -> dict[str, object]:
        """Return what the form orders, without its key and a code, to recognise the same form when it is sent again."""
        ordered = {name: value for name, value in self.cleaned_data.items() if name not in ("key", "code", "basket")}
        if ordered.get("wanted_at") is None:  # whether or not the form had the field
            ordered.pop("wanted_at", None)
        return {name: str(value) for name, value in ordered.items()}

    def with_current_total(self, *, total: Decimal, lines: str) -> Self:
        """
        Return the form as typed, with the current total and lines and a new idempotency key.

        Only for a form that placed no order: sending the new form is a new request, for the new total.

        :param lines: the fingerprint of the lines
        """
        typed = {name: self.data[name] for name in self.fields if name in self.data}
        return type(self)({**typed, "shown_total": str(total), "shown_lines": lines, "key": str(uuid4())})


class CustomerCheckoutForm(CheckoutForm):
    """Checkout form of a customer, who may have name and phone saved for the next checkout."""

    remember = forms.BooleanField(label=_("Remember my name and number"), required=False)


class NotesForm(ConcurrentEditMixin, ShopForm):
    """Form for what a guest tells the kitchen once the order is placed; `initial` has the texts as they are."""

    allergies = CheckoutForm.base_fields["allergies"]
    notes = CheckoutForm.base_fields["notes"]

    def __init__(self, data: QueryDict | None, *, order: Order) -> None:
        contact = order.contact
        super().__init__(data, initial={"allergies": contact.allergies, "notes": contact.notes})

    def texts(self) -> dict[str, str]:
        """Return both texts of a valid form."""
        return {name: self.cleaned_data[name] for name in ("notes", "allergies")}
