"""
Services of payments. Those that ask a gateway are no commands: they claim in one, ask outside any transaction, and
record the answer in another.
"""

from orders.payments.services.bookkeeping import write_rows
from orders.payments.services.giving_up import give_up_payment
from orders.payments.services.receipt_pdfs import make_due_pdf, make_pdf_again
from orders.payments.services.receipts import issue_due_receipt
from orders.payments.services.refund_requests import approve_refund, decline_refund, request_refund
from orders.payments.services.refunds import retry_refund, sync_refund
from orders.payments.services.settlement import settle_attempt, sync_attempt, sync_due_attempt
from orders.payments.services.starting import start_payment
from orders.payments.services.webhooks import process_message, purge_messages, receive_message

__all__ = [
    "approve_refund",
    "decline_refund",
    "give_up_payment",
    "issue_due_receipt",
    "make_due_pdf",
    "make_pdf_again",
    "process_message",
    "purge_messages",
    "receive_message",
    "request_refund",
    "retry_refund",
    "settle_attempt",
    "start_payment",
    "sync_attempt",
    "sync_due_attempt",
    "sync_refund",
    "write_rows",
]
