"""The order that the benchmark writes by hand: the rows of one that is placed, in as many statements as it says."""

import psycopg
import pytest

from kitchen.models import Kitchen, Ticket
from orders import services as order_services
from orders.models import Order, OrderContact, OrderLine, OrderLinePart
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.idempotency.models import IdempotencyKey
from pizzeria.foundation.ids import uuid7
from tests import shop
from tests.measure.handwritten import HandwrittenOrder, connect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]

TABLES = (IdempotencyKey, Order, OrderContact, OrderLine, OrderLinePart, Ticket, StoredEvent, OutboxEntry)


@pytest.fixture
def placed_order():
    basket = shop.basket_of(shop.pizza(added=("olives",)), shop.simple_item())
    return order_services.place_order(
        ref=uuid7(),
        basket=basket.ref,
        contact=shop.ANNA,
        shown_total=None,
        by=shop.GUEST,
        at=shop.FRIDAY_NIGHT,
        idempotency=IdempotentRequest.of(principal="anna", key=uuid7(), data={}),
    )


def test_an_order_by_hand_has_the_rows_of_a_placed_one_and_the_next_number(placed_order):
    before = rows_by_table(placed_order.ref)

    with connect() as database:
        HandwrittenOrder.like(placed_order).write_to(database, uuid7())

    by_hand = Order.objects.exclude(pk=placed_order.pk).get()
    assert rows_by_table(by_hand.ref) == before
    assert by_hand.number == placed_order.number + 1 == Kitchen.objects.get().last_number
    assert by_hand.total == placed_order.total


def rows_by_table(ref):
    """Return the number of rows of an order by table."""
    filters = {
        IdempotencyKey: {"result_ref": ref},
        Order: {"ref": ref},
        OrderContact: {"order__ref": ref},
        OrderLine: {"order__ref": ref},
        OrderLinePart: {"line__order__ref": ref},
        Ticket: {"ref": ref},
        StoredEvent: {"aggregate_ref": ref},
        OutboxEntry: {"event__aggregate_ref": ref, "relayed_at": None},
    }
    return {table.__name__: table.objects.filter(**filters[table]).count() for table in TABLES}


def test_the_statements_of_an_order_by_hand_are_counted_right(placed_order, monkeypatch):
    by_hand, executed, execute = HandwrittenOrder.like(placed_order), [], psycopg.Connection.execute
    with connect() as database:
        monkeypatch.setattr(
            psycopg.Connection, "execute", lambda *arguments: executed.append(arguments[1]) or execute(*arguments)
        )
        by_hand.write_to(database, uuid7())

    assert by_hand.statements == len(executed) == 8
