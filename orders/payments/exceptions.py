"""What a gateway raises, and what the guest reads of it."""

from pizzeria.foundation.refusals import Refusal


class GatewayError(Exception):
    """
    The gateway has not done what it was asked for, or has not said so.

    :param is_answered: it has answered; the same idempotency key would only get the same answer again
    """

    def __init__(self, message: str, *, is_answered: bool = False) -> None:
        super().__init__(message)
        self.is_answered = is_answered


class GatewayUnavailable(GatewayError):
    """There is no usable answer: whether the gateway did what it was asked for is unknown."""


class GatewayRefused(GatewayError):
    """The gateway has refused the request, and done nothing."""

    def __init__(self, message: str) -> None:
        super().__init__(message, is_answered=True)


class WebhookInvalid(Exception):
    """A message to the webhook that the gateway has not signed, or not lately, or that cannot be read."""


class PaymentClosed(Refusal):
    """Refusal of a payment that is settled, or whose time is over."""

    code = "payment_closed"


class PaymentStarting(Refusal):
    """Refusal because another request asks the gateway for the same payment just now."""

    code = "payment_starting"


class RefundNotRetriable(Refusal):
    code = "refund_not_retriable"
