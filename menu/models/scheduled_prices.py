"""Prices that items get at a later moment."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from menu.models.fields import price_field


class ItemKind(models.TextChoices):
    """Kind of an item, by the name of its model."""

    PIZZA = "pizza", _("pizza")
    SIMPLE_ITEM = "simpleitem", _("simple item")
    TOPPING = "topping", _("topping")


class ScheduledPrice(models.Model):
    """
    A price that an item has from a moment on, until another one replaces it.

    The row is deleted when the price is withdrawn, and some time after its moment, when it is written into the item's
    own row; the log keeps who scheduled it. Whoever writes one has locked the item.
    """

    item_kind = models.CharField(max_length=16, choices=ItemKind)
    item_ref = models.UUIDField()
    price = price_field()
    valid_from = models.DateTimeField()
    created_by = models.CharField(max_length=32)  # as the log names an actor
    created_at = models.DateTimeField()

    class Meta:
        default_permissions = ()
        ordering = ["valid_from"]
        constraints = [models.UniqueConstraint(fields=["item_ref", "valid_from"], name="one_price_per_item_and_moment")]
        indexes = [models.Index(fields=["valid_from"], name="scheduled_price_due")]

    def __str__(self) -> str:
        return f"{self.price} from {self.valid_from}"
