"""
Orders a second through `POST /api/orders`: one and four programs at once, two web processes as a real shop runs them.

The same number of orders is then written by hand, with psycopg alone: the same rows, under the kitchen's lock. The
ratio of the two is what Django, the API and the rules of the shop cost.
"""

import json
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from http import HTTPStatus
from http.client import HTTPConnection
from itertools import count
from uuid import uuid4

from django.db import connections
from django.test import Client, override_settings

from kitchen.models import Ticket, TicketState
from orders.models import Order
from pizzeria.users.keycloak import jwks, provider
from pizzeria.users.keycloak.jwks import SigningKeys
from tests.live.server_process import running_make_target
from tests.measure.figures import count_statements, print_statistics
from tests.measure.handwritten import HandwrittenOrder
from tests.users import fake_oidc_provider as realms
from tests.users.fake_oidc_provider import FakeOidcProvider, Person

ORDERS, WARMING_UP = 200, 20
CONCURRENCY = (1, 4)
TILL = Person("till", roles=("pos",))
QUEUE_LENGTH = 10  # tickets that stay in the queue at most, as in a kitchen that keeps up
BODY = {
    "customer_name": "Anna Bianchi",
    "customer_phone": "+390612345678",
    "customer_email": "anna@example.com",
    "pizzas": [{"pizza_id": "margherita", "size": "medium", "toppings": ["olives", "basil"]}],
    "items": [{"item_id": "cola", "quantity": 1}],
    "payment_method": "cash",
}


def measure() -> None:
    """Order through the API and by hand, then print the rates, their ratio, and the statements of one order."""
    print("POST /api/orders, two web processes of 8 threads; by hand: the same rows written with psycopg alone")
    with realms.running() as realm:
        with running_make_target("pages", **_server_variables(realm)) as server:
            by_api = {
                clients: order_repeatedly(clients, lambda: program(server.port, realm)) for clients in CONCURRENCY
            }
        handwritten = HandwrittenOrder.like(Order.objects.latest("id"))
        for clients, (times, seconds) in by_api.items():
            _times, fewest_seconds = order_repeatedly(clients, handwritten.writer)
            rate, fastest = ORDERS / seconds, ORDERS / fewest_seconds
            figures = f"{rate:.0f} orders/s; by hand {fastest:.0f}/s; ratio {rate / fastest:.2f}"
            print_statistics(f"c = {clients}", times, figures)
        print(f"POST /api/orders takes {_statements(realm)} statements; by hand {handwritten.statements}\n")


def _server_variables(realm: FakeOidcProvider) -> dict[str, str]:
    return {
        "OIDC_ISSUER": realm.issuer,
        "OIDC_CLIENT_ID": realms.CLIENT,
        "OIDC_CLIENT_SECRET": "of no use here",
        "SHOP_API_REQUESTS_PER_MINUTE": "0",
        "SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS": "0",
        "WEB_CONCURRENCY": "2",  # processes; gunicorn reads it
    }


def order_repeatedly(
    clients: int, make_client: Callable[[], Callable[[], None]], *, orders: int = ORDERS, warming_up: int = WARMING_UP
) -> tuple[list[float], float]:
    """
    Order with some clients at once; return the seconds that each order took, and those in all.

    :param warming_up: how many orders come before, which do not count
    """
    _empty_queue()
    remaining, lock = count(warming_up + orders, -1), threading.Lock()
    times: list[float] = []
    started: list[float] = []

    def order_until_done(order: Callable[[], None]) -> None:
        while True:
            with lock:
                left = next(remaining)
                if left == orders:
                    started.append(time.perf_counter())
            if left <= 0:
                return
            begun = time.perf_counter()
            order()
            if left <= orders:
                times.append(time.perf_counter() - begun)
            if left % QUEUE_LENGTH == 0:
                _empty_queue()

    with ThreadPoolExecutor(clients, initializer=connections.close_all) as threads:
        for future in [threads.submit(order_until_done, make_client()) for _ in range(clients)]:
            future.result()
    return times, time.perf_counter() - started[0]


def _empty_queue() -> None:
    Ticket.objects.exclude(state=TicketState.GONE).update(state=TicketState.GONE)


def program(port: int, realm: FakeOidcProvider) -> Callable[[], None]:
    """Return a function that places an order over a connection of its own."""
    connection_of_program = HTTPConnection("127.0.0.1", port, timeout=30)
    token = realm.access_token(TILL)

    def order() -> None:
        connection_of_program.request("POST", "/api/orders", body=json.dumps(BODY), headers=_headers(token))
        response = connection_of_program.getresponse()
        content = response.read()
        assert response.status == HTTPStatus.CREATED, content

    return order


def _headers(token: str) -> dict[str, str]:
    return {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Host": "localhost",
        "Idempotency-Key": str(uuid4()),
        "X-Forwarded-For": "127.0.0.1",
        "X-Forwarded-Proto": "https",  # as by a real shop's proxy
    }


def _statements(realm: FakeOidcProvider) -> int:
    """Place an order in this process; return the number of its statements."""
    jwks.realm_keys = SigningKeys(provider.signing_keys)
    server = {"OIDC_ISSUER": realm.issuer, "OIDC_RP_CLIENT_ID": realms.CLIENT}
    server["OIDC_OP_JWKS_ENDPOINT"] = f"{realm.issuer}/protocol/openid-connect/certs"
    token = realm.access_token(TILL)
    with override_settings(**server):
        return statements_of_an_order(token)


def statements_of_an_order(token: str) -> int:
    """Place an order in this process, with the token of a program; return the number of its statements."""
    _order_in_this_process(token)  # which fills the cache of the menu
    return count_statements(lambda: _order_in_this_process(token))


def _order_in_this_process(token: str) -> None:
    response = Client(SERVER_NAME="localhost").post(
        "/api/orders", BODY, content_type="application/json", headers=_headers(token)
    )
    assert response.status_code == HTTPStatus.CREATED, response.content
