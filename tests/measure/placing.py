"""The time to place an order: by several threads at once, and by one alone, with its statements counted."""

import time
from concurrent.futures import ThreadPoolExecutor
from uuid import uuid4

from django.db import connections

from kitchen.models import Ticket, TicketState
from pizzeria.foundation import clock
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from tests import shop
from tests.measure.figures import TIMES, count_statements, print_statistics

ORDERS, THREADS = 400, 8


def measure() -> None:
    """Place orders from several threads at once, then from one, then a last one with its statements counted."""

    def guest(_number: int) -> float:
        basket = shop.basket_of(shop.pizza(added=("olives", "basil")), shop.simple_item(), at=clock.now())
        total = shop.total_of(basket, at=clock.now())
        begun = time.perf_counter()
        order = shop.place(basket, shown_total=total, at=clock.now(), idempotency=_idempotency())
        seconds = time.perf_counter() - begun
        Ticket.objects.filter(ref=order.ref).update(state=TicketState.GONE)  # the queue stays short
        return seconds

    begun = time.perf_counter()
    with ThreadPoolExecutor(THREADS, initializer=connections.close_all) as guests:
        seconds = list(guests.map(guest, range(ORDERS)))
    rate = ORDERS / (time.perf_counter() - begun)
    print_statistics(
        f"place_order, {THREADS} threads, {ORDERS} orders", seconds, f"{rate:.0f} baskets filled and ordered a second"
    )

    print_statistics("place_order, one guest after another", [guest(number) for number in range(TIMES)], "")
    basket = shop.basket_of(shop.pizza(added=("olives", "basil")), shop.simple_item(), at=clock.now())
    total = shop.total_of(basket, at=clock.now())
    statements = count_statements(
        lambda: shop.place(basket, shown_total=total, at=clock.now(), idempotency=_idempotency())
    )
    print(f"place_order takes {statements} statements\n")


def _idempotency() -> IdempotentRequest:
    return IdempotentRequest.of(principal="measure", key=uuid4(), data={})
