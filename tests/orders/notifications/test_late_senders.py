"""Late senders: who is killed between taking a notice and settling it, or takes too long."""

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
    now,
    record_outcome,
    seconds,
    send,
    take_for_sending,
)
from tests.shop import FRIDAY_NIGHT
from tests.waiting import LIMIT, until

pytestmark = pytest.mark.usefixtures("kitchen", "post")


class Killed(BaseException):
    """What a sender does not live to see."""


def killed(at_the):
    def die():
        raise Killed

    return failpoints.armed(f"orders.{at_the}", die)


def test_leave_it_to_others_when_their_time_is_up_and_not_before(sms, post):
    with killed("claim_notification.after_commit"), pytest.raises(Killed):
        send(sms)

    assert (now(sms).state, now(sms).attempts) == (SENDING, 1)
    assert send(sms, FRIDAY_NIGHT + LEASE - timedelta(seconds=1)).state == SENDING
    assert post.taken() == []
    assert (send(sms, FRIDAY_NIGHT + LEASE).state, now(sms).attempts) == (SENT, 2)
    assert len(post.taken()) == 1


def test_have_it_doubled_when_it_had_gone_out_just_before_they_were_killed(sms, post):
    """A message is sent twice if its sender is killed after sending it and before recording that."""
    with killed("record_outcome.begun"), pytest.raises(Killed):
        send(sms)

    send(sms, FRIDAY_NIGHT + LEASE)

    assert len(post.taken()) == 2
    assert now(sms).state == SENT


def test_are_not_sent_to_their_death_for_ever(sms):
    for round_ in range(MAX_ATTEMPTS + 1):
        taken = take_for_sending(sms, FRIDAY_NIGHT + round_ * LEASE)
        assert (taken is None) == (round_ == MAX_ATTEMPTS)

    assert (now(sms).state, now(sms).error) == (DEAD, "worker terminated before it reported a result")


def test_change_nothing_by_a_failure_for_whoever_has_it_now(sms):
    slow = take_for_sending(sms)
    quick = take_for_sending(sms, FRIDAY_NIGHT + LEASE)

    assert (record_outcome(slow, Rejected("no such number")).state, now(sms).error) == (
        SENDING,
        "worker terminated before it reported a result",
    )

    record_outcome(quick, "SM17")
    assert (record_outcome(slow, Unavailable("busy")).state, now(sms).provider_id) == (SENT, "SM17")


def test_are_believed_when_they_say_that_it_went_out(sms):
    slow = take_for_sending(sms)
    quick = take_for_sending(sms, FRIDAY_NIGHT + LEASE)

    record_outcome(slow, "SM1", seconds(61))

    assert record_outcome(quick, Unavailable("busy"), seconds(62)).state == SENT
    assert record_outcome(quick, "SM2", seconds(63)).provider_id == "SM1"
    assert (now(sms).sent_at, now(sms).error) == (seconds(61), "")


def test_whose_task_has_no_time_left_say_that_nobody_knows(sms, post, settings):
    post.behaves(SMS="silence")
    settings.NOTIFY_SMS_URL = f"{post.box.sms_url}?cto={LIMIT}&rto={LIMIT}"  # longer than Celery waits here

    with interrupted(once=lambda: post.taken("sms")):
        late = send(sms)

    assert (late.state, late.unknown_outcomes) == (FAILED, 1)


@contextmanager
def interrupted(*, once):
    """Interrupt what is done once something is so, as Celery interrupts a task at its soft limit: by a signal."""

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
