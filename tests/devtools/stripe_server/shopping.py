"""Sessions for tests: Anna orders two Margheritas, for €25.98."""

import time

SHOP = "http://localhost:8000"
TOTAL = 2598
MARGHERITA = {
    "price_data": {"currency": "eur", "unit_amount": 1299, "product_data": {"name": "Margherita <large>"}},
    "quantity": 2,
}


def parameters(reference="order-17", **changes):
    """Return the parameters of a session, with changes; None leaves one out."""
    usual = {
        "mode": "payment",
        "line_items": [MARGHERITA],
        "client_reference_id": reference,
        "customer_email": "anna@example.com",
        "success_url": f"{SHOP}/paid/?session={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{SHOP}/checkout/",
        "metadata": {"order": reference},
        "payment_intent_data": {"description": "Order #17", "metadata": {"order": reference}},
    }
    return {name: value for name, value in {**usual, **changes}.items() if value is not None}


def open_session(client, reference="order-17", **changes):
    """Open a session and return it."""
    return client.checkout.sessions.create(parameters(reference, **changes))


def paid_session(client, server, reference="order-17", **changes):
    """Open a session, pay it, and return it with its intent and charge."""
    session = open_session(client, reference, **changes)
    server.pay(session.id)
    return look_up(client, session)


def look_up(client, session):
    """Return a session as it is now, with its intent and charge."""
    return client.checkout.sessions.retrieve(session.id, {"expand": ["payment_intent.latest_charge"]})


def in_minutes(minutes):
    """Return the moment so many minutes from now, in seconds since 1970."""
    return int(time.time()) + 60 * minutes
