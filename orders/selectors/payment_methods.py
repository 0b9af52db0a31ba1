"""The payment methods that the shop offers: cash, and cards if a gateway is configured."""

from django.conf import settings

from orders.models import CARD_METHODS, PaymentMethod

CARD_GATEWAY = "Stripe"  # as guests know it


def offered_payment_methods() -> tuple[PaymentMethod, ...]:
    """Return the methods by which an order can be paid, the usual one first."""
    return (PaymentMethod.CASH, *(CARD_METHODS if settings.STRIPE_SECRET_KEY else ()))
