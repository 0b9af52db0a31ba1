"""
The tables of pizzas, simple items and toppings as spreadsheets have them: their columns, and how each cell is read.

`import_plan` compares a table with the rows by them; nothing here writes to the database.
"""

import re
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar

from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from import_export.fields import Field
from import_export.instance_loaders import CachedInstanceLoader
from import_export.resources import ModelResource
from import_export.widgets import Widget

from menu import services
from menu.models import Allergen, Category, Diet, MenuItem, Pizza, SimpleItem, TaxKind, Topping
from menu.price_schedules import schedule_of, scheduled_prices
from menu.services import Availability
from pizzeria.foundation import clock
from pizzeria.foundation.ends import refuse_unless_ahead
from pizzeria.foundation.forms import ERROR_MESSAGES, MomentField, SingleLineField
from pizzeria.foundation.money import ZERO, AmountFormField, rounded
from pizzeria.foundation.refusals import Refusal

NONE = "none"
YES, NO = "yes", "no"
UNTIL_MESSAGE = gettext_lazy("Write the moment like “no until 2026-11-30 21:30”.")

_DECIMAL_COMMA = re.compile(r"\d+,\d{1,2}")
_MINUTES = re.compile(r"\d{1,3}")


class Cell(Widget):  # type: ignore[misc]
    """A cell: `parse` returns its value or raises ValueError with a sentence; `show` returns the text of a value."""

    def __init__(self, parse: Callable[[str], Any], show: Callable[[Any], str] = str) -> None:
        super().__init__()
        self.parse, self.show = parse, show

    def clean(self, value: Any, row: Any = None, **kwargs: Any) -> Any:
        try:
            return self.parse(str(value).strip())
        except ValidationError as invalid:
            raise ValueError(" ".join(invalid.messages)) from invalid

    def render(self, value: Any, obj: Any = None, **kwargs: Any) -> str:
        return "" if value is None else self.show(value)


def _price(text: str) -> Decimal:
    """Return an amount with a decimal point, or with a comma, as Excel writes it in Italy."""
    field = AmountFormField(max_digits=10, min_value=ZERO, error_messages=ERROR_MESSAGES)
    amount: Decimal = field.clean(text.replace(",", ".") if _DECIMAL_COMMA.fullmatch(text) else text)
    return amount


def _minutes(text: str) -> int:
    if not _MINUTES.fullmatch(text):
        raise ValueError(_("A whole number, please."))
    return int(text)


def _one_of(choices: Mapping[str, Any]) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        if text not in choices:
            known = ", ".join(choices)
            raise ValueError(_("There is no “%(text)s”; there are: %(known)s.") % {"text": text, "known": known})
        return choices[text]

    return parse


def _some_of(known: Mapping[str, Any]) -> Callable[[str], tuple[str, ...]]:
    """Return a function that reads names with blanks or commas between them, and returns them in the known order."""

    def parse(text: str) -> tuple[str, ...]:
        words = set(text.replace(",", " ").split())
        unknown = sorted(words - known.keys())
        if unknown:
            raise ValueError(_("There is no “%(text)s”.") % {"text": "”, “".join(unknown)})
        return tuple(name for name in known if name in words)

    return parse


def _allergens(text: str) -> tuple[str, ...] | None:
    """Return allergens, or none of them; None for a blank cell: they stay as they are."""
    if not text:
        return None
    return () if text == NONE else _some_of(dict(Allergen.choices))(text)


def _availability(at: datetime) -> Callable[[str], Availability | None]:
    """Return a function that reads whether an item is available; None for a blank cell: it stays as it is."""

    def parse(text: str) -> Availability | None:
        if not text:
            return None
        if text == YES:
            return Availability(is_available=True)
        no, until, moment = text.partition(" until ")
        if no != NO:
            raise ValueError(_("“yes”, “no” or “no until 2026-11-30 21:30”, please."))
        if not until:
            return Availability(is_available=False)
        ends = MomentField(error_messages=dict.fromkeys(("required", "invalid"), UNTIL_MESSAGE)).clean(moment)
        try:
            refuse_unless_ahead(ends, at=at)
        except Refusal as refusal:
            raise ValueError(refusal.message) from refusal
        return Availability(is_available=False, until=ends)

    return parse


def _availability_text(value: Availability) -> str:
    if value.is_available:
        return YES
    return f"{NO} until {value.until.astimezone(clock.shop_zone()).isoformat(' ')}" if value.until else NO


def _text(max_length: int, *, required: bool = False) -> Cell:
    return Cell(SingleLineField(max_length=max_length, required=required).clean)


def _price_text(value: Decimal) -> str:
    return f"{rounded(value):f}"


