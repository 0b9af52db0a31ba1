"""Pages with few orders and with many: the ratio of their times, one visitor at a time."""

import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from typing import Any, Self

from django.contrib import admin
from django.test import Client
from django.urls import reverse

from kitchen.models import FulfillmentMethod, Ticket, TicketState
from orders import selectors as order_selectors
from orders.models import Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import Aggregate
from pizzeria.users.roles import CUSTOMER
from tests import shop as test_shop
from tests.admin_pages import order_pages
from tests.load import guests, visitors
from tests.load.guests import HttpBrowser
from tests.load.pages import place_order
from tests.load.parts import Options
from tests.load.running_shop import RunningShop, fresh_database, running_shop
from tests.measure.reports import write_orders
from tests.users.fake_oidc_provider import FakeOidcProvider

OPEN_ORDERS = {FulfillmentMethod.PICKUP: 15, FulfillmentMethod.DELIVERY: 5}  # the deliveries are ready
ORDERS_OF_A_CUSTOMER = 10
WARMING_UP, FEWEST, MOST = 3, 5, 40  # requests of a page

type Action = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Growth:
    """
    A page's time with each number of orders.

    :ivar reader: guest, cook, driver or admin
    :ivar p50: milliseconds by number of orders
    """

    reader: str
    page: str
    p50: Mapping[int, float]

    @property
    def ratio(self) -> float:
        """Return how many times as long it takes with the most orders as with the fewest."""
        return self.p50[max(self.p50)] / self.p50[min(self.p50)]

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "ratio": round(self.ratio, 2)}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        by_size = {int(size): p50 for size, p50 in data["p50"].items()}
        return cls(reader=data["reader"], page=data["page"], p50=by_size)


def measure(options: Options) -> Iterator[Growth]:
    """Measure each page with each number of past orders; yield them once all are measured."""
    times: dict[tuple[str, str], dict[int, float]] = {}
    actions: dict[tuple[str, str], Action] = {}
    written = 0
    with fresh_database(), running_shop() as shop:
        for size in sorted(options.sizes):
            write_orders(size - written, seed=size)
            written = size
            actions = actions or _actions(shop, options.realm)
            for name, action in actions.items():
                times.setdefault(name, {})[size] = _median_milliseconds(action, options.seconds)
    for (reader, page), by_size in times.items():
        yield Growth(reader, page, by_size)


def _actions(shop: RunningShop, realm: FakeOidcProvider) -> dict[tuple[str, str], Action]:
    """Return what is measured, by reader and page; place the orders of a usual evening before."""
    actions: dict[tuple[str, str], Action] = {("guest", "whole flow"): _ordering(shop)}
    for reader, (visitor, addresses) in pages(realm).items():
        browser = HttpBrowser(shop.port, visitors.session_cookie(visitor))
        for page, address in addresses.items():
            actions[reader, page] = partial(browser.get, address)
    return actions


def pages(realm: FakeOidcProvider) -> dict[str, tuple[Client, dict[str, str]]]:
    """Return who reads which pages, with their addresses; place the orders of a usual evening before."""
    past = Order.objects.select_related("contact").filter(status=OrderStatus.DELIVERED, customer=None).order_by("id")
    old = past[past.count() // 2]
    carla, cook, driver, ada = (visitors.signed_in(realm, role) for role in ("customer", "chef", "driver", "admin"))
    orders = list(_open_orders(carla_id=visitors.user_id(carla)))
    return {
        "guest": (
            visitors.visitor(),
            {
                "menu": reverse("menu:index"),
                "pizza page": reverse("menu:pizza", args=["pepperoni"]),
                "order page": order_selectors.order_url(orders[0]),
                "page of an old order": order_selectors.order_url(old),
            },
        ),
        "customer": (carla, {"history": reverse("orders:history")}),
        "cook": (
            cook,
            {
                "board": reverse("kitchen:board"),
                "all orders": reverse("orders:all"),
                "all orders, delivered": f"{reverse('orders:all')}?status=delivered",
                "all orders, of a day": f"{reverse('orders:all')}?day={old.business_date}",
            },
        ),
        "driver": (driver, {"deliveries": reverse("deliveries:tour")}),
        "admin": (ada, {**order_pages(old), **_lists(ada), **_events(), **_searches(old)}),
    }


def _open_orders(*, carla_id: int) -> Iterator[Order]:
    """Place the orders of a usual evening: of guests, and of a customer."""
    at = clock.now()
    for method, count in OPEN_ORDERS.items():
        for _ in range(count):
            order = test_shop.place(test_shop.basket_of(test_shop.pizza(), at=at), at=at, method=method)
            if method is FulfillmentMethod.DELIVERY:
                test_shop.cooked(order, by=SYSTEM, at=at)
            yield order
    for _ in range(ORDERS_OF_A_CUSTOMER):
        yield place_order(by=test_shop.acting_as(CUSTOMER, carla_id), at=at)


def _lists(ada: Client) -> dict[str, str]:
    """Return the addresses of the admin's lists that an admin may see."""
    addresses = {}
    for model in admin.site._registry:
        address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
        if ada.get(address).status_code == 200:
            addresses[f"list of {model._meta.verbose_name_plural}"] = address
    return addresses


def _events() -> dict[str, str]:
    """Return the addresses of the outgoing events by each filter."""
    events = reverse("admin:events_outboxentry_changelist")
    by_state = {f"events, {state}": f"{events}?state={state}" for state in ("waiting", "dead", "relayed", "discarded")}
    streams = sorted({aggregate.stream for aggregate in Aggregate.__subclasses__()})
    return by_state | {f"events of {stream}": f"{events}?stream={stream}" for stream in streams}


def _searches(order: Order) -> dict[str, str]:
    """Return the addresses of searches in lists beside that of the orders."""
    name, phone = order.contact.name.partition(" ")[2], str(order.contact.phone)[-8:]
    of_order = ("payments_paymentattempt", "payments_receipt", "notifications_notification")
    return {
        "customers: of a name": f"{reverse('admin:customers_customer_changelist')}?q={name}",
        "customers: of a phone": f"{reverse('admin:customers_customer_changelist')}?q={phone}",
        **{f"{table}: of an order": f"{reverse(f'admin:{table}_changelist')}?q={order.number}" for table in of_order},
    }


def _ordering(shop: RunningShop) -> Action:
    browser, number = HttpBrowser(shop.port), iter(range(1_000_000))

    def order() -> None:
        browser.forget()
        guests.order_pizza(browser, phone=guests.phone_number(next(number)))
        newest = Order.objects.latest("id").ref
        Ticket.objects.filter(ref=newest).update(state=TicketState.GONE)  # the board stays as it is

    return order


def _median_milliseconds(action: Action, enough_seconds: float) -> float:
    """Return the median of the times that an action takes."""
    for _ in range(WARMING_UP):
        action()
    times: list[float] = []
    while len(times) < FEWEST or (len(times) < MOST and sum(times) < enough_seconds):
        began = time.perf_counter()
        action()
        times.append(time.perf_counter() - began)
    return statistics.median(times) * 1000
