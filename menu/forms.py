"""The forms of the pizza page and of the sold-out list: input becomes a selection or a time, or errors by field."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from menu.models import Allergen
from menu.prices import MenuSnapshot, PizzaSnapshot
from menu.selections import MAX_QUANTITY, PizzaPart, PizzaSelection, Selection
from pizzeria.foundation import clock
from pizzeria.foundation.forms import ShopForm

QUANTITY_MESSAGE = _("Between 1 and %(most)d, please.") % {"most": MAX_QUANTITY}


def quantity_field() -> forms.IntegerField:
    """Return a field for a quantity of 1 to 20, with one error message for everything else."""
    return forms.IntegerField(
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), QUANTITY_MESSAGE),
    )


class PizzaForm(ShopForm):
    """
    The form of the pizza page: size, toppings to keep, toppings to add, quantity.

    A page opened without a query gets the defaults; a recipe topping that is not ticked is left out.
    """

    size = forms.ChoiceField(error_messages={"invalid_choice": _("Please choose one of our sizes.")})
    keep = forms.MultipleChoiceField(required=False)
    add = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": _("One of the added toppings is no longer on our menu.")},
    )
    quantity = quantity_field()

    def __init__(self, data: Mapping[str, Any], *, pizza: PizzaSnapshot, snapshot: MenuSnapshot) -> None:
        super().__init__(data)
        self.pizza = pizza
        for name, slugs in (
            ("size", snapshot.sizes),
            ("keep", [topping.slug for topping in pizza.recipe]),
            ("add", snapshot.toppings),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(slug, slug) for slug in slugs]

    def selection(self) -> Selection:
        """Return the selection of a valid form."""
        keep = self.cleaned_data["keep"]
        return PizzaSelection(
            size=self.cleaned_data["size"],
            parts=(
                PizzaPart(
                    pizza=self.pizza.slug,
                    added=tuple(self.cleaned_data["add"]),
                    left_out=tuple(topping.slug for topping in self.pizza.recipe if topping.slug not in keep),
                ),
            ),
        )


NO_ALLERGENS = "none"


class AllergensField(forms.MultipleChoiceField):
    """The field for an item's allergens, in which "none of these" is an answer, and no answer is an error."""

    widget = forms.CheckboxSelectMultiple

    def __init__(self) -> None:
        super().__init__(
            choices=[(NO_ALLERGENS, _("none of these")), *Allergen.choices],
            error_messages={"required": _("Please tick what is in it, or “none of these”.")},
        )

    def clean(self, value: Any) -> list[str]:
        ticked: list[str] = super().clean(value)
        if NO_ALLERGENS not in ticked:
            return ticked
        if len(ticked) > 1:
            raise forms.ValidationError(_("Either “none of these”, or some of them."))
        return []


class SoldOutForm(ShopForm):
    """The form for how long an item is sold out: further notice, the end of today, or a wall-clock time."""

    until = forms.ChoiceField(
        choices=[("notice", _("until further notice")), ("today", _("for today")), ("time", _("until"))],
        error_messages={"required": _("Until when?"), "invalid_choice": _("Until when?")},
    )
    time = forms.TimeField(required=False, error_messages={"invalid": _("Write the time like 21:30.")})

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("until") == "time" and not cleaned.get("time") and "time" not in self.errors:
            self.add_error("time", _("Until what time? Write it like 21:30."))
        return cleaned

    def until_when(self, at: datetime) -> datetime | None:
        """Return the moment a valid form means, within the business day; None: until further notice."""
        match self.cleaned_data["until"]:
            case "today":
                return clock.end_of_business_day(at)
            case "time":
                return clock.next_at(self.cleaned_data["time"], at)
        return None
