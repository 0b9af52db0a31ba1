"""
Workers and their child processes killed by SIGKILL while they send notifications: no message is lost, few are doubled.

Messages are counted by what arrived. A message can be sent twice only if a process is killed between sending it and
recording that: one test kills a process just before it sends, and one just after.
"""

import random

import pytest

from orders.notifications.models import Notification, NotificationState
from tests.chaos import workload
from tests.length import by_length
from tests.waiting import until

ORDERS, KILLS = by_length(40, long=250), by_length(2, long=9)
SEED = 20261120

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.long
def test_killing_workers_repeatedly_loses_no_message_and_doubles_at_most_one_per_killed_process(
    shop_processes, message_sinks
):
    rng = random.Random(SEED)
    for guest in range(ORDERS):
        workload.place(guest)
    killed, workers, beat = (
        0,
        [shop_processes.start_worker(), shop_processes.start_worker()],
        shop_processes.start_beat(),
    )

    for count in sorted(rng.sample(range(2 * ORDERS - 50), KILLS)):
        until(
            lambda count=count: workload.count_arrived(message_sinks) > count,
            seconds=workload.WORKER_TIMEOUT,
            describe=workload.count_by_state,
        )
        if rng.random() < 0.5:
            killed += shop_processes.kill_one_child(workers[0])
        else:
            killed += shop_processes.kill(workers.pop(0))  # the one that was started first
            workers.append(shop_processes.start_worker())
    until(workload.nothing_is_due, seconds=workload.WORKER_TIMEOUT, describe=workload.count_by_state)
    shop_processes.kill(beat)
    killed += sum(
        shop_processes.kill(worker) for worker in workers
    )  # each of them may have sent a message just before, too
    workload.run_due_work()

    received = workload.count_by_recipient(message_sinks)
    assert set(received) == workload.recipients(range(ORDERS))
    assert received.total() - len(received) <= killed, f"seed {SEED}"
    assert workload.all_sent()


BEFORE = pytest.param("killed:orders.claim_notification.after_commit", 1, id="before it sends")
AFTER = pytest.param("killed:orders.record_outcome.begun", 2, id="after it has sent")
CONTROL = pytest.param(
    "sent-first:orders.claim_notification.after_commit", 0, id="control: before it sends what it has marked as sent"
)


@pytest.mark.long
@pytest.mark.parametrize(("fault", "messages"), by_length([AFTER, CONTROL], long=[BEFORE, AFTER, CONTROL]))
def test_the_moment_at_which_a_worker_is_killed_decides_how_often_its_sms_arrives(
    shop_processes, message_sinks, fault, messages
):
    workload.place(1)
    worker = shop_processes.start_faulty_worker(fault, "--queues", "celery,sms")
    until(lambda: worker.poll() is not None, seconds=workload.WORKER_TIMEOUT, describe=workload.count_by_state)
    assert Notification.objects.filter(channel="sms").exclude(state=NotificationState.QUEUED).exists()

    workload.run_due_work()

    assert workload.count_by_recipient(message_sinks)[workload.phone(1)] == messages
    assert workload.all_sent()
