"""Publication of live updates: which versions a command publishes, when, and what happens if Redis is dead."""

import socket

import pytest
from django.db import transaction

from kitchen import services as kitchen_services
from kitchen.models import Kitchen
from orders import services as order_services
from pizzeria.foundation import background, breaker, clock
from pizzeria.foundation.background import BackgroundQueue
from pizzeria.foundation.refusals import Refusal
from pizzeria.live import publisher
from pizzeria.live.topics import Topic, TopicUpdate, current_versions, parse_update
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def published(monkeypatch):
    """The updates that are published."""
    updates = []
    monkeypatch.setattr(publisher, "publish", updates.append)
    return updates


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    return lambda: django_capture_on_commit_callbacks(execute=True)


def newest(updates):
    """Return the highest version of each topic."""
    return {each.topic: max(other.version for other in updates if other.topic == each.topic) for each in updates}


STEPS = {
    "start": (lambda ref, chef: kitchen_services.start_cooking(ref=ref, by=chef, at=FRIDAY_NIGHT), 0),
    "finish": (lambda ref, chef: kitchen_services.finish_ticket(ref=ref, by=chef, at=FRIDAY_NIGHT), 1),
    "recall": (lambda ref, chef: kitchen_services.recall_ticket(ref=ref, by=chef, at=FRIDAY_NIGHT), 2),
    "hand over": (lambda ref, chef: order_services.hand_over(ref=ref, by=chef, at=FRIDAY_NIGHT), 2),
}


@pytest.mark.parametrize("name", STEPS)
def test_each_step_publishes_the_current_versions_of_the_board_and_the_order(
    placed_order, chef, published, committed, name
):
    step, after = STEPS[name]
    for before, _far in list(STEPS.values())[:after]:
        before(placed_order.ref, chef)
    published.clear()

    with committed():
        step(placed_order.ref, chef)

    kitchen = Kitchen.objects.get()
    placed_order.refresh_from_db()
    assert newest(published) == {
        Topic("board", kitchen.ref): kitchen.version,
        Topic("order", placed_order.ref): placed_order.seq,
    }


def test_placing_an_order_and_pausing_the_kitchen_publish_the_current_versions(kitchen, manager, published, committed):
    with committed():
        order = shop.place()
    with committed():
        kitchen_services.pause(kitchen=kitchen, reason="the oven", until=None, by=manager, at=FRIDAY_NIGHT)

    kitchen.refresh_from_db()
    assert newest(published) == {Topic("board", kitchen.ref): kitchen.version, Topic("order", order.ref): order.seq}


def test_a_command_that_is_refused_or_rolled_back_publishes_nothing(placed_order, chef, published, committed):
    with committed(), pytest.raises(Refusal):
        kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    with committed(), transaction.atomic():
        kitchen = Kitchen.objects.for_update().get(pk=placed_order.kitchen_id)
        kitchen_services.withdraw_ticket(kitchen=kitchen, ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
        transaction.set_rollback(True)

    assert published == []


@pytest.mark.django_db(transaction=True)
def test_updates_are_published_only_after_the_commit(monkeypatch):
    shop.open_shop()
    order = shop.place()
    seen = []
    monkeypatch.setattr(publisher, "publish", lambda _update: seen.append(transaction.get_connection().in_atomic_block))

    kitchen_services.start_cooking(ref=order.ref, by=shop.acting_as(KITCHEN), at=FRIDAY_NIGHT)

    assert seen
    assert not any(seen)


def test_a_serialized_live_update_can_be_parsed(placed_order):
    update = TopicUpdate(Topic("order", placed_order.ref), 7)

    assert parse_update(update.serialize().encode()) == update


def test_the_current_versions_of_all_topics_take_one_query(placed_order, kitchen, django_assert_num_queries):
    kitchen.refresh_from_db()
    topics = {Topic("board", kitchen.ref): kitchen.version, Topic("order", placed_order.ref): placed_order.seq}

    with django_assert_num_queries(1):
        assert current_versions(topics) == topics


@pytest.fixture(params=["gone", "silent"])
def dead_redis(request, settings):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))  # held, so that no other process can take the port
        if request.param == "silent":
            server.listen()
        settings.REDIS_URL = f"redis://127.0.0.1:{server.getsockname()[1]}/0"
        yield


@pytest.fixture
def left_jobs(monkeypatch):
    """A background queue of this test alone."""
    ours = BackgroundQueue()
    monkeypatch.setattr(background, "_process_queue", ours)
    return ours


def test_publishing_to_a_dead_redis_trips_the_breaker(placed_order, chef, committed, dead_redis, left_jobs):
    with committed():
        kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=clock.now())
    left_jobs.wait()

    assert breaker.redis_breaker.is_tripped
