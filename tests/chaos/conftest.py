"""A large shop with its processes, which a test may kill; none of them outlives it."""

import pytest
from django.core.cache import cache

from tests import message_sinks, shop
from tests.chaos import evening
from tests.chaos.works import Works


@pytest.fixture(autouse=True)
def _empty_broker():
    """Empty the broker once all has arrived that an earlier test left to it."""
    evening.all_nudged()
    cache.clear()


@pytest.fixture
def post(tmp_path, settings):
    """Message sinks of one test alone, in which nothing arrives from workers that another test killed."""
    with message_sinks.running(tmp_path, settings) as post:
        yield post


@pytest.fixture
def kitchen(transactional_db):
    """A shop that takes a whole evening's orders at once, and has an oven for each: no promise ever slips."""
    kitchen = shop.open_shop()
    kitchen.max_concurrent_orders = kitchen.oven_slots = 1000
    kitchen.save()
    return kitchen


@pytest.fixture
def works(kitchen, post, tmp_path):
    works = Works(post.environment, log=tmp_path / "works.log")
    yield works
    works.kill_all()
