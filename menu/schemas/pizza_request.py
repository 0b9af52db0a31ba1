"""
The bodies with which managers change pizzas by another program.

Everything in them is checked while it is parsed, also what depends on the rest of the menu, so that one answer names
all invalid fields. The commands check it again.
"""

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any, cast

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Value
from django.http import Http404, HttpRequest
from django.utils.text import slugify
from django.utils.translation import gettext as _
from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from menu import catalogue, selectors, services
from menu.models import Allergen, Category, Diet, NameKey, Pizza
from pizzeria.foundation.api.idempotency import is_repeated
from pizzeria.foundation.api.requests import request_context
from pizzeria.foundation.api.schemas import RequestBody, Until, cleaned_by, with_example
from pizzeria.foundation.forms import SingleLineField
from pizzeria.foundation.money import ZERO

MAX_RECIPE = 50

MAX_SLUG = 50


def _field(name: str, **options: Any) -> forms.Field:
    """Return the form field of a column of a pizza, as the admin has it."""
    column = cast("models.Field[Any, Any]", Pizza._meta.get_field(name))
    return cast("forms.Field", column.formfield(**options))


def _invalid(message: str) -> PydanticCustomError:
    return PydanticCustomError("invalid", "{message}", {"message": message})


def _pizza(info: ValidationInfo) -> Pizza | None:
    """
    Return the pizza that the request changes; None if it creates one.

    :raises Http404: there is no pizza at its address
    """
    context = request_context(info)
    match = cast("HttpRequest", context["request"]).resolver_match
    if match is None or "pizza_id" not in match.kwargs:
        return None
    if "pizza" not in context:
        context["pizza"] = selectors.find_pizza_row(match.kwargs["pizza_id"])
    if context["pizza"] is None:
        raise Http404
    return cast("Pizza", context["pizza"])


def _refuse_if_taken(check: Callable[[], None], info: ValidationInfo) -> None:
    """Refuse what `check` refuses; not when the request is sent again: then its own pizza has the name and the slug."""
    try:
        check()
    except ValidationError as taken:
        if not is_repeated(request_context(info)["request"]):
            raise _invalid(" ".join(taken.messages)) from taken


def _free_name(name: str, info: ValidationInfo) -> str:
    pizza = _pizza(info)
    _refuse_if_taken(Pizza(pk=pizza.pk if pizza else None, name=name).refuse_taken_name, info)
    return name


def _free_slug(slug: str, info: ValidationInfo) -> str:
    """Return the slug that is asked for, or else the one that the pizza has, or else one made of its name."""
    pizza = _pizza(info)
    if not slug and pizza:
        return pizza.slug
    if not slug and "name" not in info.data:
        return ""  # nothing to make it of; the answer names the name
    found = slug or slugify(info.data["name"])[:MAX_SLUG].strip("-")
    if not found:
        raise _invalid(_("Please give it an address, such as margherita."))
    _refuse_if_taken(Pizza(pk=pizza.pk if pizza else None, slug=found).refuse_taken_slug, info)
    return found


def _category(identifier: str) -> str:
    """Return the slug of a category, by its slug or its name."""
    rows = Category.objects.annotate(key=NameKey("name"))
    by_name = rows.filter(key=NameKey(Value(identifier)))
    found = rows.filter(slug=identifier).first() or by_name.first()  # the slug of one may be the name of another
    if found is None:
        raise _invalid(_("There is no such category."))
    return found.slug


def _topping(identifier: str) -> str:
    found = selectors.find_item(catalogue.current_snapshot().toppings, identifier, by_name=True)
    if found is None:
        raise _invalid(_("There is no such topping."))
    return found.slug


Identifier = Annotated[str, Field(max_length=100, description="`id`, `ref` or name", examples=["mushrooms"])]


class ToppingReference(RequestBody):
    """A topping as the recipe of a pizza is shown."""

    id: Identifier
    name: str = Field(default="", description="Not read", examples=["Mushrooms"])


def _id_of_reference(given: object) -> object:
    """Return the `id` of a topping as it is shown; anything else as it is, to be checked as a text."""
    is_reference = isinstance(given, dict) and "id" in given and given.keys() <= ToppingReference.model_fields.keys()
    return cast("dict[str, object]", given)["id"] if is_reference else given


