"""
The body with which a program orders.

Everything in it is checked while it is parsed, also what depends on the menu and on the caller, so that one answer
names all invalid fields. The command checks it again when the order is placed.
"""

from decimal import Decimal
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError

from kitchen.models import FulfillmentMethod
from orders import services
from orders.basket_pricing import NO_TIP, Tip
from orders.customers import selectors as customer_selectors
from orders.customers.selectors import SavedContact
from orders.forms import CheckoutForm
from orders.models import PaymentMethod
from orders.schemas.delivery_address import DeliveryAddress, address_in, is_address_line
from orders.schemas.line_requests import PizzaRequest, SimpleItemRequest
from orders.schemas.optional_fields import NullableRequestBody, with_nulls_and_example
from pizzeria.foundation.api.requests import request_context
from pizzeria.foundation.api.schemas import AmountToPay, Moment, cleaned_by
from pizzeria.foundation.api_auth import PrincipalKind, principal_for_request

FIELDS = CheckoutForm.base_fields

# Names of the fields of the body, by the names that the refusals of the command have for them.
FIELD_NAMES = {
    **{name: f"delivery_address.{name}" for name in ("street", "city", "directions")},
    "postal_code": "delivery_address.zip_code",
    "method": "delivery_address",
    "basket": "pizzas",
    "shown_total": "expected_total",
}


def _saved_contact(info: ValidationInfo) -> SavedContact:
    """Return what the calling person has saved; a program that acts for itself has nothing of its guests."""
    context = request_context(info)
    if "saved_contact" not in context:
        principal = principal_for_request(context["request"])
        is_person = principal.kind is PrincipalKind.PERSON
        context["saved_contact"] = customer_selectors.saved_contact(principal.actor) if is_person else SavedContact()
    saved: SavedContact = context["saved_contact"]
    return saved


def _or_saved_name(value: object, info: ValidationInfo) -> object:
    return _saved_contact(info).name if value is None else value


def _or_saved_phone(value: object, info: ValidationInfo) -> object:
    return _saved_contact(info).phone if value is None else value


class OrderRequest(NullableRequestBody):
    model_config = with_nulls_and_example(
        customer_name="Anna Bianchi",
        customer_phone="+390612345678",
        pizzas=[{"pizza_id": "margherita", "size": "medium", "toppings": ["mushrooms"], "quantity": 1}],
        items=[{"item_id": "cola", "quantity": 2}],
        special_instructions="Please cut it into eight.",
        payment_method="cash",
    )

    customer_name: Annotated[
        str,
        Field(validate_default=True, description="Absent: the name in the caller's profile", examples=["Anna"]),
        BeforeValidator(_or_saved_name, json_schema_input_type=str | None),
        cleaned_by(FIELDS["name"]),
    ] = None  # type: ignore[assignment]  # absent: filled from the profile
    customer_phone: Annotated[
        str,
        Field(
            validate_default=True,
            description="In international form. Absent: the number in the caller's profile",
            examples=["+390612345678"],
        ),
        BeforeValidator(_or_saved_phone, json_schema_input_type=str | None),
        cleaned_by(FIELDS["phone"], then=lambda phone: phone.as_e164),
    ] = None  # type: ignore[assignment]
    customer_email: Annotated[str, cleaned_by(FIELDS["email"])] = ""
    pizzas: list[PizzaRequest] = Field(min_length=1, max_length=services.MAX_LINES)
    items: list[SimpleItemRequest] = Field(
        default=[], max_length=services.MAX_LINES, description="Drinks, sides and desserts"
    )
    delivery_address: DeliveryAddress | None = Field(default=None, description="Absent: the order is picked up")
    customer_address: Annotated[str, cleaned_by(FIELDS["street"]), AfterValidator(is_address_line)] | None = Field(
        default=None,
        description="Another way to give `delivery_address`, in one line",
        examples=["Via Appia 7, 00183 Roma"],
    )
    special_instructions: Annotated[str, cleaned_by(FIELDS["notes"])] = ""
    notes: Annotated[str, cleaned_by(FIELDS["notes"])] | None = Field(
        default=None, description="Another name of `special_instructions`"
    )
    allergies: Annotated[
        str, Field(description="The kitchen sees this in large letters"), cleaned_by(FIELDS["allergies"])
    ] = ""
    payment_method: PaymentMethod = Field(
        default=PaymentMethod.CREDIT_CARD,
        description="A card is paid at `payment.url` of the answer; cash at the counter or the door",
    )
    wanted_at: Moment | None = Field(
        default=None,
        description="One of `/orders/slots`. Absent: as soon as possible",
        examples=["2026-11-20T19:30:00Z"],
    )
    coupon: Annotated[str, Field(description="Code of a discount"), cleaned_by(FIELDS["coupon"])] = ""
    tip: AmountToPay = Decimal(0)
    expected_total: AmountToPay | None = Field(
        default=None, description="Refuse the order (409) if it costs another amount", examples=["36.48"]
    )

    @field_validator("customer_address")
    @classmethod
    def _only_one_address(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("delivery_address") is not None:
            raise _given_twice("delivery_address")
        return value

    @field_validator("notes")
    @classmethod
    def _only_one_note(cls, value: str | None, info: ValidationInfo) -> str | None:
        if value is not None and info.data.get("special_instructions"):
            raise _given_twice("special_instructions")
        return value

    @property
    def method(self) -> FulfillmentMethod:
        return FulfillmentMethod.DELIVERY if self._address() else FulfillmentMethod.PICKUP

    def selected(self) -> list[services.SelectedItem]:
        """Return what is ordered, the pizzas first."""
        return [*(pizza.selected() for pizza in self.pizzas), *(item.selected() for item in self.items)]

    def field_names(self) -> dict[str, str]:
        """Return the names of the fields, by those of the refusals of `services.place_order`."""
        names = dict(FIELD_NAMES)
        for position, pizza in enumerate(self.pizzas):
            names |= pizza.field_names(f"lines.{position}", f"pizzas.{position}")
        for position, item in enumerate(self.items):
            names |= item.field_names(f"lines.{len(self.pizzas) + position}", f"items.{position}")
        return names

    def contact(self) -> services.ContactDetails:
        address = self._address()
        return services.ContactDetails(
            name=self.customer_name,
            phone=self.customer_phone,
            email=self.customer_email,
            street=address.street if address else "",
            postal_code=address.zip_code if address else "",
            city=address.city if address else "",
            directions=address.directions if address else "",
            allergies=self.allergies,
            notes=self.special_instructions or self.notes or "",
        )

    def tip_choice(self) -> Tip:
        return Tip(amount=self.tip) if self.tip else NO_TIP

    def _address(self) -> DeliveryAddress | None:
        return self.delivery_address if self.customer_address is None else address_in(self.customer_address)


def _given_twice(other: str) -> PydanticCustomError:
    message = _("This and %(other)s are the same: give one of them.") % {"other": other}
    return PydanticCustomError("given_twice", "{message}", {"message": message})
