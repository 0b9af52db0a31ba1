"""Redis emptied while orders are placed: its tasks only refer to rows of the outbox, which a sweep finds."""

import pytest
from django.conf import settings
from redis import Redis

from tests.chaos import workload
from tests.length import by_length
from tests.waiting import until

ORDERS = by_length(30, long=100)
FIRST_GUEST = 1000
MAX_PREFETCHED = 2  # tasks that the worker may have fetched before it was paused

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker():
    with Redis.from_url(settings.REDIS_URL) as broker:
        yield broker


@pytest.fixture
def worker(shop_processes, message_sinks):
    """Return a running worker that has claimed nothing, so that no lease ends while it is paused."""
    worker = shop_processes.start_worker()
    workload.place(FIRST_GUEST)
    until(
        lambda: workload.count_arrived(message_sinks) == 2 and workload.all_relayed() and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )
    return worker


@pytest.fixture
def place_and_empty_redis(shop_processes, worker, broker):
    """Return a function that places orders, and empties Redis once half of them are placed."""

    def place(guests):
        middle = len(guests) // 2
        shop_processes.pause(worker)
        for guest in guests[:middle]:
            workload.place(guest)
            workload.wait_for_wakeups()  # for each: wake-ups of a moment share a task
        assert broker.llen("celery") >= middle - MAX_PREFETCHED
        broker.flushall()
        shop_processes.resume(worker)
        for guest in guests[middle:]:
            workload.place(guest)

    return place


@pytest.mark.long
def test_emptying_redis_loses_no_message(place_and_empty_redis, shop_processes, message_sinks):
    shop_processes.start_beat()
    place_and_empty_redis(range(ORDERS))
    until(
        lambda: workload.count_arrived(message_sinks) >= 2 * (ORDERS + 1) and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert workload.count_by_recipient(message_sinks) == dict.fromkeys(
        workload.recipients([*range(ORDERS), FIRST_GUEST]), 1
    )


def test_control_without_a_sweep_emptying_redis_loses_messages_of_waiting_tasks(place_and_empty_redis, message_sinks):
    place_and_empty_redis(range(20))
    until(
        lambda: workload.recipients(range(10, 20)) <= set(workload.count_by_recipient(message_sinks)),
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert workload.recipients(range(10)) - set(workload.count_by_recipient(message_sinks))
