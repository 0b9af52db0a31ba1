from datetime import datetime

from orders.events import CustomerRegistered
from orders.models import Customer
from pizzeria.foundation.actor import Actor, Kind
from pizzeria.foundation.commands import command
from pizzeria.foundation.events.log import record


@command
def register_customer(*, by: Actor, at: datetime) -> Customer | None:
    """Make a customer of whoever signs in, so that the first order finds one; nothing happens the second time."""
    return customer_for(by, at=at)


def customer_for(by: Actor, *, at: datetime) -> Customer | None:
    """Give the customer that a signed-in person is, registered now if signing in did not; None for a guest."""
    if by.kind is not Kind.PERSON or by.user_id is None:
        return None
    customer, is_new = Customer.objects.get_or_create(user_id=by.user_id)
    if is_new:
        record(customer, CustomerRegistered(user=by.user_id), by=by, at=at)
    return customer
