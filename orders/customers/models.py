from typing import ClassVar

from django.conf import settings
from django.contrib.auth.models import AbstractUser
from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from pizzeria.foundation.events.models import Aggregate
from pizzeria.foundation.locking import LockingQuerySet


class CustomerQuerySet(LockingQuerySet["Customer"]):
    pass


class Customer(Aggregate):
    """A user as a customer. The row is kept when the person is erased, with blank name and phone."""

    stream: ClassVar[str] = "customer"

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    name = models.CharField(max_length=80, blank=True)
    phone = PhoneNumberField(blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        default_permissions = ("view",)

    @classmethod
    def name_of(cls, user: AbstractUser) -> str:
        """Return the name with which a user is registered as a customer."""
        return user.get_full_name()[: cls.name.field.max_length]

    def __str__(self) -> str:
        return self.name or str(self.ref)