class MenuItemResource(ModelResource):  # type: ignore[misc]
    """
    The columns that all items have.

    Values that are no column of the table are set on the rows that are compared: `availability_now`, `allergens_now`
    (None: not declared) and `recipe_now`.

    :param at: the moment of the availability and of the prices
    """

    slug = Field("slug", "slug", widget=Cell(str))
    name = Field("name", "name", widget=_text(60, required=True))
    price: ClassVar[Field] = Field("price", "price", widget=Cell(_price, _price_text))
    available = Field("availability_now", "available", saves_null_values=False)
    allergens = Field(
        "allergens_now",
        "allergens",
        saves_null_values=False,
        widget=Cell(_allergens, lambda each: " ".join(each) or NONE),
    )
    diet = Field("diet", "diet", widget=Cell(_one_of({diet.value: diet.value for diet in Diet})))

    class Meta:
        import_id_fields = ("slug",)
        instance_loader_class = CachedInstanceLoader
        clean_model_instances = True
        skip_unchanged = True
        report_skipped = True
        store_instance = True
        skip_html_diff = True

    def __init__(self, *, at: datetime) -> None:
        super().__init__()
        self.at = at
        self.fields["available"].widget = Cell(_availability(at), _availability_text)

    @classmethod
    def fields_in_order(cls) -> list[Field]:
        return [cls.fields[name] for name in cls._meta.fields]

    def get_queryset(self) -> QuerySet[Any]:
        items: QuerySet[Any] = self._meta.model._default_manager.on_the_menu()
        annotated: QuerySet[Any] = items.annotate(scheduled=scheduled_prices())
        return annotated

    def rows(self) -> list[Any]:
        """Return the items on the menu with the values that are compared and exported."""
        return [self._prepared(item) for item in self.get_queryset()]

    def after_init_instance(self, instance: Any, new: bool, row: Any, **kwargs: Any) -> None:
        if not new:
            self._prepared(instance)
            return
        instance.availability_now, instance.allergens_now, instance.recipe_now = Availability(True), None, ()

    def _prepared(self, item: Any) -> Any:
        is_available = item.is_available(self.at)
        item.availability_now = Availability(is_available, None if is_available else item.sold_out_until)
        item.allergens_now = (
            tuple(name for name in dict(Allergen.choices) if name in item.allergens)
            if item.allergens_declared
            else None
        )
        item.recipe_now = ()
        services.set_price(item, schedule_of(services.price_of(item), item.scheduled).at(self.at))
        return item


class DishResource(MenuItemResource):
    """The columns of what is listed on the menu page."""

    category = Field("category", "category")
    description = Field("description", "description", widget=_text(200))

    def __init__(self, *, at: datetime) -> None:
        super().__init__(at=at)
        categories = {category.slug: category for category in Category.objects.all()}
        self.fields["category"].widget = Cell(_one_of(categories), lambda category: str(category.slug))

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().select_related("category")


class PizzaResource(DishResource):
    price = Field("base_price", "price", widget=Cell(_price, _price_text))
    minutes = Field("minutes", "minutes", widget=Cell(_minutes))
    recipe = Field("recipe_now", "recipe", widget=Widget())

    class Meta:
        model = Pizza
        fields = (
            "slug",
            "name",
            "category",
            "price",
            "description",
            "available",
            "recipe",
            "diet",
            "allergens",
            "minutes",
        )

    def __init__(self, *, at: datetime) -> None:
        super().__init__(at=at)
        toppings = {topping.slug: topping for topping in Topping.objects.on_the_menu()}
        self.fields["recipe"].widget = Cell(_some_of(toppings), " ".join)

    def get_queryset(self) -> QuerySet[Any]:
        return super().get_queryset().prefetch_related("recipe")

    def _prepared(self, item: Any) -> Any:
        item = super()._prepared(item)
        item.recipe_now = tuple(topping.slug for topping in item.recipe.all() if not topping.is_archived)
        return item


class SimpleItemResource(DishResource):
    tax_kind = Field("tax_kind", "tax", widget=Cell(_one_of({kind.value: kind.value for kind in TaxKind})))

    class Meta:
        model = SimpleItem
        fields = ("slug", "name", "category", "price", "description", "available", "tax_kind", "diet", "allergens")


class ToppingResource(MenuItemResource):
    spicy = Field("spicy", "spicy", widget=Cell(_one_of({YES: True, NO: False}), lambda value: YES if value else NO))

    class Meta:
        model = Topping
        fields = ("slug", "name", "price", "available", "spicy", "diet", "allergens")


RESOURCES: dict[type[MenuItem], type[MenuItemResource]] = {
    Pizza: PizzaResource,
    SimpleItem: SimpleItemResource,
    Topping: ToppingResource,
}
