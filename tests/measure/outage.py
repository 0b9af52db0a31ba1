"""The delay of requests while Redis is unavailable: of the first request of a process, and of those that follow."""

import urllib.request
from collections.abc import Callable, Iterator
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory

from django.conf import settings
from django.test import Client
from django.urls import reverse

from kitchen.models import Ticket
from tests.chaos.redis_server import RedisServer
from tests.live.server_process import serving
from tests.measure.figures import print_statistics, timed
from tests.orders.test_basket import add
from tests.races.test_killed import Browser

TIMES, WARMING_UP = 50, 10
LONGER_FIRST, LONGER_THEN = 2000, 50  # ms: the goals

FAULTS = {"refuses": RedisServer.kill, "is silent": RedisServer.pause}


def measure() -> None:
    """Request a page and send an order to a server process, before and after its Redis becomes unavailable."""
    print(f"Redis gone: at most {LONGER_FIRST} ms longer for the first of a process, {LONGER_THEN} ms for the others?")
    for name, requests in (("menu", _menus), ("an order's form sent", _orders)):
        for fault, make_unavailable in FAULTS.items():
            _compare(f"{name}, Redis {fault}", requests, make_unavailable)
    print()


def _compare(
    name: str,
    requests: Callable[[int], Iterator[Callable[[], object]]],
    make_unavailable: Callable[[RedisServer], None],
) -> None:
    with TemporaryDirectory() as folder:
        redis_server = RedisServer(Path(folder))
        try:
            with serving(redis_port=redis_server.port) as server:
                prepared = list(islice(requests(server.port), WARMING_UP + TIMES + 1 + TIMES))
                seconds = [_timed(request) for request in prepared[: WARMING_UP + TIMES]]
                make_unavailable(redis_server)
                first, *others = [_timed(request) for request in prepared[WARMING_UP + TIMES :]]
        finally:
            redis_server.kill()
    print_statistics(f"{name}: before", seconds[WARMING_UP:])
    print_statistics(f"{name}: then", others, f"and the first of them {first * 1000:.1f} ms")


def _timed(request: Callable[[], object]) -> float:
    Ticket.objects.all().delete()  # the queue stays empty, however much is ordered
    return timed(request)


def _menus(port: int) -> Iterator[Callable[[], object]]:
    while True:
        yield partial(_read, f"http://127.0.0.1:{port}{reverse('menu:index')}")


def _orders(port: int) -> Iterator[Callable[[], object]]:
    """Yield functions that each send the checkout form of another guest; the form is open already."""
    while True:
        guest = Client(SERVER_NAME="localhost")
        add(guest)
        browser = Browser(guest.cookies[settings.SESSION_COOKIE_NAME].value)
        browser.port = port
        yield partial(browser.send, browser.open_checkout())


def _read(address: str) -> None:
    with urllib.request.urlopen(address, timeout=60) as page:
        page.read()
