from dataclasses import dataclass

from django.contrib.auth import get_user_model

from orders.customers.models import Customer
from pizzeria.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class SavedContact:
    """Name and phone saved for a customer, who types them only once. Blank: nothing is saved."""

    name: str = ""
    phone: str = ""


def saved_contact(by: Actor) -> SavedContact:
    """Return the saved contact that a user's checkout starts with. One query, two before the first order."""
    if by.user_id is None:
        return SavedContact()
    customer = Customer.objects.filter(user_id=by.user_id).first()
    if customer is None:  # registered by the first order; until then the account's name is all there is
        return SavedContact(name=Customer.name_of(get_user_model().objects.get(pk=by.user_id)))
    return SavedContact(name=customer.name, phone=customer.phone.as_international if customer.phone else "")
