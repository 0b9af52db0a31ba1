"""`POST /api/orders` under load, and its limit: the same rows written by hand with psycopg, under the same lock."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack

from orders.models import Order
from tests.load.everything_on import running_shop_with_everything_on
from tests.load.measurement import Load, Measurement, cpu_per_request
from tests.load.parts import Options, metered
from tests.load.running_shop import RunningShop, fresh_database, running_shop, wait_until_idle
from tests.measure import api
from tests.measure.handwritten import HandwrittenOrder

type MakeClient = Callable[[], Callable[[], None]]  # returns a function that orders, over a connection of its own

NAME, BY_HAND = "POST /api/orders", "the same by hand"


def measure(options: Options) -> Iterator[Measurement]:
    """Measure orders by the API and by hand; then by the API with limits, a webhook and a notification channel."""
    realm = options.realm
    with fresh_database(), running_shop(with_worker=True) as shop:
        queries = api.statements_of_an_order(realm.access_token(api.TILL))
        for clients in options.clients:
            measured = _measure(shop, clients, lambda: api.program(shop.port, realm))
            yield Measurement(NAME, clients, *measured, queries=queries)
        by_hand = HandwrittenOrder.like(Order.objects.latest("id"))
        for clients in options.clients:
            before = shop.cpu_seconds()
            load = _order(clients, by_hand.writer)
            used = cpu_per_request(before, shop.cpu_seconds(), load.requests)
            yield Measurement(BY_HAND, clients, load, {"postgresql": used["postgresql"]}, queries=by_hand.statements)
    with ExitStack() as stack:
        stack.enter_context(fresh_database())
        shop = stack.enter_context(running_shop_with_everything_on(options.folder))
        for clients in options.clients:
            measured = _measure(shop, clients, lambda: api.program(shop.port, realm))
            yield Measurement(NAME, clients, *measured, queries=queries, is_everything_on=True)


def _measure(shop: RunningShop, clients: int, make_client: MakeClient) -> tuple[Load, Mapping[str, float]]:
    api.order_repeatedly(clients, make_client, orders=api.WARMING_UP, warming_up=0)
    wait_until_idle()
    return metered(shop, lambda: _order(clients, make_client))


def _order(clients: int, make_client: MakeClient) -> Load:
    times, seconds = api.order_repeatedly(clients, make_client, warming_up=0)
    return Load.of(times, seconds=seconds)
