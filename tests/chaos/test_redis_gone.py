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
from tests.chaos.redis_server import RedisServer
from tests.length import by_length
from tests.live.server_process import serving
from tests.orders.test_basket import add
from tests.races.test_killed import Browser
from tests.waiting import until

GUESTS = by_length(24, long=50)
BEFORE, DURING, AFTER = range(6), range(6, GUESTS - 6), range(GUESTS - 6, GUESTS)
SECONDS_GONE = by_length(6, long=20)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def redis_server(tmp_path):
    redis_server = RedisServer(tmp_path)
    yield redis_server
    redis_server.kill()


REFUSED, SILENT = (
    pytest.param(("kill", "start"), id="refused"),
    pytest.param(("pause", "resume"), id="silent"),
)


@pytest.fixture(params=by_length([SILENT], long=[REFUSED, SILENT]))
def outage(request, redis_server):
    """Return two functions: the first makes Redis unavailable, the second available again."""
    return (getattr(redis_server, act) for act in request.param)


@pytest.fixture
def shop_processes(shop_processes, redis_server):
    shop_processes.redis_url = redis_server.url
    return shop_processes


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
def test_an_outage_of_redis_loses_no_order_and_no_message(
    shop_processes, redis_server, browsers, message_sinks, outage
):
    make_unavailable, make_available = outage
    shop_processes.start_worker()
    shop_processes.start_beat()
    with serving(redis_port=redis_server.port) as server:
        place(browsers, BEFORE, server.port)
        make_unavailable()
        since = time.monotonic()
        place(browsers, DURING, server.port)
        time.sleep(max(0, since + SECONDS_GONE - time.monotonic()))
        make_available()
        place(browsers, AFTER, server.port)
    until(
        lambda: workload.count_arrived(message_sinks) >= 2 * GUESTS and workload.all_sent(),
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert workload.count_by_recipient(message_sinks) == dict.fromkeys(workload.recipients(range(GUESTS)), 1)


def test_control_without_a_sweep_orders_placed_during_an_outage_of_redis_get_no_messages(
    shop_processes, redis_server, browsers, message_sinks
):
    shop_processes.start_worker()
    with serving(redis_port=redis_server.port) as server:
        redis_server.kill()
        place(browsers, DURING, server.port)
        redis_server.start()
    one_of_them = Order.objects.latest("pk")
    with app.connection_for_write(redis_server.url) as broker:
        tasks.relay.apply_async([str(one_of_them.ref)], connection=broker)  # shows that the worker runs and takes tasks
    until(
        lambda: workload.count_arrived(message_sinks) == 2,
        seconds=workload.WORKER_TIMEOUT,
        describe=workload.count_by_state,
    )

    assert workload.count_by_recipient(message_sinks) == {one_of_them.contact.email: 1, one_of_them.contact.phone: 1}
