"""The broker's transport: what a worker does not get acknowledged takes no place from what comes after it."""

from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from kombu import Connection, Queue

from pizzeria.celery import app
from tests.live.fault_proxy import Wire


@pytest.fixture
def wire():
    with closing(Wire(urlsplit(settings.REDIS_URL).port)) as wire:
        yield wire


@pytest.fixture
def taken_by(wire):
    """Take a message over a transport that has a place for one at a time; gives it."""
    ways = []

    def take(transport):
        parts = urlsplit(settings.REDIS_URL)
        url = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{wire.port}")).geturl()
        way = Connection(url, transport=transport, transport_options=settings.CELERY_BROKER_TRANSPORT_OPTIONS)
        ways.append(way)
        channel = way.channel()
        channel.basic_qos(0, 1, False)
        queue = Queue("pizzas", channel=channel, no_ack=False)
        queue.declare()
        way.Producer(channel).publish("margherita", routing_key="pizzas")
        return queue.get(no_ack=False)

    yield take
    for way in ways:
        way.release()


def is_free(message):
    return message.channel.qos.can_consume()


@pytest.mark.parametrize("settle", ["ack", "reject", "requeue"])
@pytest.mark.parametrize("goes", ["cut", "silence"])
def test_gives_the_place_free_when_redis_does_not_hear_of_it(taken_by, wire, goes, settle):
    message = taken_by(app.conf.broker_transport)
    assert not is_free(message)

    getattr(wire, goes)()
    with pytest.raises(message.channel.connection_errors):
        getattr(message, settle)()

    assert is_free(message)


def test_gives_the_place_free_when_it_does(taken_by):
    message = taken_by(app.conf.broker_transport)

    message.ack()

    assert is_free(message)


def test_control_celerys_own_keeps_it_for_ever(taken_by, wire):
    message = taken_by("redis")

    wire.cut()
    with pytest.raises(message.channel.connection_errors):
        message.ack()
    wire.mend()

    assert not is_free(message)
