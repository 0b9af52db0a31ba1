"""The shop's settings: what managers change while the shop is running. Everything else is environment."""

from decimal import Decimal
from typing import ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models.fields import NOT_PROVIDED
from django.utils.translation import gettext_lazy as _
from django_stubs_ext import StrOrPromise
from phonenumber_field.modelfields import PhoneNumberField

from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet
from pizzeria.foundation.mail.addresses import refuse_invalid_addresses
from pizzeria.foundation.money import AmountField
from pizzeria.foundation.phones import refuse_extension

MAX_MINUTES = 240


def minutes_field(
    name: StrOrPromise, help_text: StrOrPromise, *, at_least: int = 0, initial: int | None = None
) -> "models.PositiveSmallIntegerField[int, int]":
    """
    Return the field of a number of minutes.

    :param initial: for a shop that was set up before there was this number; None: each shop has it
    """
    return models.PositiveSmallIntegerField(
        name,
        validators=[MinValueValidator(at_least), MaxValueValidator(MAX_MINUTES)],
        help_text=help_text,
        db_default=NOT_PROVIDED if initial is None else initial,
    )


def limit_field(
    name: StrOrPromise, help_text: StrOrPromise, *, initial: int, at_most: int
) -> "models.PositiveSmallIntegerField[int, int]":
    """
    Return the field of a limit; 0 is no limit.

    :param initial: for a shop that was set up before there was this limit
    """
    return models.PositiveSmallIntegerField(
        name, validators=[MaxValueValidator(at_most)], help_text=help_text, db_default=initial
    )


class ShopSettingsQuerySet(LockingQuerySet["ShopSettings"]):
    pass


class ShopSettings(Aggregate):
    """The settings, in one row. `set_up_shop` creates it from the environment; a command changes it."""

    stream: ClassVar[str] = "shop"

    name = models.CharField(_("name"), max_length=80, help_text=_("On every page and in every message."))
    address = models.CharField(_("address"), max_length=200, blank=True, help_text=_("Where guests pick up."))
    phone = PhoneNumberField(
        _("phone"),
        blank=True,
        validators=[refuse_extension],
        help_text=_("For guests to call, with the country code."),
    )

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

    pizzas_per_order = limit_field(
        _("pizzas in one order"), _("Above it the guest is asked to call. 0: any number."), initial=30, at_most=1000
    )
    total_per_order = AmountField[Decimal, Decimal](
        _("total of one order"),
        validators=[MinValueValidator(0)],
        help_text=_("Above it the guest is asked to call. 0: any total."),
        db_default=Decimal(500),
    )
    open_orders_per_phone = limit_field(
        _("open orders with one phone number"),
        _("Beyond it a guest without an account has to prove the number. 0: any number."),
        initial=3,
        at_most=1000,
    )
    guest_share_percent = limit_field(
        _("share of the kitchen for one connection, in percent"),
        _("Beyond it guests without an account have to prove the phone number. 0: any share."),
        initial=25,
        at_most=100,
    )
    every_guest_proves_phone = models.BooleanField(
        _("every guest proves the phone number"),
        help_text=_("For an evening with false orders: nobody orders without a code by SMS or an account."),
        db_default=False,
    )

    refund_limit = AmountField[Decimal, Decimal](
        _("refunds by one manager"),
        validators=[MinValueValidator(0)],
        help_text=_(
            "Of one order, all its refunds together. Above it a second manager has to approve. "
            "0: no refund needs a second manager."
        ),
        db_default=Decimal(50),
    )

    waiting_minutes = minutes_field(
        _("minutes until an order waits too long"),
        _("The overview shows an order that is not started, or not taken once it is ready, for so long."),
        at_least=1,
        initial=15,
    )
    vip_orders = models.PositiveSmallIntegerField(
        _("orders that make a VIP"),
        validators=[MinValueValidator(1), MaxValueValidator(1000)],
        help_text=_("Of one customer within 365 days; the report of the customers marks them."),
        db_default=10,
    )
    daily_email_to = models.CharField(
        _("daily e-mail to"),
        max_length=1000,
        blank=True,
        validators=[refuse_invalid_addresses],
        help_text=_(
            "E-mail addresses with commas between them, ten at most. Each gets yesterday's figures every morning. "
            "Empty: nobody."
        ),
        db_default="",
    )
    alerts_email_to = models.CharField(
        _("alerts by e-mail to"),
        max_length=1000,
        blank=True,
        validators=[refuse_invalid_addresses],
        help_text=_(
            "E-mail addresses with commas between them, ten at most. Each gets the alerts that need a manager at once, "
            "such as a ticket that no cook has seen. Empty: nobody."
        ),
        db_default="",
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
