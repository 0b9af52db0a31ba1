from typing import Any

from django.db.models import Q, QuerySet

from menu.forms import NO_ALLERGENS, AllergensField
from menu.models import Topping
from pizzeria.foundation.admin import ShopAdminForm


class MenuItemForm(ShopAdminForm):
    """The admin's form of an item, which asks for its allergens until they are declared."""

    allergens = AllergensField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        if item.pk and item.allergens_declared and not item.allergens:
            self.initial["allergens"] = [NO_ALLERGENS]


class PizzaForm(MenuItemForm):
    """The admin's form of a pizza, in whose recipe archived toppings keep their place unseen."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipe"].queryset = Topping.objects.on_the_menu()  # type: ignore[attr-defined]
        if self.instance.pk:
            self.initial["recipe"] = list(self.instance.recipe.on_the_menu())

    def clean_recipe(self) -> QuerySet[Topping]:
        chosen: QuerySet[Topping] = self.cleaned_data["recipe"]
        if not self.instance.pk:
            return chosen
        archived = self.instance.recipe.exclude(archived_at=None)
        return Topping.objects.filter(Q(pk__in=chosen.values("pk")) | Q(pk__in=archived.values("pk")))
