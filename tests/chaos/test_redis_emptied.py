"""Redis emptied in the middle of an evening: what waited in it was only a reminder of what is written down."""

import pytest
from django.conf import settings
from redis import Redis

from tests.chaos import evening
from tests.length import by_length
from tests.waiting import until

ORDERS = by_length(30, long=100)
FIRST_GUEST = 1000
MOST_IT_HAD_ASKED_FOR = 2  # messages, before it looked away

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def broker():
    with Redis.from_url(settings.REDIS_URL) as broker:
        yield broker


@pytest.fixture
def worker(works, post):
    """A worker that is at work already, and has nothing in hand that its lease could end for while it is paused."""
    worker = works.worker()
    evening.place(FIRST_GUEST)
    until(
        lambda: evening.arrived(post) == 2 and evening.all_relayed() and evening.all_sent(),
        seconds=evening.PATIENCE,
        why=evening.states,
    )
    return worker


@pytest.fixture
def lose_in_the_middle(works, worker, broker):
    """Place orders, and lose all that waits for the worker once half of them are placed."""

    def place(guests):
        middle = len(guests) // 2
        works.pause(worker)
        for guest in guests[:middle]:
            evening.place(guest)
        evening.all_nudged()
        assert broker.llen("celery") >= middle - MOST_IT_HAD_ASKED_FOR
        broker.flushall()
        works.go_on(worker)
        for guest in guests[middle:]:
            evening.place(guest)

    return place


@pytest.mark.long
def test_loses_no_message(lose_in_the_middle, works, post):
    works.beat()
    lose_in_the_middle(range(ORDERS))
    until(
        lambda: evening.arrived(post) >= 2 * (ORDERS + 1) and evening.all_sent(),
        seconds=evening.PATIENCE,
        why=evening.states,
    )

    assert evening.times_told(post) == dict.fromkeys(evening.recipients([*range(ORDERS), FIRST_GUEST]), 1)


def test_control_without_a_sweep_loses_what_waited(lose_in_the_middle, post):
    lose_in_the_middle(range(20))
    until(
        lambda: evening.recipients(range(10, 20)) <= set(evening.times_told(post)),
        seconds=evening.PATIENCE,
        why=evening.states,
    )

    assert evening.recipients(range(10)) - set(evening.times_told(post))
