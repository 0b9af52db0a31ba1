"""The pizza page's form: what was typed, turned into a choice or into sentences beside the fields."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from menu.choices import MAX_QUANTITY, Choice, Part, PizzaChoice
from menu.prices import Offer, OfferedPizza

QUANTITY_SENTENCE = _("Between 1 and %(most)d, please.") % {"most": MAX_QUANTITY}


def quantity_field() -> forms.IntegerField:
    """How many of something: 1 to 20, with one sentence for everything else."""
    return forms.IntegerField(
        min_value=1,
        max_value=MAX_QUANTITY,
        error_messages=dict.fromkeys(("required", "invalid", "min_value", "max_value"), QUANTITY_SENTENCE),
    )


class PizzaForm(forms.Form):
    """
    Size, toppings to keep, toppings to add, quantity.

    A page opened without a query gets the defaults; a recipe topping that is not ticked is left out.
    """

    size = forms.ChoiceField(error_messages={"invalid_choice": _("Please choose one of our sizes.")})
    keep = forms.MultipleChoiceField(required=False)
    add = forms.MultipleChoiceField(
        required=False,
        error_messages={"invalid_choice": _("One of the added toppings is no longer on our menu.")},
    )
    quantity = quantity_field()

    def __init__(self, data: Mapping[str, Any], *, pizza: OfferedPizza, offer: Offer) -> None:
        super().__init__(data)
        self.pizza = pizza
        for name, slugs in (
            ("size", offer.sizes),
            ("keep", [topping.slug for topping in pizza.recipe]),
            ("add", offer.toppings),
        ):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = [(slug, slug) for slug in slugs]

    def choice(self) -> Choice:
        """Give what a valid form asks for."""
        keep = self.cleaned_data["keep"]
        return PizzaChoice(
            size=self.cleaned_data["size"],
            parts=(
                Part(
                    pizza=self.pizza.slug,
                    added=tuple(self.cleaned_data["add"]),
                    left_out=tuple(topping.slug for topping in self.pizza.recipe if topping.slug not in keep),
                ),
            ),
        )
