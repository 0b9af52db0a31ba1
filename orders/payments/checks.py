"""System checks of the gateway's keys: the right kind for the kind of shop, and secrets for the webhook."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Warning, register  # noqa: A004 - Django's name


@register
def check_stripe_keys(**_: Any) -> list[CheckMessage]:
    """Return what is wrong with the keys of Stripe, without repeating one."""
    if not settings.STRIPE_SECRET_KEY:
        return []
    is_live = "_live_" in settings.STRIPE_SECRET_KEY
    messages: list[CheckMessage] = []
    if is_live and not settings.SHOP_ORIGIN.startswith("https://"):
        messages.append(
            Error(
                "STRIPE_SECRET_KEY is a live key, but ORIGIN is not an https address.",
                hint="Guests return from Stripe to ORIGIN, by a link that opens their order.",
                id="payments.E001",
            )
        )
    if not is_live and not settings.SHOP_DEMO:
        messages.append(
            Warning(
                "STRIPE_SECRET_KEY is a test key: orders are cooked, and nobody pays.",
                hint="A live key begins with sk_live_ or rk_live_.",
                id="payments.W001",
            )
        )
    if not settings.STRIPE_WEBHOOK_SECRETS:
        messages.append(
            Warning(
                "STRIPE_WEBHOOK_SECRETS is empty: payments are noticed up to half a minute late.",
                hint="Add an endpoint ORIGIN/payments/webhook/ in Stripe's dashboard; it shows the secret.",
                id="payments.W002",
            )
        )
    return messages
