"""
Customers, and what they let us keep.

A customer is held after the basket and before the kitchen: a first order registers its customer there. Changing a
name holds nothing else, and nobody who holds the kitchen or an order waits for a customer.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from orders.events import CustomerContactChanged, CustomerRegistered
from orders.models import Customer
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed


@command
def register_customer(*, by: Actor, at: datetime) -> Customer | None:
    """Make a customer of whoever signs in, so that the first order finds one; nothing happens the second time."""
    return customer_for(by, at=at)


@command
def change_contact(*, name: str, phone: str, by: Actor, at: datetime) -> Customer:
    """
    Keep a customer's name and phone for the next checkout, instead of what was kept before.

    Nothing happens when they are the same. Placed orders keep what they were placed with.

    :param name: may be blank: forget it
    :param phone: in international form, or blank: forget it
    :raises NotAllowed: a guest
    """
    registered = customer_for(by, at=at)
    if registered is None:
        raise NotAllowed(_("Please sign in, so that we know whose name and number to keep."))
    customer = lock(registered)
    wanted = {"name": name, "phone": phone}
    changed = tuple(field for field, value in wanted.items() if str(getattr(customer, field)) != value)
    if changed:
        customer.name, customer.phone = name, phone
        record(customer, CustomerContactChanged(fields=changed), by=by, at=at)
    return customer


def lock(customer: Customer) -> Customer:
    """Read a customer afresh and hold the row until the transaction ends."""
    return Customer.objects.select_for_update(no_key=True).get(pk=customer.pk)


def customer_for(by: Actor, *, at: datetime) -> Customer | None:
    """
    Give the customer that a signed-in person is, registered now if signing in did not; None for a guest.

    What is kept begins with the account's name. From then on it is the customer's own, to change and to forget.
    """
    if by.kind is not ActorKind.PERSON or by.user_id is None:
        return None
    customer, is_new = Customer.objects.get_or_create(user_id=by.user_id)
    if is_new:
        customer.name = customer.user.get_full_name()[: Customer.name.field.max_length]
        record(customer, CustomerRegistered(user=by.user_id), by=by, at=at)
    return customer
