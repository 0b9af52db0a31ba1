"""
Tasks of payments, on a queue of their own: a gateway that does not answer holds up no notification.

Each attempt, refund and message is a row before a task is queued; a task carries the row's id. What no task reached is
found by the sweep.
"""

from typing import Any

import structlog
from celery import Task, shared_task
from django.db.models import QuerySet
from kombu.exceptions import OperationalError as BrokerGone

from orders.payments import services
from orders.payments.models import PaymentAttempt, ReceiptPdf, Refund, WebhookMessage
from orders.payments.services import reconciliation
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM

SECONDS_BETWEEN_SWEEPS = 10
BATCH_SIZE = 50

log = structlog.get_logger(__name__)


@shared_task
def sync_attempt(attempt_id: int) -> None:
    """Ask the gateway about an attempt, if it is due, and settle what follows."""
    services.sync_due_attempt(attempt_id=attempt_id, at=clock.now())


@shared_task
def sync_refund(refund_id: int) -> None:
    """Send a refund, if it is due, or ask what became of it."""
    services.sync_refund(refund_id=refund_id, at=clock.now())


@shared_task
def process_message(message_id: int) -> None:
    """Process a message of the gateway, if it is due."""
    services.process_message(message_id=message_id, at=clock.now())


@shared_task
def issue_receipt(attempt_id: int) -> None:
    """Issue the receipt of a payment in cash, if it is due, and make its PDF."""
    receipt = services.issue_due_receipt(attempt_id=attempt_id, by=SYSTEM, at=clock.database_now())
    if receipt:
        services.make_due_pdf(pdf_id=receipt.pdf.pk, at=clock.now())


@shared_task
def make_pdf(pdf_id: int) -> None:
    """Make the PDF of a receipt, if it is due."""
    services.make_due_pdf(pdf_id=pdf_id, at=clock.now())


@shared_task
def sweep() -> None:
    """Queue what is due, oldest first: payments that no message has reported, and what a crash left behind."""
    at, expires = clock.now(), SECONDS_BETWEEN_SWEEPS  # the next sweep queues them again
    _queue(sync_refund, Refund.objects.due(at), expires=expires)
    _queue(process_message, WebhookMessage.objects.due(at), expires=expires)
    _queue(sync_attempt, PaymentAttempt.objects.due(at), expires=expires)
    _queue(issue_receipt, PaymentAttempt.objects.receipt_due(at), by="receipt_due_at", expires=expires)
    _queue(make_pdf, ReceiptPdf.objects.due(at), expires=expires)


@shared_task
def reconcile() -> None:
    """Compare the shop's books with the gateway's."""
    reconciliation.reconcile(now=clock.now)


def queue_order(order_ref: str) -> None:
    """Queue what is due of one order. While the broker cannot be reached, the next sweep queues it."""
    at = clock.now()
    _queue(sync_refund, Refund.objects.due(at).filter(attempt__order__ref=order_ref))
    _queue(sync_attempt, PaymentAttempt.objects.due(at).filter(order__ref=order_ref))
    _queue(make_pdf, ReceiptPdf.objects.due(at).filter(receipt__order__ref=order_ref))


def _queue(
    task: "Task[[int], None]",
    due: "QuerySet[PaymentAttempt] | QuerySet[ReceiptPdf] | QuerySet[Refund] | QuerySet[WebhookMessage]",
    *,
    by: str = "due_at",
    **options: Any,
) -> None:
    """
    Queue a task per row, oldest first.

    :param by: the column that says when a row is due
    :param options: of Celery's `apply_async`
    """
    for pk in due.order_by(by, "pk").values_list("pk", flat=True)[:BATCH_SIZE]:
        try:
            task.apply_async((pk,), **options)
        except BrokerGone as error:
            log.warning("payments_postponed", reason=type(error).__name__)
            return
