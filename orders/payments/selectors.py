"""Queries of payments: attempts of an order, and the URLs of the pages on which it is paid."""

from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.urls import reverse

from orders import policies
from orders.models import Order
from orders.payments.gateways.protocol import ReturnUrls
from orders.payments.models import PaymentAttempt
from orders.selectors.order import order_by_guest_token, visible_to
from pizzeria.foundation.actor import Actor


def order_to_pay(by: Actor, ref: UUID, token: str) -> Order | None:
    """
    Return an order to whoever may pay it: its owner, or, with the token, whoever has the guest's link; else None.

    :param token: blank: a customer's order
    """
    if token:
        return order_by_guest_token(ref, token)
    order = visible_to(by, ref)
    return order if order and policies.is_owner(order, by) else None


def card_attempt(order: Order) -> PaymentAttempt | None:
    """Return the newest attempt to pay an order by card."""
    return PaymentAttempt.objects.by_gateway().filter(order=order).order_by("pk").last()


def page_url(name: str, order: Order) -> str:
    """
    Return the path of one of the pages of paying an order, whose contact is loaded.

    :param name: "pay", "returned", "left" or "again"
    """
    if order.customer_id is None:
        return reverse(f"payments:guest_{name}", args=[order.ref, order.contact.guest_token])
    return reverse(f"payments:{name}", args=[order.ref])


def return_urls(order: Order) -> ReturnUrls:
    """Return where the gateway's page sends the guest of an order."""
    return ReturnUrls(
        paid=urljoin(settings.SHOP_ORIGIN, page_url("returned", order)),
        left=urljoin(settings.SHOP_ORIGIN, page_url("left", order)),
    )
