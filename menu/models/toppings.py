from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from menu.models.fields import colour_field, price_field, usual_topping_price
from menu.models.items import Diet, MenuItem
from menu.models.names import refuse_taken_name


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
        if Topping.objects.filter(slug__iexact=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": _("There is a topping with this slug already.")})
        refuse_taken_name(self, Topping)
