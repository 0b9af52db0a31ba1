"""What the parts of the benchmark share: its options, and how one page is measured."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from django.test import Client

from tests.load import visitors, wrk
from tests.load.measurement import Load, Measurement, cpu_per_request
from tests.load.production import PROXY_HEADERS
from tests.load.running_shop import RunningShop, wait_until_idle
from tests.measure.figures import count_statements
from tests.users.fake_oidc_provider import FakeOidcProvider

WARMING_UP = 2  # seconds
NO_HEADERS: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Options:
    """
    How everything is measured.

    :ivar clients: how many at once, one load after another
    :ivar seconds: of each load
    :ivar sizes: numbers of orders with which the growth is measured
    """

    realm: FakeOidcProvider
    folder: Path
    clients: tuple[int, ...]
    seconds: float
    sizes: tuple[int, ...]


def measure_page(
    shop: RunningShop,
    name: str,
    path: str,
    *,
    by: Client | None = None,
    headers: Mapping[str, str] = NO_HEADERS,
    options: Options,
) -> Iterator[Measurement]:
    """
    Yield a page's measurements, one for each number of clients.

    :param by: the visitor whose session they send
    :param headers: that they send beside a browser's and a proxy's
    """
    visitor = by or visitors.visitor()
    open_page = visitors.opening(visitor, path, headers)
    open_page()  # which fills the caches of this process
    queries = count_statements(open_page)
    headers = {**PROXY_HEADERS, **headers, "Host": "localhost", "Accept-Encoding": "gzip"}
    for cookie, value in visitors.session_cookie(visitor).items():
        headers["Cookie"] = f"{cookie}={value}"
    with suppress(wrk.RequestsFailed):  # a new process may need more than the time for its first answer
        wrk.run(shop.url(path), clients=max(options.clients), seconds=WARMING_UP, headers=headers)
    for clients in options.clients:
        measured = metered(
            shop,
            lambda: wrk.run(shop.url(path), clients=clients, seconds=options.seconds, headers=headers),  # noqa: B023 - called at once
        )
        yield Measurement(name, clients, *measured, queries=queries)


def metered(shop: RunningShop, load: Callable[[], Load]) -> tuple[Load, Mapping[str, float]]:
    """Return a load, and the CPU that each of its requests took, with what a worker did of it later."""
    before = shop.cpu_seconds()
    done = load()
    if "worker" in shop.roots:
        wait_until_idle()
    return done, cpu_per_request(before, shop.cpu_seconds(), done.requests)
