"""
Commands for customers and their saved contact.

A customer is locked after the basket and before the kitchen, because a first order registers its customer there.
Changing the contact locks nothing else, and no command that holds the kitchen or an order waits for a customer.
"""

from datetime import datetime

from django.utils.translation import gettext as _

from orders.customers.events import CustomerContactChanged, CustomerRegistered
from orders.customers.models import Customer
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record
from pizzeria.foundation.refusals import NotAllowed


@command
def change_contact(*, name: str, phone: str, by: Actor, at: datetime) -> Customer:
    """
    Save a customer's name and phone for the next checkout, in place of the saved ones.

    Nothing happens when they are the same. Placed orders keep the contact that they were placed with.

    :param name: may be blank: delete the saved name
    :param phone: in international form, or blank: delete the saved phone
    :raises NotAllowed: the actor is a guest
    """
    registered = customer_for(by, at=at)
    if registered is None:
        raise NotAllowed(_("Please sign in, so that we know whose name and number to keep."))
    customer = Customer.objects.for_update().get(pk=registered.pk)
    new_values = {"name": name, "phone": phone}
    changed = tuple(field for field, value in new_values.items() if str(getattr(customer, field)) != value)
    if changed:
        customer.name, customer.phone = name, phone
        record(customer, CustomerContactChanged(fields=changed), by=by, at=at)
    return customer


def customer_for(by: Actor, *, at: datetime) -> Customer | None:
    """
    Return the customer of a signed-in user, registered now if they have none yet; None for a guest.

    The saved name starts as the account's name. From then on it is the customer's own, to change and to delete.
    """
    if by.kind is not ActorKind.PERSON or by.user_id is None:
        return None
    customer, is_new = Customer.objects.get_or_create(user_id=by.user_id)
    if is_new:
        customer.name = Customer.name_of(customer.user)
        record(customer, CustomerRegistered(user=by.user_id), by=by, at=at)
    return customer
