from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from menu.admin.pictures import PictureForm
from menu.admin.prices import DatedPriceForm, price_field_of, price_from_field
from menu.forms import NO_ALLERGENS, AllergensField
from menu.models import Topping
from pizzeria.foundation import clock


class MenuItemForm(DatedPriceForm, PictureForm):
    """The admin's form of an item, which asks for its allergens until they are declared."""

    allergens = AllergensField()
    price_from = price_from_field()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        item = self.instance
        if item.pk and item.allergens_declared and not item.allergens:
            self.initial["allergens"] = [NO_ALLERGENS]
        if not self.is_edit():
            del self.fields["price_from"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        valid_from, price_field = cleaned.get("price_from"), price_field_of(type(self.instance))
        if valid_from is None:
            return cleaned
        if price_field not in self.changed_data:
            self.add_error(price_field, _("Type the new price, too."))
        elif price_field in cleaned:
            self.refuse_unless_schedulable(valid_from, at=clock.now(), beside="price_from")
        return cleaned


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
