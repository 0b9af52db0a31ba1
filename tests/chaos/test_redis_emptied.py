"""Redis emptied while orders are placed: its tasks only refer to rows of the outbox, which a sweep finds."""

import pytest
from django.conf import settings
from redis import Redis

from tests.chaos import workload
from tests.length import by_length
from tests.waiting import until

ORDERS = by_length(30, long=100)
FIRST_GUEST = 1000
MOST_IT_HAD_ASKED_FOR = 2  # tasks that the worker may have fetched before it was paused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker():
    with Redis.from_url(settings.REDIS_URL) as broker:
        yield broker


@pytest.fixture
def worker(works, message_sinks):
    """Return a running worker that has claimed nothing, so that no lease ends while it is paused."""
    worker = works.worker()
    workload.place(FIRST_GUEST)
    until(
        lambda: workload.arrived(message_sinks) == 2 and workload.all_relayed() and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        why=workload.states,
    )
    return worker


@pytest.fixture
def lose_in_the_middle(works, worker, broker):
    """Return a function that places orders, and empties Redis once half of them are placed."""

    def place(guests):
        middle = len(guests) // 2
        works.pause(worker)
        for guest in guests[:middle]:
            workload.place(guest)
        workload.all_nudged()
        assert broker.llen("celery") >= middle - MOST_IT_HAD_ASKED_FOR
        broker.flushall()
        works.go_on(worker)
        for guest in guests[middle:]:
            workload.place(guest)

    return place


@pytest.mark.long
def test_emptying_redis_loses_no_message(lose_in_the_middle, works, message_sinks):
    works.beat()
    lose_in_the_middle(range(ORDERS))
    until(
        lambda: workload.arrived(message_sinks) >= 2 * (ORDERS + 1) and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        why=workload.states,
    )

    assert workload.received_by_recipient(message_sinks) == dict.fromkeys(
        workload.recipients([*range(ORDERS), FIRST_GUEST]), 1
    )


def test_control_without_a_sweep_emptying_redis_loses_messages_of_waiting_tasks(lose_in_the_middle, message_sinks):
    lose_in_the_middle(range(20))
    until(
        lambda: workload.recipients(range(10, 20)) <= set(workload.received_by_recipient(message_sinks)),
        seconds=workload.WORKER_TIMEOUT,
        why=workload.states,
    )

    assert workload.recipients(range(10)) - set(workload.received_by_recipient(message_sinks))
