"""The shop's settings: what managers change while the shop is running. Everything else is environment."""

from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from phonenumber_field.modelfields import PhoneNumberField

from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet

MAX_MINUTES = 240


def minutes_field(
    name: StrOrPromise, help_text: StrOrPromise, *, at_least: int = 0
) -> "models.PositiveSmallIntegerField[int, int]":
    return models.PositiveSmallIntegerField(
        name, validators=[MinValueValidator(at_least), MaxValueValidator(MAX_MINUTES)], help_text=help_text
    )


class ShopSettingsQuerySet(LockingQuerySet["ShopSettings"]):
    pass


class ShopSettings(Aggregate):
    """The settings, in one row. `set_up_shop` creates it from the environment; a command changes it."""

    stream: ClassVar[str] = "shop"

    name = models.CharField(_("name"), max_length=80, help_text=_("On every page and in every message."))
    address = models.CharField(_("address"), max_length=200, blank=True, help_text=_("Where guests pick up."))
    phone = PhoneNumberField(_("phone"), blank=True, help_text=_("For guests to call, with the country code."))

    further_pizza_minutes = minutes_field(
        _("minutes for each further pizza"),
        _("An order takes the minutes of its longest pizza, and these for each other one."),
    )
    handing_over_minutes = minutes_field(
        _("minutes for handing over"), _("From the oven until the guest or the driver has the order.")
    )
    driving_minutes = minutes_field(_("minutes for driving"), _("From the counter to the guest."))
    promise_window_minutes = minutes_field(
        _("minutes between the two times of a promise"), _("“Ready between 20:10 and 20:20” has ten."), at_least=1
    )

    objects = ShopSettingsQuerySet.as_manager()

    class Meta:
        default_permissions = ()
        permissions = [("change_settings", "Can change the shop's settings")]
        verbose_name, verbose_name_plural = _("shop settings"), _("shop settings")
        constraints = [
            models.CheckConstraint(condition=models.Q(id=1), name="shop_settings_one_row"),
            models.CheckConstraint(
                condition=models.Q(promise_window_minutes__gte=1), name="shop_settings_promise_has_a_window"
            ),
        ]

    def __str__(self) -> str:
        return self.name
