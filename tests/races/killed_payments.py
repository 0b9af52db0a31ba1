"""
`python -m tests.races.killed_payments`: processes that take one step of a payment each, and are killed in the middle.

It reads a step per line from its input, as JSON, and forks a process for it. At the failpoint the process is killed as
by a power cut; the answer is its exit status, per line.
"""

import json
import os
import signal
import sys
import traceback
from contextlib import nullcontext
from datetime import timedelta
from functools import partial
from uuid import UUID

import django
import requests  # noqa: F401 - before the forks: the SDK imports this and its own modules when they are first used
import stripe

django.setup()

from orders.models import Order  # noqa: E402 - the apps have to be loaded first
from orders.payments import services as payment_services  # noqa: E402
from orders.payments.gateways.stripe import StripeGateway  # noqa: E402
from orders.payments.models import PaymentAttempt, Refund  # noqa: E402
from pizzeria.foundation import clock, failpoints  # noqa: E402
from pizzeria.foundation.actor import GUEST  # noqa: E402
from pizzeria.foundation.ids import uuid7  # noqa: E402


def main():
    load_sdk()
    for line in sys.stdin:
        pid = os.fork()
        if not pid:
            os._exit(take_step(**json.loads(line)))
        sys.stdout.write(f"{os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])}\n")
        sys.stdout.flush()


def take_step(*, step, ref, killed_at="", later=0, without_protection=False):
    if without_protection:
        remove_protection()
    power_cut = partial(os.kill, os.getpid(), signal.SIGKILL)
    try:
        with failpoints.armed(killed_at, power_cut) if killed_at else nullcontext():
            STEPS[step](UUID(ref), clock.now() + timedelta(seconds=later))
    except Exception:  # noqa: BLE001 - the exit code says that it failed, the output why
        traceback.print_exc()
        return 1
    return 0


def start(ref, at):
    order = Order.objects.select_related("contact").get(ref=ref)
    payment_services.start_payment(ref=ref, by=GUEST.with_guest_token(order.contact.guest_token), at=at)


def sync(ref, at):
    attempt = PaymentAttempt.objects.by_gateway().get(order__ref=ref)
    payment_services.sync_attempt(ref=attempt.ref, at=at)


def refund(ref, at):
    for each in Refund.objects.filter(attempt__order__ref=ref):
        payment_services.sync_refund(refund_id=each.pk, at=at)


def remove_protection():
    """Ask with another key each time, and without looking first for what exists."""
    real_start, real_refund = StripeGateway.start, StripeGateway.refund

    def start_anew(self, attempt, **urls):
        attempt.idempotency_key = uuid7()
        return real_start(self, attempt, **urls)

    def refund_anew(self, refund):
        refund.idempotency_key = uuid7()
        return real_refund(self, refund)

    StripeGateway.start, StripeGateway.refund = start_anew, refund_anew
    StripeGateway.find_session = StripeGateway.find_refund = lambda *_arguments: None


def load_sdk():
    """Import what the SDK imports when it is first used, once for all forks."""
    services = stripe.StripeClient("sk_test_of_no_account").v1
    assert services.checkout.sessions and services.refunds and services.payment_intents and services.charges


STEPS = {"start": start, "sync": sync, "refund": refund}

if __name__ == "__main__":
    main()
