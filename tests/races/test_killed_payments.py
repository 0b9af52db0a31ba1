"""
Real processes, killed by SIGKILL at each failpoint between "a charge is asked for" and "the order is confirmed", and
between "a refund is asked for" and "it is recorded". What really happened is read from the gateway's own ledger.
"""

import json
import os
import signal
import subprocess
import sys
from itertools import cycle
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from django.db import connection

from kitchen.models import Kitchen
from orders import replay
from orders import services as order_services
from orders.models import CancelReason, OrderStatus, PaymentStatus
from orders.payments.gateways import stripe as gateway
from orders.payments.models import PaymentAttempt, Receipt
from pizzeria.devtools import environment
from pizzeria.devtools.servers.processes import start_tied
from pizzeria.foundation import clock
from tests import shop
from tests.length import by_length
from tests.orders.payments.payment_helpers import attempt_of, events_of, now, place_by_card

pytestmark = pytest.mark.django_db(transaction=True)

ORDERS = by_length(11, 200)  # at least one for each failpoint
AFTER_THE_LEASE = 90  # seconds

START = (
    "orders.claim_start.before_commit",
    "orders.claim_start.after_commit",
    "payments.start.before_asking",
    "payments.start.answered",
    "orders.record_session.before_commit",
    "orders.record_session.after_commit",
)
SETTLE = (
    "payments.sync.read",
    "orders.settle_attempt.begun",
    "orders.settle_attempt.before_commit",
    "orders.settle_attempt.after_commit",
)
REFUND = (
    "orders.claim_refund.after_commit",
    "payments.refund.before_asking",
    "payments.refund.answered",
    "orders.record_refund_reading.before_commit",
    "orders.record_refund_reading.after_commit",
)
TOLD_REFUND = ("payments.refund.answered", "orders.record_refund_reading.before_commit")  # refunded, not yet recorded
RECEIPT = "payments.receipt.numbered"  # of the settlement, and of the refund's credit note


class Processes:
    """The process that forks a process for each step; it has the database's name only, and no connection."""

    def __init__(self, stripe):
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        variables = environment.shop_environment(
            secret_key=settings.SECRET_KEY,
            database_url=database,
            redis_url=settings.REDIS_URL,
            origin="http://localhost:8000",
            stripe_key=stripe.api_key,
            stripe_webhook_secret=stripe.webhook_secret,
            stripe_url=stripe.url,
        )
        self.process = start_tied(
            [sys.executable, "-m", "tests.races.killed_payments"],
            stop_signal=signal.SIGKILL,
            env=variables,
            cwd=settings.ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def take(self, step, order, **how):
        """Take a step of an order's payment in a new process; return the exit code of that process."""
        self.process.stdin.write(json.dumps({"step": step, "ref": str(order.ref), **how}) + "\n")
        self.process.stdin.flush()
        return int(self.process.stdout.readline())

    def take_killed_and_again(self, step, order, failpoint, **how):
        """Take a step in a process that is killed at a failpoint, then once more when its leases have ended."""
        assert self.take(step, order, killed_at=failpoint, **how) == -signal.SIGKILL
        return self.take(step, order, later=AFTER_THE_LEASE, **how)

    def take_to_the_end(self, step, order, failpoint):
        """Take a step, with or without being killed on the way."""
        if failpoint:
            self.take_killed_and_again(step, order, failpoint)
        else:
            self.take(step, order)

    def stop(self):
        self.process.stdin.close()
        self.process.kill()
        self.process.wait(timeout=30)
        self.process.stdout.close()


@pytest.fixture(scope="module")
def forking(django_db_setup, stripe_process):
    running = Processes(stripe_process)
    yield running
    running.stop()


@pytest.fixture
def processes(stripe, forking):
    return forking


def cancel(order):
    order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=clock.now()
    )


def numbers_of_receipts():
    return list(Receipt.objects.order_by("number").values_list("number", flat=True))


@pytest.mark.long
def test_orders_whose_processes_are_killed_at_every_step_are_charged_once_and_confirmed(stripe, processes):
    Kitchen.objects.update(max_concurrent_orders=ORDERS)  # none of them is cooked
    orders = []
    for _number, failpoint in zip(range(ORDERS), cycle((*START, *SETTLE, RECEIPT)), strict=False):
        order = place_by_card()
        processes.take_to_the_end("start", order, failpoint if failpoint in START else "")
        stripe.pay(attempt_of(order).session_id)
        processes.take_to_the_end("sync", order, failpoint if failpoint not in START else "")
        orders.append(now(order))

    assert {order.status for order in orders} == {OrderStatus.CONFIRMED}
    refs = {str(order.ref) for order in orders}
    charges = [charge for charge in stripe.ledger.charges() if charge.reference in refs]
    assert len(charges) == len({charge.reference for charge in charges}) == len(orders), "each once"
    assert sum(charge.amount for charge in charges) == sum(int(order.paid * 100) for order in orders)
    assert [events_of(order) for order in orders] == [["placed", "payment_captured", "confirmed"]] * ORDERS
    assert list(replay.differences()) == []
    assert numbers_of_receipts() == list(range(1, ORDERS + 1)), "without a gap"


@pytest.mark.long
@pytest.mark.parametrize("failpoint", by_length([*TOLD_REFUND, RECEIPT], long=[*REFUND, RECEIPT]))
def test_a_refund_whose_process_is_killed_is_given_once(stripe, processes, failpoint):
    order = place_by_card()
    processes.take("start", order)
    stripe.pay(attempt_of(order).session_id)
    processes.take("sync", order)
    cancel(order)

    assert processes.take_killed_and_again("refund", order, failpoint) == 0

    assert now(order).payment_status == PaymentStatus.REFUNDED
    refunds = [refund for refund in stripe.ledger.refunds() if refund.reference == str(order.ref)]
    assert [refund.amount for refund in refunds] == [1299]
    assert numbers_of_receipts() == [1, 2]


@pytest.mark.long
@pytest.mark.parametrize("failpoint", ["payments.sync.expired", *by_length(SETTLE[-2:], long=SETTLE)])
def test_an_order_whose_hold_has_run_out_is_cancelled_although_the_process_is_killed(stripe, processes, failpoint):
    order = place_by_card()
    processes.take("start", order)
    session = attempt_of(order).session_id

    assert processes.take("sync", order, killed_at=failpoint, later=700) == -signal.SIGKILL
    assert processes.take("sync", order, later=800) == 0

    assert now(order).status == OrderStatus.CANCELLED
    stripe.pay(session)
    assert stripe.ledger.captured(str(order.ref)) == 0


def test_control_without_keys_and_without_looking_a_killed_start_leaves_a_second_page_that_can_be_paid(
    stripe, processes
):
    order = place_by_card()

    processes.take_killed_and_again("start", order, "payments.start.answered", without_protection=True)

    listed = gateway._client().v1.checkout.sessions.list(params={"limit": 100}).auto_paging_iter()
    sessions = [session.id for session in listed if session.client_reference_id == str(order.ref)]
    assert len(sessions) == 2
    for session in sessions:
        stripe.pay(session)
    assert stripe.ledger.captured(str(order.ref)) == 2 * 1299
    assert PaymentAttempt.objects.count() == 1
