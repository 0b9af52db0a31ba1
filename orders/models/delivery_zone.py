"""The delivery area: zones with their postal codes. A shop without a zone delivers everywhere, for nothing."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.money import ZERO, AmountField
from pizzeria.foundation.shop.models import MAX_MINUTES

CODE_LENGTH = 12


def normalize_postal_code(typed: str) -> str:
    """Return a postal code as zones store it: its letters and digits alone, in upper case."""
    return "".join(character for character in typed.upper() if character.isalnum())


class DeliveryZoneQuerySet(LockingQuerySet["DeliveryZone"]):
    pass


class DeliveryZone(Aggregate):
    """A zone. Commands change it (`orders.services.delivery_zones`)."""

    stream: ClassVar[str] = "delivery_zone"

    slug = models.SlugField(unique=True, help_text=_("Stays when the name changes: orders refer to it."))
    name = models.CharField(max_length=60)
    is_active = models.BooleanField(_("delivered to"), default=True, help_text=_("Unticked: nothing is brought there."))
    fee = AmountField[Decimal, Decimal](_("delivery fee"), default=ZERO, validators=[MinValueValidator(ZERO)])
    minimum = AmountField[Decimal, Decimal](
        _("least order"),
        default=ZERO,
        validators=[MinValueValidator(ZERO)],
        help_text=_("Of food and drinks, before a discount. 0: any order."),
    )
    free_from = AmountField[Decimal | None, Decimal | None](
        _("free from"),
        null=True,
        blank=True,
        validators=[MinValueValidator(ZERO)],
        help_text=_("From this total of food and drinks on there is no fee. Empty: there always is."),
    )
    driving_minutes = models.PositiveSmallIntegerField(
        _("minutes for driving"), validators=[MaxValueValidator(MAX_MINUTES)], help_text=_("From the counter.")
    )

    objects = DeliveryZoneQuerySet.as_manager()

    class Meta:
        ordering = ["fee", "name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(fee__gte=0, minimum__gte=0)
                & (models.Q(free_from=None) | models.Q(free_from__gte=0)),
                name="delivery_zone_amounts_not_negative",
            )
        ]

    def __str__(self) -> str:
        return self.name


class DeliveryPostalCode(models.Model):
    """A postal code of a zone. It belongs to one zone only, also while that is not delivered to."""

    zone = models.ForeignKey(DeliveryZone, models.CASCADE, related_name="postal_codes")
    code = models.CharField(max_length=CODE_LENGTH, unique=True)  # as normalize_postal_code returns it

    class Meta:
        default_permissions = ()
        ordering = ["code"]

    def __str__(self) -> str:
        return self.code
