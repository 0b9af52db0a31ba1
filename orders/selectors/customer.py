from dataclasses import dataclass

from orders.models import Customer
from pizzeria.foundation.actor import Actor


@dataclass(frozen=True, slots=True)
class SavedContact:
    """What a customer lets us keep, so as to type it once. Blank: nothing is kept."""

    name: str = ""
    phone: str = ""


def saved_contact(by: Actor) -> SavedContact:
    """Give what a person's checkout begins with. One query."""
    if by.user_id is None or not (customer := Customer.objects.filter(user_id=by.user_id).first()):
        return SavedContact()
    return SavedContact(name=customer.name, phone=customer.phone.as_international if customer.phone else "")
