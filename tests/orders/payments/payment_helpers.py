"""
Helpers of the payment tests: an order by card, its way to the stand-in for Stripe and back, and the shop's rows of it.

The stand-in has a clock of its own, so that these tests take the time of the real one.
"""

from datetime import timedelta

from orders.models import Order, PaymentMethod
from orders.payments import services as payment_services
from orders.payments.gateways import stripe as gateway
from orders.payments.models import PaymentAttempt, Refund
from pizzeria.foundation import clock
from pizzeria.foundation.events.models import StoredEvent
from tests import shop

MINUTE = timedelta(minutes=1)
AFTER_THE_HOLD = 11 * MINUTE
AFTER_THE_GRACE = 21 * MINUTE


def place_by_card(basket=None, **how):
    """Place a guest's order that is paid by card, now; return it."""
    at = how.pop("at", None) or clock.now()
    basket = basket or shop.basket_of(at=at)
    return shop.place(basket, payment_method=PaymentMethod.CREDIT_CARD, at=at, **how)


def attempt_of(order):
    return PaymentAttempt.objects.by_gateway().filter(order=order).latest("pk")


def start(order, *, at=None):
    """Ask the gateway for the order's session, as the guest's browser does; return its id."""
    payment_services.start_payment(ref=order.ref, by=shop.with_link(order), at=at or clock.now())
    return attempt_of(order).session_id


def sync(order, *, later=timedelta(0)):
    """Read the order's session at the gateway, and settle what follows; return the order as it is then."""
    payment_services.sync_attempt(ref=attempt_of(order).ref, at=clock.now() + later)
    return now(order)


def sweep(order, *, later=timedelta(0)):
    """Do what the sweeper does with an order's payment; return the order as it is then."""
    payment_services.sync_due_attempt(attempt_id=attempt_of(order).pk, at=clock.now() + later)
    return now(order)


def send_refunds(order, *, later=timedelta(0)):
    """Send the refunds of an order that are due; return the order as it is then."""
    for refund in Refund.objects.filter(attempt__order=order).order_by("pk"):
        payment_services.sync_refund(refund_id=refund.pk, at=clock.now() + later)
    return now(order)


def sessions_of(order):
    """Return the ids of the sessions that the gateway has for an order."""
    listed = gateway._client().v1.checkout.sessions.list(params={"limit": 100}).auto_paging_iter()
    return [session.id for session in listed if session.client_reference_id == str(order.ref)]


def pay(stripe, order):
    """Start the order's payment and pay it on the gateway's page; the shop does not know of it yet."""
    session = start(order)
    stripe.pay(session)
    return session


def confirmed_by_card(stripe):
    """Return an order that was paid by card."""
    order = place_by_card()
    pay(stripe, order)
    return sync(order)


def now(order):
    return Order.objects.select_related("contact").get(pk=order.pk)


def events_of(order):
    """Return the types of an order's events, without their versions."""
    types = StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq").values_list("type", flat=True)
    return [name.removeprefix("order.").rpartition(".")[0] for name in types]
