"""Personal data and free text of an order, kept apart from the order so that they can be erased."""

import secrets

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models.functions import Upper
from phonenumber_field.modelfields import PhoneNumberField

from orders.models.order import Order
from pizzeria.foundation.text_search import DigitsOnly, FoldedText


def new_guest_token() -> str:
    """Return a new guest token: 32 random bytes, encoded for a URL."""
    return secrets.token_urlsafe(32)


class OrderContact(models.Model):
    """Contact of an order: all of its personal data and free text, in a row of their own so that they can be erased."""

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
    reason_note = models.CharField(max_length=300, blank=True)  # note to a reason, shown to the guest
    # Of a guest's order, also of one that a program has placed; blank: a customer's order.
    guest_token = models.CharField(max_length=43, blank=True)
    client = models.CharField(max_length=32, blank=True, db_default="")  # Actor.client of a guest, kept for two days

    class Meta:
        default_permissions = ()
        indexes = [
            models.Index(fields=["phone"], name="contact_by_phone"),
            models.Index(fields=["client"], name="contact_by_client", condition=~models.Q(client="")),
            # Of parts of them, for the search in the admin: see pizzeria.foundation.text_search.
            GinIndex(OpClass(FoldedText("name"), name="gin_trgm_ops"), name="contact_name_search"),
            GinIndex(OpClass(DigitsOnly("phone"), name="gin_trgm_ops"), name="contact_phone_search"),
            GinIndex(OpClass(Upper("email"), name="gin_trgm_ops"), name="contact_email_search"),
        ]

    def __str__(self) -> str:
        return self.name
