"""
A real web process, killed by SIGKILL at each failpoint of `place_order` during the request of a guest's form.

The last failpoint is the control of the others: the same kill, a moment after the commit, leaves the whole order.
Without a transaction no command can leave part of an order: locks and the event log refuse to work outside one.
"""

import os
import re
import signal
import socket
import sys
from contextlib import contextmanager
from html import unescape
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlencode, urlsplit

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.urls import reverse

from kitchen.models import Kitchen, Ticket
from orders import replay
from orders import selectors as order_selectors
from orders.models import Basket, Order, OrderContact
from pizzeria.devtools import environment
from pizzeria.devtools.servers.processes import start_tied
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.idempotency.models import IdempotencyKey
from tests.length import by_length
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA
from tests.races.concurrency import THREAD_TIMEOUT
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

CHECKOUT = reverse("orders:checkout")
BUSY = "A lot is going on right now."
HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


class Browser:
    """The parts of a guest's browser that the checkout form needs: cookies and hidden fields."""

    def __init__(self, session):
        self.cookies = {settings.SESSION_COOKIE_NAME: session}
        self.port = None

    def open_checkout(self):
        """Return the form, filled in."""
        page = self._asked("GET")[1]
        return {**ANNA, **{name: unescape(value) for name, value in HIDDEN.findall(page)}}

    def send(self, form):
        """Send the form; return the address to which it redirects."""
        response, page = self._asked("POST", urlencode(form))
        assert response.status == 302, page
        return response.headers["Location"]

    def _asked(self, method, body=None):
        """Send a request until the shop is not too busy to answer; the form's idempotency key makes repeats safe."""
        return until(lambda: self._unless_busy(*self._ask(method, body)))

    @staticmethod
    def _unless_busy(response, page):
        return None if response.status == HTTPStatus.SERVICE_UNAVAILABLE or BUSY in page else (response, page)

    def _ask(self, method, body=None):
        way = HTTPConnection("127.0.0.1", self.port, timeout=THREAD_TIMEOUT)
        cookies = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        try:
            way.request(
                method, CHECKOUT, body, {"Cookie": cookies, "Content-Type": "application/x-www-form-urlencoded"}
            )
            response = way.getresponse()
            page = response.read().decode()
        finally:
            way.close()
        for cookie in response.headers.get_all("Set-Cookie", []):
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return response, page


@contextmanager
def shop_served(to, *, killed_at=""):
    """Serve the test's shop to a browser from another process; yield that process."""
    database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    with socket.create_server(("127.0.0.1", 0)) as listening:  # open already, so that an early request waits
        to.port = listening.getsockname()[1]
        variables = environment.shop_environment(
            secret_key=settings.SECRET_KEY,
            database_url=database,
            redis_url=settings.REDIS_URL,
            origin=f"http://127.0.0.1:{to.port}",
        )
        command = [sys.executable, "-m", "tests.races.killed_server", str(listening.fileno()), killed_at]
        server = start_tied(
            command, stop_signal=signal.SIGKILL, env=variables, cwd=settings.ROOT, pass_fds=[listening.fileno()]
        )
    try:
        yield server
    finally:
        server.kill()
        server.wait(timeout=30)


@pytest.fixture
def anna(kitchen, client):
    """Return Anna's browser with one Margherita in the basket."""
    add(client)
    return Browser(client.cookies[settings.SESSION_COOKIE_NAME].value)


EARLY = [("orders.place_order.begun", 0), ("orders.place_order.before_kitchen", 0)]
AROUND_THE_COMMIT = [("orders.place_order.before_commit", 0), ("orders.place_order.after_commit", 1)]


@pytest.mark.long
@pytest.mark.parametrize(("failpoint", "orders"), by_length(AROUND_THE_COMMIT, long=[*EARLY, *AROUND_THE_COMMIT]))
def test_a_checkout_killed_at_a_failpoint_leaves_a_whole_order_or_none_and_can_be_sent_again(
    kitchen, anna, failpoint, orders
):
    with shop_served(anna, killed_at=failpoint) as server:
        form = anna.open_checkout()
        with pytest.raises(ConnectionError):
            anna.send(form)
        assert server.wait(timeout=THREAD_TIMEOUT) == -signal.SIGKILL

    everything_is_free(kitchen)
    whole(orders)
    made = Order.objects.first()

    with shop_served(anna):
        address = anna.send(form)
        assert anna.send(form) == address

    whole(1)
    assert address == order_selectors.order_url(Order.objects.get())
    assert made is None or made == Order.objects.get()


def everything_is_free(kitchen):
    """Take every lock that the killed process held; PostgreSQL releases them when it notices the closed connection."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL lock_timeout = '{THREAD_TIMEOUT}s'")
        Basket.objects.for_update().get()
        Kitchen.objects.for_update().get(pk=kitchen.pk)


def whole(orders):
    """Assert that there are so many orders with all their rows, and no rows of any other order."""
    assert Order.objects.count() == OrderContact.objects.count() == Ticket.objects.count() == orders
    assert IdempotencyKey.objects.count() == Basket.objects.filter(order_ref__isnull=False).count() == orders
    assert StoredEvent.objects.filter(stream="order").count() == 2 * orders  # placed and confirmed
    assert list(replay.differences()) == []
