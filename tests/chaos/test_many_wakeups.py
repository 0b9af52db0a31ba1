"""Many relay tasks for one order, and sweeps beside them, run by several processes: each event is published once."""

import pytest

from pizzeria.foundation.events import tasks
from pizzeria.foundation.events.models import OutboxEntry
from tests.chaos import workload
from tests.waiting import until

TASKS_PER_ORDER, SWEEPS = 21, 4
GUESTS = range(10)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def queued_tasks(kitchen, message_sinks):
    """Place orders, and queue many relay tasks and sweeps for them before any worker runs."""
    refs = [workload.place(guest).ref for guest in GUESTS]
    for _sweep in range(SWEEPS):
        tasks.sweep.delay()
    for ref in refs * TASKS_PER_ORDER:
        tasks.relay.delay(str(ref))


def all_order_events_relayed():
    return not OutboxEntry.objects.filter(event__stream="order", relayed_at=None).exists()


def test_many_relay_tasks_and_sweeps_for_the_same_events_publish_each_event_once(
    queued_tasks, shop_processes, message_sinks
):
    shop_processes.start_worker()
    shop_processes.start_worker()
    shop_processes.start_beat()
    until(
        lambda: (
            all_order_events_relayed()
            and workload.count_arrived(message_sinks) >= 2 * len(GUESTS)
            and workload.all_sent()
        ),
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert workload.count_by_recipient(message_sinks) == dict.fromkeys(workload.recipients(GUESTS), 1)
    assert set(OutboxEntry.objects.filter(event__stream="order").values_list("attempts", flat=True)) == {1}


def test_control_without_the_lock_and_the_unique_constraint_a_message_is_sent_twice(
    without_unique_constraint, queued_tasks, shop_processes, message_sinks
):
    shop_processes.start_faulty_worker("unlocked")
    shop_processes.start_faulty_worker("unlocked")
    until(
        lambda: max(workload.count_by_recipient(message_sinks).values(), default=0) > 1,
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )
