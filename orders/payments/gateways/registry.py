"""The gateways by their names, and the one at which guests pay by card."""

from orders.payments.gateways.cash import CashGateway
from orders.payments.gateways.protocol import PaymentGateway
from orders.payments.gateways.stripe import StripeGateway
from orders.payments.models import GatewayName

CARD_GATEWAY = GatewayName.STRIPE

GATEWAYS: dict[GatewayName, PaymentGateway] = {GatewayName.CASH: CashGateway(), GatewayName.STRIPE: StripeGateway()}


def gateway_of(name: str) -> PaymentGateway:
    """Return the gateway with which a payment was attempted."""
    return GATEWAYS[GatewayName(name)]
