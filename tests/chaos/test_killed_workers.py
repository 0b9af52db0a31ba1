"""
Workers killed by SIGKILL, children and all, while they tell people: nobody hears nothing, and hardly anybody twice.

Counted from what arrived. The one moment in which a message can double is seen here from both sides: a process killed
just before it sends, and one killed just after.
"""

import random

import pytest

from orders.notifications.models import Notification, NotificationState
from tests.chaos import evening
from tests.length import by_length
from tests.waiting import until

ORDERS, KILLS = by_length(80, long=250), by_length(4, long=9)
SEED = 20261120

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.long
def test_again_and_again_lose_nothing_and_double_no_more_than_one_message_a_sending_process(works, post):
    luck = random.Random(SEED)
    for guest in range(ORDERS):
        evening.place(guest)
    killed, at_work, beat = 0, [works.worker(), works.worker()], works.beat()

    for count in sorted(luck.sample(range(2 * ORDERS - 50), KILLS)):
        until(lambda count=count: evening.arrived(post) > count, seconds=evening.PATIENCE, why=evening.states)
        if luck.random() < 0.5:
            killed += works.kill_a_child(at_work[0])
        else:
            killed += works.kill(at_work.pop(0))  # the one that has worked longest
            at_work.append(works.worker())
    until(evening.nothing_is_due, seconds=evening.PATIENCE, why=evening.states)
    works.kill(beat)
    killed += sum(works.kill(worker) for worker in at_work)  # each may just have sent something, too
    evening.finish()

    told = evening.times_told(post)
    assert set(told) == evening.recipients(range(ORDERS))
    assert told.total() - len(told) <= killed, f"seed {SEED}"
    assert evening.all_sent()


@pytest.mark.parametrize(
    ("bend", "arrive"),
    [
        ("killed:orders.claim_notification.after_commit", 1),
        ("killed:orders.record_outcome.begun", 2),
        ("hasty:orders.claim_notification.after_commit", 0),
    ],
    ids=["before it sends", "after it has sent", "control: before it sends what it has called sent"],
)
def test_killed_at_the_worst_moment(works, post, bend, arrive):
    evening.place(1)
    worker = works.bent_worker(bend, "--queues", "celery,sms")
    until(lambda: worker.poll() is not None, seconds=evening.PATIENCE, why=evening.states)
    assert Notification.objects.filter(channel="sms").exclude(state=NotificationState.QUEUED).exists()

    evening.finish()

    assert evening.times_told(post)[evening.phone(1)] == arrive
    assert evening.all_sent()
