"""The bodies of orders as programs send them to the API, and what their answers say."""

from kitchen.models import Ticket
from orders.models import Order
from pizzeria.foundation.idempotency.models import IdempotencyKey
from tests.users.api_client import assert_refused

MARGHERITA = {"pizza_id": "margherita", "size": "small"}


HOME = {"street": "Via Appia 7", "city": "Roma", "zip_code": "00183"}


def body(**changes):
    """Return the body of an order of one Margherita, paid in cash; None takes a field out."""
    order = {
        "customer_name": "Anna Bianchi",
        "customer_phone": "+390612345678",
        "pizzas": [MARGHERITA],
        "payment_method": "cash",
    }
    return {name: value for name, value in {**order, **changes}.items() if value is not None}


def invalid_fields(response):
    assert_refused(response, 422, response.json().get("code"))
    return {error["field"] for error in response.json().get("errors", [])}


def nothing_is_written():
    return not (Order.objects.exists() or Ticket.objects.exists() or IdempotencyKey.objects.exists())
