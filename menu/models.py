"""The tables of the menu. Rows are edited in admin and API; changes are recorded in the menu's stream of events."""

from datetime import datetime
from decimal import Decimal
from typing import Any, ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.urls import resolve, reverse
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.money import AmountField, from_minor_units


class Diet(models.TextChoices):
    VEGAN = "vegan", _("vegan")
    VEGETARIAN = "vegetarian", _("vegetarian")
    MEAT = "meat", _("with meat")


class Allergen(models.TextChoices):
    """The fourteen allergens that must be declared (Regulation (EU) No 1169/2011, annex II)."""

    GLUTEN = "gluten", _("gluten")
    CRUSTACEANS = "crustaceans", _("crustaceans")
    EGGS = "eggs", _("eggs")
    FISH = "fish", _("fish")
    PEANUTS = "peanuts", _("peanuts")
    SOYA = "soya", _("soya")
    MILK = "milk", _("milk")
    NUTS = "nuts", _("nuts")
    CELERY = "celery", _("celery")
    MUSTARD = "mustard", _("mustard")
    SESAME = "sesame", _("sesame")
    SULPHITES = "sulphites", _("sulphites")
    LUPIN = "lupin", _("lupin")
    MOLLUSCS = "molluscs", _("molluscs")


def price_field(default: Any = NOT_PROVIDED) -> AmountField[Decimal, Decimal]:
    """Return the field of a price. In any size and with any toppings, it stays far below `money.MAX_AMOUNT`."""
    return AmountField(max_digits=10, validators=[MinValueValidator(Decimal("0.00"))], default=default)


def usual_topping_price() -> Decimal:
    """Return the price of a topping for which none is given: €2.50, or ¥250."""
    return from_minor_units(250)


def colour_field(default: str) -> "models.CharField[str, str]":
    return models.CharField(
        max_length=7, default=default, validators=[RegexValidator(r"^#[0-9a-fA-F]{6}$", _("Write it like #b3261e."))]
    )


class NameKey(models.Func):
    """
    The key of a name: people take two names with the same key for the same.

    Case, runs of blanks, invisible characters and the forms of one letter (NFKC) make no difference.
    """

    function = "menu_name_key"
    output_field = models.CharField()


def refuse_taken_name(row: "Category | Size | MenuItem", *tables: "type[Category | Size | MenuItem]") -> None:
    """
    Refuse a name that another row of these tables has; a trigger refuses the rows that no form has checked.

    :raises ValidationError: it has
    """
    key = NameKey(models.Value(row.name))
    own: models.QuerySet[Any] = type(row)._default_manager.annotate(key=NameKey("name"))
    if own.filter(pk=row.pk, key=key).exists():
        return  # as it was: two rows may have had one name before that was refused
    for table in tables:
        rows: models.QuerySet[Any] = table._default_manager.annotate(key=NameKey("name"))
        same = rows.filter(key=key)
        other = same.exclude(pk=row.pk).first() if isinstance(row, table) else same.first()
        if other:
            message = _("“%(name)s” is in the archive.") if _is_archived(other) else _("There is “%(name)s” already.")
            raise ValidationError({"name": message % {"name": other.name}})


def _is_archived(row: "Category | Size | MenuItem") -> bool:
    return isinstance(row, MenuItem) and row.is_archived


class Category(models.Model):
    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "name"]
        verbose_name_plural = "categories"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_taken_name(self, Category)


class Size(Aggregate):
    stream: ClassVar[str] = "menu"

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=40)
    factor = models.DecimalField(
        _("price factor"),
        max_digits=4,
        decimal_places=2,
        validators=[MinValueValidator(Decimal("0.10")), MaxValueValidator(Decimal("10.00"))],
        help_text=_("The small pizza's price times this is the price in this size."),
    )
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "factor"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        refuse_taken_name(self, Size)


class MenuItemQuerySet[I: "MenuItem"](models.QuerySet[I]):
    def on_the_menu(self) -> Self:
        """Return the items that are not archived."""
        return self.filter(archived_at=None)

    def identified_by(self, identifier: str) -> Self:
        """Return the item with this slug or ref, as a queryset of one or none."""
        try:
            return self.filter(models.Q(slug=identifier) | models.Q(ref=UUID(identifier)))
        except ValueError:
            return self.filter(slug=identifier)


class MenuItem(Aggregate):
    """
    What pizzas, simple items and toppings share: a name, an address, allergens, and whether they are available.

    An archived item is on no page and in no recipe, and cannot be ordered. Its slug and its name stay taken.
    """

    stream: ClassVar[str] = "menu"

    slug = models.SlugField(unique=True, help_text=_("Its address; stays when the name changes."))
    name = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField(default=0)
    allergens = ArrayField(models.CharField(max_length=16, choices=Allergen), default=list, blank=True)
    allergens_declared = models.BooleanField(db_default=False, editable=False)  # False: nobody has said yet
    sold_out_since = models.DateTimeField(_("sold out since"), null=True, blank=True, editable=False)
    sold_out_until = models.DateTimeField(_("sold out until"), null=True, blank=True, editable=False)
    archived_at = models.DateTimeField(_("archived"), null=True, blank=True, editable=False)

    objects = MenuItemQuerySet.as_manager()

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name

    @property
    def is_archived(self) -> bool:
        return self.archived_at is not None

    def is_available(self, at: datetime) -> bool:
        """Return whether the item can be ordered at a moment."""
        return is_available_at(self.sold_out_since, self.sold_out_until, at)


class ToppingShape(models.TextChoices):
    """Shape of a topping in illustrations; `menu.illustrations` draws each."""

    DISC = "disc", _("Round slice (pepperoni)")
    SLICE = "slice", _("Mushroom slice")
    RING = "ring", _("Ring (onion)")
    HALF_RING = "half_ring", _("Half ring (red onion)")
    OLIVE = "olive", _("Olive ring")
    LEAF = "leaf", _("Leaf (basil, spinach)")
    CUBE = "cube", _("Cube (ham, chicken)")
    WEDGE = "wedge", _("Wedge (pineapple)")
    STRIP = "strip", _("Strip (bell pepper)")
    RASHER = "rasher", _("Wavy strip (bacon)")
    CRUMBLE = "crumble", _("Crumble (sausage)")
    SHREDS = "shreds", _("Shreds (extra cheese)")


class Topping(MenuItem):
    price = price_field(default=usual_topping_price)
    diet = models.CharField(max_length=10, choices=Diet, default=Diet.VEGAN)
    spicy = models.BooleanField(default=False)
    shape = models.CharField(
        max_length=16, choices=ToppingShape, default=ToppingShape.DISC, help_text=_("In the picture.")
    )
    colour = colour_field("#b3261e")

    class Meta:
        ordering = ["position", "name"]

    def clean(self) -> None:
        refuse_taken_name(self, Topping)


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
        Refuse a slug that another dish or another page of the shop has.

        :raises ValidationError: one has
        """
        for table in (type(self), self._other_dish()):
            others: models.QuerySet[MenuItem] = table._default_manager.filter(slug=self.slug)
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
    recipe = models.ManyToManyField(Topping, related_name="in_recipes", blank=True)

    class Meta:
        ordering = ["category__position", "position", "name"]
        permissions = [("sell_out", "Can mark items sold out or available")]


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


def is_available_at(sold_out_since: datetime | None, sold_out_until: datetime | None, at: datetime) -> bool:
    """Return whether an item can be ordered: it is not marked sold out, or the end of that has passed."""
    return sold_out_since is None or (sold_out_until is not None and sold_out_until <= at)
