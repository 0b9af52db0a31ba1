"""Payments in the admin, read only: refunds can be sent again, requests for them are approved or declined."""

from orders.payments.admin.attempts import PaymentAttemptAdmin
from orders.payments.admin.gateway_messages import ReconciliationRunAdmin, WebhookMessageAdmin
from orders.payments.admin.receipts import ReceiptAdmin
from orders.payments.admin.refunds import RefundAdmin, RefundRequestAdmin

__all__ = [
    "PaymentAttemptAdmin",
    "ReceiptAdmin",
    "ReconciliationRunAdmin",
    "RefundAdmin",
    "RefundRequestAdmin",
    "WebhookMessageAdmin",
]
