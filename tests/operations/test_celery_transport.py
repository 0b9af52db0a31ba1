"""
The broker's transport: what a worker does not get acknowledged takes no place from what comes after it, and does not
kill it.
"""

from contextlib import closing, suppress
from urllib.parse import urlsplit

import pytest
from django.conf import settings
from kombu import Connection, Queue

from pizzeria.celery import app
from tests.live.fault_proxy import Wire
from tests.waiting import until

LIMITS = "socket_connect_timeout", "socket_timeout"
PATIENCE, IN_VAIN = 30, 3  # seconds for an answer, and where none comes


@pytest.fixture
def wire():
    with closing(Wire(urlsplit(settings.REDIS_URL).port)) as wire:
        yield wire


@pytest.fixture
def way_of(wire):
    """Connect to the broker, over the wire, by a transport, and wait for so many seconds for each of its answers."""
    ways = []

    def connect(transport, *, seconds=PATIENCE):
        parts = urlsplit(settings.REDIS_URL)
        url = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{wire.port}")).geturl()
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | dict.fromkeys(LIMITS, seconds)
        way = Connection(url, transport=transport, transport_options=options)
        ways.append(way)
        return way

    yield connect
    for way in ways:
        with suppress(AttributeError):  # the control's, closed a third time
            way.release()


@pytest.fixture
def taken_by(way_of):
    """Take a message over a transport that has a place for one at a time; gives it."""

    def take(transport, **limits):
        way = way_of(transport, **limits)
        channel = way.channel()
        channel.basic_qos(0, 1, False)
        queue = Queue("pizzas", channel=channel, no_ack=False)
        queue.declare()
        way.Producer(channel).publish("margherita", routing_key="pizzas")
        return queue.get(no_ack=False)

    return take


@pytest.fixture
def at_work_by(way_of):
    """Be a worker with one message in hand that listens for more, on two channels; gives its connection."""

    def work(transport):
        way = way_of(transport)
        in_hand = []
        way.Consumer(Queue("pizzas"), callbacks=[lambda _body, message: in_hand.append(message)]).consume()
        way.Consumer(Queue("orders"), channel=way.channel()).consume()
        way.Producer().publish("margherita", routing_key="pizzas")
        until(lambda: heard_nothing_more(way) and in_hand)
        return way

    return work


def heard_nothing_more(way):
    """Listen until nothing has come for a moment; by then it asks on both channels."""
    with suppress(TimeoutError):
        while True:
            way.drain_events(timeout=0.2)
    return True


def lose(way):
    """Close a connection that broke, as a worker does before it connects again."""
    way.collect()
    way.close()


def is_free(message):
    return message.channel.qos.can_consume()


@pytest.mark.parametrize("settle", ["ack", "reject", "requeue"])
@pytest.mark.parametrize("goes", ["cut", "silence"])
def test_gives_the_place_free_when_redis_does_not_hear_of_it(taken_by, wire, goes, settle):
    message = taken_by(app.conf.broker_transport, seconds=PATIENCE if goes == "cut" else IN_VAIN)
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


def test_closes_what_broke_with_a_message_in_hand(at_work_by, wire):
    way = at_work_by(app.conf.broker_transport)

    wire.cut()
    lose(way)

    assert not way.connected


def test_control_celerys_own_dies_of_that(at_work_by, wire):
    way = at_work_by("redis")

    wire.cut()
    with pytest.raises(AttributeError):
        lose(way)
