"""What is listed on the menu page: pizzas, and simple items such as drinks, sides and desserts."""

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _

from menu.cooking_minutes import expected_minutes
from menu.models.categories import Category
from menu.models.fields import colour_field, price_field
from menu.models.items import Diet, MenuItem
from menu.models.names import refuse_taken_name
from menu.models.toppings import Topping


class Dish(MenuItem):
    """A menu item that is listed on the menu page, under its category."""

    category = models.ForeignKey(Category, models.PROTECT, related_name="%(class)ss")
    description = models.CharField(max_length=200, blank=True)
    diet = models.CharField(max_length=10, choices=Diet, default=Diet.VEGETARIAN)

    class Meta:
        abstract = True

    #: Model name of the other kind of dish: both share one URL pattern and one page, so a slug and a name must be
    #: unique across both.
    other_dish_model: ClassVar[str]

    def clean(self) -> None:
        self.refuse_taken_slug()
        self.refuse_taken_name()

    def refuse_taken_slug(self) -> None:
        """
        Refuse a slug that another dish or another page of the shop has, in capitals or not.

        :raises ValidationError: one has
        """
        for table in (type(self), self._other_dish()):
            others: models.QuerySet[MenuItem] = table._default_manager.filter(slug__iexact=self.slug)
            other = others.exclude(pk=self.pk).first() if table is type(self) else others.first()
            if other:
                taken = _("Something in the archive has this address.")
                message = taken if other.is_archived else _("Something else on the menu has this address.")
                raise ValidationError({"slug": message})
        is_new = not type(self)._default_manager.filter(pk=self.pk, slug=self.slug).exists()
        if self.slug and is_new and resolve(reverse("menu:pizza", args=[self.slug])).view_name != "menu:pizza":
            raise ValidationError({"slug": _("Another page of the shop has this address.")})

    def refuse_taken_name(self) -> None:
        """
        Refuse a name that another dish has.

        :raises ValidationError: one has
        """
        refuse_taken_name(self, type(self), self._other_dish())

    def _other_dish(self) -> type[MenuItem]:
        return self._meta.apps.get_model("menu", self.other_dish_model)


class Pizza(Dish):
    """
    A pizza. Its diet and allergens are those of dough, sauce and cheese; the recipe's toppings add theirs.

    An archived topping keeps its place in `recipe` for when it is restored, and does not count until then.
    """

    other_dish_model = "SimpleItem"

    base_price = price_field()
    minutes = models.PositiveSmallIntegerField(
        _("minutes to cook"), default=8, validators=[MinValueValidator(1), MaxValueValidator(120)]
    )
    learned_minutes = models.PositiveSmallIntegerField(null=True, blank=True, editable=False)  # None: none are learned
    learned_from = models.PositiveIntegerField(null=True, blank=True, editable=False)  # how many orders
    learned_at = models.DateTimeField(null=True, blank=True, editable=False)
    recipe = models.ManyToManyField(Topping, related_name="in_recipes", blank=True)

    class Meta:
        ordering = ["category__position", "position", "name"]
        permissions = [("sell_out", "Can mark items sold out or available")]

    @property
    def expected_minutes(self) -> int:
        """Return the minutes that promises are computed with."""
        return expected_minutes(planned=self.minutes, learned=self.learned_minutes)


class SimpleItemMotif(models.TextChoices):
    """Motif of a simple item's illustration; `menu.illustrations` draws each."""

    BOTTLE = "bottle", _("Bottle (water)")
    GLASS = "glass", _("Glass with ice (lemonade, iced tea)")
    CAN = "can", _("Can (cola)")
    WINE_GLASS = "wine_glass", _("Glass of wine")
    BEER_GLASS = "beer_glass", _("Glass of beer")
    BREAD = "bread", _("Garlic bread")
    SALAD = "salad", _("Salad")
    BOWL = "bowl", _("Bowl (olives)")
    WINGS = "wings", _("Chicken wings")
    SLICE_OF_CAKE = "slice_of_cake", _("Slice of cake (tiramisu)")
    PUDDING = "pudding", _("Pudding with sauce (panna cotta)")
    CUP = "cup", _("Cup of ice cream")


class TaxKind(models.TextChoices):
    """Kind of item by which the law taxes it; the settings have a rate for each."""

    FOOD = "food", _("food")
    DRINK = "drink", _("drink")


class SimpleItem(Dish):
    """A drink, side or dessert: a name, a price and an illustration, no toppings."""

    other_dish_model = "Pizza"

    price = price_field()
    tax_kind = models.CharField(
        _("taxed as"), max_length=8, choices=TaxKind, default=TaxKind.FOOD, db_default=TaxKind.FOOD.value
    )
    motif = models.CharField(
        max_length=16, choices=SimpleItemMotif, default=SimpleItemMotif.BOTTLE, help_text=_("In the picture.")
    )
    colour = colour_field("#c9a227")

    class Meta:
        ordering = ["category__position", "position", "name"]
