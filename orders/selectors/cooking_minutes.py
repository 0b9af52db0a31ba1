"""How many minutes the pizzas of the last weeks took."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from kitchen.models import Kitchen
from menu.cooking_minutes import LEARNING_PERIOD, MIN_ORDERS
from orders.models import OrderStatus
from pizzeria.foundation import clock

# Whoever taps "start" and "it is ready" together, once the pizza is out, has measured nothing.
SHORTEST_COOKING_SECONDS = 60

# An order is cooked as one ticket. A pizza's share of how long that took is the share of its own minutes, as they were
# expected when it was ordered, in those of the ticket. An order counts once for each of its pizzas.
_MEASURED = """
    WITH measured AS (
        SELECT DISTINCT line.slug, orders_order.id,
            line.minutes * extract(epoch FROM ready_at - cooking_started_at) / 60 / ticket.minutes AS minutes
        FROM orders_order
        JOIN kitchen_ticket AS ticket ON ticket.ref = orders_order.ref
        JOIN orders_orderline AS line ON line.order_id = orders_order.id
        WHERE orders_order.kitchen_id = %(kitchen)s
            AND orders_order.business_date >= %(since)s
            AND orders_order.status = ANY (%(statuses)s)
            AND ready_at <= %(at)s
            AND ready_at - cooking_started_at >= make_interval(secs => %(shortest)s)
            AND line.kind = 'pizza'
            AND line.minutes > 0
            AND ticket.minutes > 0
            AND NOT EXISTS (
                SELECT FROM events_storedevent AS event
                WHERE event.aggregate_ref = orders_order.ref
                    AND split_part(event.type, '.', 2) IN ('recalled', 'step_undone')
            )
    )
    SELECT slug, percentile_cont(0.5) WITHIN GROUP (ORDER BY minutes)::float, count(*)
    FROM measured GROUP BY slug HAVING count(*) >= %(fewest)s ORDER BY slug
"""


@dataclass(frozen=True, slots=True)
class MeasuredMinutes:
    """
    What a pizza took in the last weeks.

    :param minutes: the median
    :param orders: in how many it was
    """

    slug: str
    minutes: float
    orders: int


def measured_minutes(kitchen: Kitchen, *, at: datetime) -> list[MeasuredMinutes]:
    """
    Return what each pizza took in the last weeks, of those that were in enough orders. One query.

    Left out are orders that were recalled, or of which a step was undone: their times are not those of the oven.
    """
    parameters: dict[str, Any] = {
        "kitchen": kitchen.pk,
        "since": clock.business_date(at - LEARNING_PERIOD),
        "at": at,
        "statuses": [OrderStatus.READY.value, OrderStatus.DELIVERING.value, OrderStatus.DELIVERED.value],
        "shortest": SHORTEST_COOKING_SECONDS,
        "fewest": MIN_ORDERS,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MEASURED, parameters)
        return [MeasuredMinutes(slug, minutes, orders) for slug, minutes, orders in cursor.fetchall()]
