"""Workers that are killed between claiming a notification and recording its outcome, or that take too long."""

import os
import signal
import threading
from contextlib import contextmanager
from datetime import timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded

from orders.notifications.services.delivery import LEASE, MAX_ATTEMPTS
from pizzeria.foundation import failpoints
from pizzeria.foundation.mail.outbound import Rejected, Unavailable
from tests.orders.notifications.notification_helpers import (
    DEAD,
    FAILED,
    SENDING,
    SENT,
    claim_to_send,
    now,
    record_outcome,
    seconds,
    send,
)
from tests.shop import FRIDAY_NIGHT
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


class Killed(BaseException):
    """Stands for SIGKILL: no `except Exception` of the worker catches it."""


def killed(at_the):
    def die():
        raise Killed

    return failpoints.armed(f"orders.{at_the}", die)


def test_a_notification_of_a_killed_worker_is_sent_by_another_when_the_lease_ends_and_not_before(sms, message_sinks):
    with killed("claim_notification.after_commit"), pytest.raises(Killed):
        send(sms)

    assert (now(sms).state, now(sms).attempts) == (SENDING, 1)
    assert send(sms, FRIDAY_NIGHT + LEASE - timedelta(seconds=1)).state == SENDING
    assert message_sinks.messages() == []
    assert (send(sms, FRIDAY_NIGHT + LEASE).state, now(sms).attempts) == (SENT, 2)
    assert len(message_sinks.messages()) == 1


def test_a_message_is_sent_twice_if_its_worker_is_killed_between_sending_and_recording(sms, message_sinks):
    with killed("record_outcome.begun"), pytest.raises(Killed):
        send(sms)

    send(sms, FRIDAY_NIGHT + LEASE)

    assert len(message_sinks.messages()) == 2
    assert now(sms).state == SENT


def test_a_notification_that_kills_every_worker_is_dead_after_the_last_attempt(sms):
    for round_ in range(MAX_ATTEMPTS + 1):
        claimed = claim_to_send(sms, FRIDAY_NIGHT + round_ * LEASE)
        assert (claimed is None) == (round_ == MAX_ATTEMPTS)

    assert (now(sms).state, now(sms).error) == (DEAD, "worker terminated before it reported a result")


def test_a_failure_reported_after_the_lease_changes_nothing_for_the_next_worker(sms):
    first_claim = claim_to_send(sms)
    second_claim = claim_to_send(sms, FRIDAY_NIGHT + LEASE)

    assert (record_outcome(first_claim, Rejected("no such number")).state, now(sms).error) == (
        SENDING,
        "worker terminated before it reported a result",
    )

    record_outcome(second_claim, "SM17")
    assert (record_outcome(first_claim, Unavailable("busy")).state, now(sms).provider_id) == (SENT, "SM17")


def test_a_success_reported_after_the_lease_is_recorded_and_stays_recorded(sms):
    first_claim = claim_to_send(sms)
    second_claim = claim_to_send(sms, FRIDAY_NIGHT + LEASE)

    record_outcome(first_claim, "SM1", seconds(61))

    assert record_outcome(second_claim, Unavailable("busy"), seconds(62)).state == SENT
    assert record_outcome(second_claim, "SM2", seconds(63)).provider_id == "SM1"
    assert (now(sms).sent_at, now(sms).error) == (seconds(61), "")


def test_an_attempt_interrupted_by_the_tasks_time_limit_has_an_unknown_outcome(sms, message_sinks, settings):
    message_sinks.set_faults(SMS="silence")
    settings.NOTIFY_SMS_URL = (
        f"{message_sinks.servers.sms_url}?cto={TIMEOUT}&rto={TIMEOUT}"  # longer than the simulated time limit
    )

    with interrupted(once=lambda: message_sinks.messages("sms")):
        late = send(sms)

    assert (late.state, late.unknown_outcomes) == (FAILED, 1)


@contextmanager
def interrupted(*, once):
    """Interrupt the block once a condition holds, as Celery interrupts a task at its soft time limit: by a signal."""

    def interrupt(*_):
        raise SoftTimeLimitExceeded

    def wait():
        until(once)
        os.kill(os.getpid(), signal.SIGALRM)

    before = signal.signal(signal.SIGALRM, interrupt)
    waiting = threading.Thread(target=wait)
    waiting.start()
    try:
        yield
    finally:
        waiting.join()
        signal.signal(signal.SIGALRM, before)