RecipeTopping = Annotated[
    str,
    BeforeValidator(_id_of_reference, json_schema_input_type=Identifier | ToppingReference),
    Field(max_length=100),
    AfterValidator(_topping),
]
Recipe = Annotated[
    list[RecipeTopping], Field(max_length=MAX_RECIPE, description="The recipe", examples=[["mushrooms"]])
]
Description = Annotated[
    str,
    Field(description="For guests to read; may be blank", examples=["Tomatoes and four cheeses"]),
    cleaned_by(_field("description", form_class=SingleLineField)),
]


class NewPizza(RequestBody):
    """A new pizza."""

    model_config = with_example(
        name="Quattro formaggi",
        base_price="13.49",
        cooking_minutes=8,
        category_id="pizzas",
        description="Tomatoes and four cheeses",
        toppings=["mushrooms"],
        diet="vegetarian",
        base_allergens=["gluten", "milk"],
    )

    name: Annotated[
        str,
        Field(examples=["Quattro formaggi"]),
        cleaned_by(_field("name", form_class=SingleLineField)),
        AfterValidator(_free_name),
    ]
    base_price: Annotated[
        Decimal,
        Field(description="Price in the smallest size, in the shop's currency", examples=["13.49"]),
        cleaned_by(_field("base_price", min_value=ZERO)),
    ]
    cooking_minutes: int = Field(
        strict=True, ge=1, le=120, description="Minutes in the oven, of one pizza", examples=[8]
    )
    category_id: Annotated[
        str,
        Field(description="Of the category on the menu, or its name", examples=["pizzas"]),
        cleaned_by(SingleLineField(max_length=60)),
        AfterValidator(_category),
    ]
    description: Description = ""
    toppings: Recipe = []
    diet: Diet = Field(description="Of dough, sauce and cheese; the toppings add theirs", examples=["vegetarian"])
    base_allergens: list[Allergen] = Field(
        max_length=len(Allergen),
        description="Of dough, sauce and cheese; the toppings add theirs. Empty: there are none",
        examples=[["gluten", "milk"]],
    )
    id: Annotated[
        str | None,
        Field(
            validate_default=True,
            description="Its address. Absent: made of the name; of a pizza that has one, as it is",
            examples=["quattro-formaggi"],
        ),
        cleaned_by(_field("slug", required=False)),
        AfterValidator(_free_slug),
    ] = None
    is_available: bool | None = Field(
        default=None,
        strict=True,
        description="False: sold out until further notice. Absent: available; of a pizza that is on the menu, as it is",
    )

    def details(self) -> services.PizzaDetails:
        assert self.id is not None, "made when it was parsed"
        return services.PizzaDetails(
            slug=self.id,
            name=self.name,
            base_price=self.base_price,
            minutes=self.cooking_minutes,
            category=self.category_id,
            description=self.description,
            recipe=tuple(dict.fromkeys(self.toppings)),
            diet=self.diet.value,
            allergens=tuple(allergen.value for allergen in self.base_allergens),
        )


class PizzaReplacement(NewPizza):
    """
    A pizza, whole, with the fields as GET shows them.

    What makes the pizza is required, also what may be blank: nothing is emptied because a client does not know of it.
    """

    model_config = with_example(
        name="Margherita",
        base_price="13.49",
        cooking_minutes=8,
        category_id="pizzas",
        description="Tomatoes, mozzarella and basil",
        toppings=[{"id": "basil", "name": "Basil"}],
        diet="vegetarian",
        base_allergens=["gluten", "milk"],
    )

    description: Description
    toppings: Recipe


class AvailabilityRequest(RequestBody):
    model_config = with_example(is_available=False, until=None)

    is_available: bool = Field(strict=True, description="Whether it can be ordered")
    until: Until | None = Field(
        default=None,
        description="When it is available again automatically; absent: it is sold out until further notice",
        examples=["2026-11-20T21:00:00Z"],
    )

    @field_validator("until")
    @classmethod
    def _is_of_what_is_sold_out(cls, until: datetime | None, info: ValidationInfo) -> datetime | None:
        if until is not None and info.data.get("is_available"):
            raise _invalid(_("What is available has no end of being sold out."))
        return until
