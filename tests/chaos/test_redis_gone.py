"""
Redis unavailable for some seconds, refusing connections or not answering, while guests order: every order is placed,
and its notifications are sent once Redis is available again.
"""

import time

import pytest
from django.conf import settings
from django.test import Client

from orders.models import Order
from pizzeria.celery import app
from pizzeria.foundation.events import tasks
from tests.chaos import workload
from tests.chaos.redis_server import Store
from tests.length import by_length
from tests.live.server_process import serving
from tests.orders.test_basket import add
from tests.races.test_killed import Browser
from tests.waiting import until

GUESTS = 50
BEFORE, DURING, AFTER = range(10), range(10, 40), range(40, GUESTS)
SECONDS_GONE = by_length(6, long=20)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def store(tmp_path):
    store = Store(tmp_path)
    yield store
    store.kill()


@pytest.fixture(params=[("kill", "start"), ("silence", "speak")], ids=["refused", "silent"])
def outage(request, store):
    """Return two functions: the first makes Redis unavailable, the second available again."""
    return (getattr(store, act) for act in request.param)


@pytest.fixture
def works(works, store):
    works.redis_url = store.url
    return works


@pytest.fixture
def browsers(kitchen):
    """Return the guests' browsers, each with one Margherita in the basket."""
    clients = [Client() for _guest in range(GUESTS)]
    for client in clients:
        add(client)
    return [Browser(client.cookies[settings.SESSION_COOKIE_NAME].value) for client in clients]


def place(browsers, guests, port):
    """Open and submit the checkout form for each of these guests."""
    for guest in guests:
        browser = browsers[guest]
        browser.port = port
        form = browser.open_checkout()
        browser.send({**form, "email": workload.address(guest), "phone": workload.phone(guest)})


@pytest.mark.long
def test_an_outage_of_redis_loses_no_order_and_no_message(works, store, browsers, message_sinks, outage):
    goes, is_back = outage
    works.worker()
    works.beat()
    with serving(redis_port=store.port) as server:
        place(browsers, BEFORE, server.port)
        goes()
        since = time.monotonic()
        place(browsers, DURING, server.port)
        time.sleep(max(0, since + SECONDS_GONE - time.monotonic()))
        is_back()
        place(browsers, AFTER, server.port)
    until(
        lambda: workload.arrived(message_sinks) >= 2 * GUESTS and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        why=workload.states,
    )

    assert workload.received_by_recipient(message_sinks) == dict.fromkeys(workload.recipients(range(GUESTS)), 1)


def test_control_without_a_sweep_orders_placed_during_an_outage_of_redis_get_no_messages(
    works, store, browsers, message_sinks
):
    works.worker()
    with serving(redis_port=store.port) as server:
        store.kill()
        place(browsers, DURING, server.port)
        store.start()
    one_of_them = Order.objects.latest("pk")
    with app.connection_for_write(store.url) as broker:
        tasks.relay.apply_async([str(one_of_them.ref)], connection=broker)  # shows that the worker runs and takes tasks
    until(lambda: workload.arrived(message_sinks) == 2, seconds=workload.WORKER_TIMEOUT, why=workload.states)

    assert workload.received_by_recipient(message_sinks) == {one_of_them.contact.email: 1, one_of_them.contact.phone: 1}
