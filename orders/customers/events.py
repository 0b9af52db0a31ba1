"""Domain events of the customer's stream."""

from typing import Literal

from orders.customers.models import Customer
from pizzeria.foundation.events.domain_events import DomainEvent


class CustomerRegistered(DomainEvent[Customer], type="customer.registered.v1"):
    """Registration of a signed-in user as a customer."""

    user: int


class CustomerContactChanged(DomainEvent[Customer], type="customer.contact_changed.v1"):
    """Change of a customer's saved name or phone, also to blank; holds the names of the fields, not their values."""

    fields: tuple[Literal["name", "phone"], ...]
