"""
The pizzas and the other items of an order, as programs send them.

Each of them is checked while it is parsed, by the menu of that moment; the command checks it again.
"""

from collections.abc import Mapping
from typing import Annotated

from django.utils.translation import gettext as _
from pydantic import AfterValidator, Field, ValidationError, ValidationInfo, field_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from menu import catalogue
from menu import selectors as menu_selectors
from menu.prices import ItemSnapshot, MenuSnapshot
from menu.selections import MAX_ADDED, MAX_QUANTITY, PizzaPart, PizzaSelection, SimpleItemSelection
from orders import services
from orders.schemas.optional_fields import NullableRequestBody
from pizzeria.foundation.api.requests import request_context


def _menu(info: ValidationInfo) -> MenuSnapshot:
    context = request_context(info)
    if "menu" not in context:
        context["menu"] = catalogue.current_snapshot()
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


IDENTIFIER = Field(min_length=1, max_length=100)
Quantity = Annotated[int, Field(strict=True, ge=1, le=MAX_QUANTITY, description="How many of it")]
Topping = Annotated[str, IDENTIFIER, Field(description="`id`, `ref` or name of a topping"), AfterValidator(_topping)]


class PizzaRequest(NullableRequestBody):
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

    @field_validator("toppings")
    @classmethod
    def _are_added_once(cls, added: list[str]) -> list[str]:
        _refuse_elements(added, _repeated(added), _("This topping is there already."))
        return added

    @field_validator("without")
    @classmethod
    def _are_left_out_of_the_recipe(cls, left_out: list[str], info: ValidationInfo) -> list[str]:
        _refuse_elements(left_out, _repeated(left_out), _("This topping is there already."))
        added = info.data.get("toppings", ())
        contradictions = [position for position, slug in enumerate(left_out) if slug in added]
        _refuse_elements(left_out, contradictions, _("This topping is both added and left out."))
        if "pizza_id" in info.data:
            recipe = {topping.slug for topping in _menu(info).pizzas[info.data["pizza_id"]].recipe}
            missing = [position for position, slug in enumerate(left_out) if slug not in recipe]
            _refuse_elements(left_out, missing, _("The recipe of this pizza does not have this topping."))
        return left_out

    def field_names(self, line: str, pizza: str) -> dict[str, str]:
        """Return the names of the fields, by those of the refusals of a line."""
        added = {f"{line}.add.{slug}": f"{pizza}.toppings.{position}" for position, slug in enumerate(self.toppings)}
        names = {"item": "pizza_id", "size": "size", "add": "toppings", "keep": "without"}
        return added | {f"{line}.{name}": f"{pizza}.{field}" for name, field in names.items()}

    def selected(self) -> services.SelectedItem:
        part = PizzaPart(pizza=self.pizza_id, added=tuple(self.toppings), left_out=tuple(self.without))
        return services.SelectedItem(PizzaSelection(size=self.size, parts=(part,)), self.quantity)


class SimpleItemRequest(NullableRequestBody):
    item_id: Annotated[
        str,
        IDENTIFIER,
        Field(description="`id` or `ref` of an item on the menu", examples=["cola"]),
        AfterValidator(_simple_item),
    ]
    quantity: Quantity = 1

    def field_names(self, line: str, item: str) -> dict[str, str]:
        """Return the names of the fields, by those of the refusals of a line."""
        return {f"{line}.item": f"{item}.item_id"}

    def selected(self) -> services.SelectedItem:
        return services.SelectedItem(SimpleItemSelection(simple_item=self.item_id), self.quantity)


def _repeated(values: list[str]) -> list[int]:
    """Return the positions of the values that are there before."""
    return [position for position, value in enumerate(values) if value in values[:position]]


def _refuse_elements(values: list[str], positions: list[int], message: str) -> None:
    """
    Refuse elements of a list.

    :raises ValidationError: names each of them
    """
    error = PydanticCustomError("contradiction", "{message}", {"message": message})
    details = [InitErrorDetails(type=error, loc=(position,), input=values[position]) for position in positions]
    if details:
        raise ValidationError.from_exception_data("toppings", details)
