"""What every item of the menu has, whether it is a pizza, a simple item or a topping."""

from datetime import datetime
from typing import ClassVar, Self
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from menu.models.pictures import PicturedModel
from pizzeria.foundation.events.models import Aggregate


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


class MenuItem(Aggregate, PicturedModel):
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


def is_available_at(sold_out_since: datetime | None, sold_out_until: datetime | None, at: datetime) -> bool:
    """Return whether an item can be ordered: it is not marked sold out, or the end of that has passed."""
    return sold_out_since is None or (sold_out_until is not None and sold_out_until <= at)
