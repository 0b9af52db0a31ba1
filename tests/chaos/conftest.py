"""A shop with a large capacity, and its processes, which a test may kill; none of them outlives the test."""

import pytest
from django.core.cache import cache

from tests import shop
from tests.chaos import workload
from tests.chaos.processes import ShopProcesses
from tests.message_sinks import running_message_sinks


@pytest.fixture(autouse=True)
def _empty_broker():
    """Empty the broker once every wake-up of earlier tests has reached it."""
    workload.wait_for_wakeups()
    cache.clear()


@pytest.fixture
def message_sinks(tmp_path, settings):
    """Yield message sinks for one test, which get nothing from workers that another test killed."""
    with running_message_sinks(tmp_path, settings) as message_sinks:
        yield message_sinks


@pytest.fixture
def kitchen(transactional_db):
    """Set up a shop that can hold and cook all orders at once, so that no promise slips; return its kitchen."""
    kitchen = shop.open_shop()
    kitchen.max_concurrent_orders = kitchen.oven_slots = 1000
    kitchen.save()
    return kitchen


@pytest.fixture
def shop_processes(kitchen, message_sinks, tmp_path):
    shop_processes = ShopProcesses(message_sinks.environment, log=tmp_path / "processes.log")
    yield shop_processes
    shop_processes.kill_all()
