"""A large shop with its processes, which a test may kill; none of them outlives it."""

import pytest
from django.core.cache import cache

from pizzeria.celery import app
from tests import message_sinks, shop
from tests.chaos import evening
from tests.chaos.works import Works

PATIENCE = 25  # seconds: as long as the mailer waits at most, and less than a task may take


@pytest.fixture(autouse=True)
def _patient_redis(settings, monkeypatch):
    """
    Empty the broker once all has arrived that an earlier test left to it; and let this process wait for its answers.

    A message that is not taken in half a second is lost, and where there is no beat nobody makes up for it.
    """
    patience = dict.fromkeys(("socket_connect_timeout", "socket_timeout"), PATIENCE)
    settings.CACHES = {
        name: {**cache, "OPTIONS": {**cache["OPTIONS"], **(patience if name != "limits" else {})}}
        for name, cache in settings.CACHES.items()
    }
    for limit, seconds in patience.items():
        monkeypatch.setitem(app.conf.broker_transport_options, limit, seconds)
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
    evening.all_nudged()
    cache.clear()


@pytest.fixture
def post(tmp_path, settings, monkeypatch):
    """A postbox of one test alone, in which nothing arrives from workers that another test killed; and patience."""
    monkeypatch.setattr(message_sinks, "TIMEOUT_SECONDS", PATIENCE)
    with message_sinks.running(tmp_path) as post:
        message_sinks.connect(settings, post)
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
