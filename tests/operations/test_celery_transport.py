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
from tests.live.fault_proxy import FaultProxy
from tests.waiting import until

LIMITS = "socket_connect_timeout", "socket_timeout"
ANSWER_TIMEOUT, FAULT_TIMEOUT = 30, 3  # seconds to wait for an answer, and where none is expected


@pytest.fixture
def proxy():
    with closing(FaultProxy(urlsplit(settings.REDIS_URL).port)) as proxy:
        yield proxy


@pytest.fixture
def connect_by(proxy):
    """Return a function that connects to the broker, through the proxy, by a transport and with a time limit."""
    broker_connections = []

    def connect(transport, *, seconds=ANSWER_TIMEOUT):
        parts = urlsplit(settings.REDIS_URL)
        url = parts._replace(netloc=parts.netloc.replace(f":{parts.port}", f":{proxy.port}")).geturl()
        options = settings.CELERY_BROKER_TRANSPORT_OPTIONS | dict.fromkeys(LIMITS, seconds)
        broker_connection = Connection(url, transport=transport, transport_options=options)
        broker_connections.append(broker_connection)
        return broker_connection

    yield connect
    for broker_connection in broker_connections:
        with suppress(AttributeError):  # from the control's connection, which cannot be closed again
            broker_connection.release()


@pytest.fixture
def taken_by(connect_by):
    """Return a function that takes a message from the broker, by a transport with a single prefetch slot."""

    def take(transport, **limits):
        broker_connection = connect_by(transport, **limits)
        channel = broker_connection.channel()
        channel.basic_qos(0, 1, False)
        queue = Queue("pizzas", channel=channel, no_ack=False)
        queue.declare()
        broker_connection.Producer(channel).publish("margherita", routing_key="pizzas")
        return queue.get(no_ack=False)

    return take


@pytest.fixture
def at_work_by(connect_by):
    """Return a function that connects as a worker does, with a message in hand and two consuming channels."""

    def work(transport):
        broker_connection = connect_by(transport)
        in_hand = []
        broker_connection.Consumer(
            Queue("pizzas"), callbacks=[lambda _body, message: in_hand.append(message)]
        ).consume()
        broker_connection.Consumer(Queue("orders"), channel=broker_connection.channel()).consume()
        broker_connection.Producer().publish("margherita", routing_key="pizzas")
        until(lambda: heard_nothing_more(broker_connection) and in_hand)
        return broker_connection

    return work


def heard_nothing_more(broker_connection):
    """Drain events until none has come for a moment; return True. By then both channels are polling."""
    with suppress(TimeoutError):
        while True:
            broker_connection.drain_events(timeout=0.2)
    return True


def close_broken(broker_connection):
    """Close a broken connection, as a worker does before it reconnects."""
    broker_connection.collect()
    broker_connection.close()


def is_free(message):
    return message.channel.qos.can_consume()


@pytest.mark.parametrize("settle", ["ack", "reject", "requeue"])
@pytest.mark.parametrize("fault", ["cut", "discard_data"])
def test_a_message_frees_its_slot_even_if_redis_does_not_get_the_acknowledgement(taken_by, proxy, fault, settle):
    message = taken_by(app.conf.broker_transport, seconds=ANSWER_TIMEOUT if fault == "cut" else FAULT_TIMEOUT)
    assert not is_free(message)

    getattr(proxy, fault)()
    with pytest.raises(message.channel.connection_errors):
        getattr(message, settle)()

    assert is_free(message)


def test_an_acknowledged_message_frees_its_slot(taken_by):
    message = taken_by(app.conf.broker_transport)

    message.ack()

    assert is_free(message)


def test_control_celerys_own_transport_never_frees_the_slot_after_a_lost_acknowledgement(taken_by, proxy):
    message = taken_by("redis")

    proxy.cut()
    with pytest.raises(message.channel.connection_errors):
        message.ack()
    proxy.restore()

    assert not is_free(message)


def test_a_worker_can_close_a_broken_connection_while_it_holds_a_message(at_work_by, proxy):
    broker_connection = at_work_by(app.conf.broker_transport)

    proxy.cut()
    close_broken(broker_connection)

    assert not broker_connection.connected


def test_control_celerys_own_transport_fails_to_close_a_broken_connection_with_a_message(at_work_by, proxy):
    broker_connection = at_work_by("redis")

    proxy.cut()
    with pytest.raises(AttributeError):
        close_broken(broker_connection)
