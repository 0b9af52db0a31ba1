"""
The broker's transport: a message that a worker cannot acknowledge occupies no prefetch slot, and does not terminate the
worker.
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
ANSWER_TIMEOUT, FAULT_TIMEOUT = 30, 3  # seconds to wait for an answer, and where none is expected


@pytest.fixture
def wire():
    with closing(Wire(urlsplit(settings.REDIS_URL).port)) as wire:
        yield wire


@pytest.fixture
def way_of(wire):
    """Return a function that connects to the broker, through the proxy, by a transport and with a time limit."""
    ways = []

    def connect(transport, *, seconds=ANSWER_TIMEOUT):
        parts = urlsplit(settings.REDIS_URL)
        url = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{wire.port}")).geturl()
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | dict.fromkeys(LIMITS, seconds)
        way = Connection(url, transport=transport, transport_options=options)
        ways.append(way)
        return way

    yield connect
    for way in ways:
        with suppress(AttributeError):  # from the control's connection, which cannot be closed again
            way.release()


@pytest.fixture
def taken_by(way_of):
    """Return a function that takes a message from the broker, by a transport with a single prefetch slot."""

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
    """Return a function that connects as a worker does, with a message in hand and two consuming channels."""

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
    """Drain events until none has come for a moment; return True. By then both channels are polling."""
    with suppress(TimeoutError):
        while True:
            way.drain_events(timeout=0.2)
    return True


def lose(way):
    """Close a broken connection, as a worker does before it reconnects."""
    way.collect()
    way.close()


def is_free(message):
    return message.channel.qos.can_consume()


@pytest.mark.parametrize("settle", ["ack", "reject", "requeue"])
@pytest.mark.parametrize("goes", ["cut", "silence"])
def test_a_message_frees_its_slot_even_if_redis_does_not_get_the_acknowledgement(taken_by, wire, goes, settle):
    message = taken_by(app.conf.broker_transport, seconds=ANSWER_TIMEOUT if goes == "cut" else FAULT_TIMEOUT)
    assert not is_free(message)

    getattr(wire, goes)()
    with pytest.raises(message.channel.connection_errors):
        getattr(message, settle)()

    assert is_free(message)


def test_an_acknowledged_message_frees_its_slot(taken_by):
    message = taken_by(app.conf.broker_transport)

    message.ack()

    assert is_free(message)


def test_control_celerys_own_transport_never_frees_the_slot_after_a_lost_acknowledgement(taken_by, wire):
    message = taken_by("redis")

    wire.cut()
    with pytest.raises(message.channel.connection_errors):
        message.ack()
    wire.mend()

    assert not is_free(message)


def test_a_worker_can_close_a_broken_connection_while_it_holds_a_message(at_work_by, wire):
    way = at_work_by(app.conf.broker_transport)

    wire.cut()
    lose(way)

    assert not way.connected


def test_control_celerys_own_transport_fails_to_close_a_broken_connection_with_a_message(at_work_by, wire):
    way = at_work_by("redis")

    wire.cut()
    with pytest.raises(AttributeError):
        lose(way)
