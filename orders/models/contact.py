"""Everything personal about an order, and every free text: apart from it, so that it can be erased."""

import secrets

from django.db import models
from phonenumber_field.modelfields import PhoneNumberField

from orders.models.order import Order


def new_guest_token() -> str:
    """Make a guest's key: 32 random bytes, as they stand in an address."""
    return secrets.token_urlsafe(32)


class OrderContact(models.Model):
    """Who the order is for: everything personal and every free text, apart, so that it can be erased."""

    order = models.OneToOneField(Order, models.PROTECT, related_name="contact")
    name = models.CharField(max_length=80, blank=True)
    phone = PhoneNumberField(blank=True)
    email = models.EmailField(blank=True)
    street = models.CharField(max_length=120, blank=True)
    postal_code = models.CharField(max_length=12, blank=True)
    city = models.CharField(max_length=80, blank=True)
    directions = models.CharField(max_length=200, blank=True)  # the doorbell, the floor
    allergies = models.CharField(max_length=300, blank=True)
    notes = models.CharField(max_length=500, blank=True)
    reason_note = models.CharField(max_length=300, blank=True)  # typed beside a reason, for the guest to read
    guest_token = models.CharField(max_length=43, blank=True)  # a guest's; blank: the order is a customer's

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.name
