from orders.payments.models.payment import (
    LIVE_STATES,
    AttemptState,
    GatewayName,
    PaymentAttempt,
    PaymentAttemptQuerySet,
    Refund,
    RefundQuerySet,
    RefundState,
)
from orders.payments.models.receipt import Receipt, ReceiptCounter, ReceiptCounterQuerySet, ReceiptKind, ReceiptPdf
from orders.payments.models.reconciliation import FindingKind, ReconciliationFinding, ReconciliationRun
from orders.payments.models.refund_request import (
    RefundRequest,
    RefundRequestReason,
    RefundRequestState,
)
from orders.payments.models.webhook import WebhookMessage, WebhookMessageQuerySet

__all__ = [
    "LIVE_STATES",
    "AttemptState",
    "FindingKind",
    "GatewayName",
    "PaymentAttempt",
    "PaymentAttemptQuerySet",
    "Receipt",
    "ReceiptCounter",
    "ReceiptCounterQuerySet",
    "ReceiptKind",
    "ReceiptPdf",
    "ReconciliationFinding",
    "ReconciliationRun",
    "Refund",
    "RefundQuerySet",
    "RefundRequest",
    "RefundRequestReason",
    "RefundRequestState",
    "RefundState",
    "WebhookMessage",
    "WebhookMessageQuerySet",
]
