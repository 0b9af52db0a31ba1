"""
The body with which a program orders.

Everything in it is checked while it is parsed, also what depends on the menu and on the caller, so that one answer
names all invalid fields. The command checks it again when the order is placed.
"""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Annotated, Any

from django.utils.translation import gettext as _
from ninja.errors import ConfigError
from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from kitchen.models import FulfillmentMethod
from menu import catalogue
from menu import selectors as menu_selectors
from menu.prices import ItemSnapshot, MenuSnapshot
from menu.selections import MAX_ADDED, MAX_QUANTITY, PizzaPart, PizzaSelection, SimpleItemSelection
from orders import services
from orders.basket_pricing import NO_TIP, Tip
from orders.customers import selectors as customer_selectors
from orders.customers.selectors import SavedContact
from orders.forms import CheckoutForm
from orders.models import PaymentMethod
from pizzeria.foundation.api.schemas import AmountToPay, RequestBody, cleaned_by, with_example
from pizzeria.foundation.api_auth import PrincipalKind, principal_for_request

FIELDS = CheckoutForm.base_fields


def _context(info: ValidationInfo) -> dict[str, Any]:
    """Return the mutable context of one parsed request, which holds the request."""
    if info.context is None:
        raise ConfigError("an order is parsed within a request only")
    context: dict[str, Any] = info.context
    return context


def _menu(info: ValidationInfo) -> MenuSnapshot:
    context = _context(info)
    if "menu" not in context:
        context["menu"] = catalogue.cached_snapshot()
    menu: MenuSnapshot = context["menu"]
    return menu


def _known[T: ItemSnapshot](items: Mapping[str, T], identifier: str, message: str, *, by_name: bool = False) -> str:
    """Return the slug of an item of the menu; refuse an identifier that none has."""
    item = menu_selectors.find_item(items, identifier, by_name=by_name)
    if item is None:
        raise PydanticCustomError("not_on_the_menu", "{message}", {"message": message})
    return item.slug


def _pizza(identifier: str, info: ValidationInfo) -> str:
    return _known(_menu(info).pizzas, identifier, _("There is no such pizza."))


def _simple_item(identifier: str, info: ValidationInfo) -> str:
    return _known(_menu(info).simple_items, identifier, _("There is no such item."))


def _topping(identifier: str, info: ValidationInfo) -> str:
    return _known(_menu(info).toppings, identifier, _("There is no such topping."), by_name=True)


def _size(identifier: str, info: ValidationInfo) -> str:
    if identifier not in _menu(info).sizes:
        raise PydanticCustomError("not_on_the_menu", "{message}", {"message": _("There is no such size.")})
    return identifier


def _saved_contact(info: ValidationInfo) -> SavedContact:
    """Return what the calling person has saved; a program that acts for itself has nothing of its guests."""
    context = _context(info)
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


_ADDRESS_LINE = re.compile(r"(?P<street>.+?)\s*,\s*(?P<zip_code>(?=\S*\d)[\w-]+(?: \d[\w]*)?)\s+(?P<city>\D+)")


def _is_address_line(line: str) -> str:
    if _ADDRESS_LINE.fullmatch(line) is None:
        message = _("Please write it like this: Via Appia 7, 00183 Roma.")
        raise PydanticCustomError("address", "{message}", {"message": message})
    return line


IDENTIFIER = Field(min_length=1, max_length=100)
Quantity = Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY, description="How many of it")]
Topping = Annotated[str, IDENTIFIER, Field(description="`id`, `ref` or name of a topping"), AfterValidator(_topping)]


class PizzaRequest(RequestBody):
    pizza_id: Annotated[
        str,
        IDENTIFIER,
        Field(description="`id` or `ref` of a pizza on the menu", examples=["margherita"]),
        AfterValidator(_pizza),
    ]
    size: Annotated[
        str,
        IDENTIFIER,
        Field(description="`id` of a size", examples=["medium"]),
        AfterValidator(_size),
    ]
    toppings: list[Topping] = Field(
        default=[], max_length=MAX_ADDED, description="Added to the recipe, each once", examples=[["mushrooms"]]
    )
    without: list[Topping] = Field(default=[], max_length=50, description="Left out of the recipe")
    quantity: Quantity = 1

    def selected(self) -> services.SelectedItem:
        part = PizzaPart(pizza=self.pizza_id, added=tuple(self.toppings), left_out=tuple(self.without))
        return services.SelectedItem(PizzaSelection(size=self.size, parts=(part,)), self.quantity)


class SimpleItemRequest(RequestBody):
    item_id: Annotated[
        str,
        IDENTIFIER,
        Field(description="`id` or `ref` of an item on the menu", examples=["cola"]),
        AfterValidator(_simple_item),
    ]
    quantity: Quantity = 1

    def selected(self) -> services.SelectedItem:
        return services.SelectedItem(SimpleItemSelection(simple_item=self.item_id), self.quantity)


class DeliveryAddress(RequestBody):
    street: Annotated[str, Field(min_length=1, examples=["Via Appia 7"]), cleaned_by(FIELDS["street"])]
    city: Annotated[str, Field(min_length=1, examples=["Roma"]), cleaned_by(FIELDS["city"])]
    zip_code: Annotated[str, Field(examples=["00183"]), cleaned_by(FIELDS["postal_code"])] = ""
    directions: Annotated[str, Field(description="How to find the door"), cleaned_by(FIELDS["directions"])] = ""

    @field_validator("street", "city")
    @classmethod
    def _is_visible(cls, value: str, info: ValidationInfo) -> str:
        if not value:
            message = services.REQUIRED_FOR_DELIVERY[str(info.field_name)]
            raise PydanticCustomError("required", "{message}", {"message": str(message)})
        return value


class OrderRequest(RequestBody):
    model_config = with_example(
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
    customer_address: Annotated[str, cleaned_by(FIELDS["street"]), AfterValidator(_is_address_line)] | None = Field(
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
    wanted_at: AwareDatetime | None = Field(default=None, description="Orders for later are not offered yet")
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
        if self.customer_address is None:
            return self.delivery_address
        parts = _ADDRESS_LINE.fullmatch(self.customer_address)
        assert parts is not None, "checked when it was parsed"
        return DeliveryAddress(**parts.groupdict())


def _given_twice(other: str) -> PydanticCustomError:
    message = _("This and %(other)s are the same: give one of them.") % {"other": other}
    return PydanticCustomError("given_twice", "{message}", {"message": message})
