"""What the definitions of rollups read from: business days with their orders and payments."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from pizzeria.foundation import clock

type Parameters = dict[str, Any]

IS_CANCELLED = "(status = 'cancelled' AND cancelled_at <= %(until)s::timestamptz)"


def parameters(days: Iterable[date], *, until: datetime | None = None) -> Parameters:
    """
    Return the parameters of the definitions.

    :param until: what happened later is left out; None: nothing is
    """
    days = list(days)
    bounds = [clock.day_bounds(day) for day in days]
    return {
        "days": days,
        "begins": [begins for begins, _ends in bounds],
        "ends": [ends for _begins, ends in bounds],
        "zone": clock.shop_zone().key,
        "until": until or "infinity",
    }


# What the definitions read from: the business days with their orders and payments, as they were at `until`.
#
# `OFFSET 0`, and a subquery for a single value, are for the planner: it looks up each day by an index, where it would
# otherwise read the whole table, because it cannot know how few of its rows belong to a day.
SOURCE = f"""
    day AS (
        SELECT * FROM unnest(%(days)s::date[], %(begins)s::timestamptz[], %(ends)s::timestamptz[])
            AS days (business_date, begins_at, ends_at)
    ),
    placed AS (
        SELECT orders_order.id, ref, orders_order.business_date, customer_id, driver_id, method, status, total,
            refunded, cancel_reason, placed_at, confirmed_at, cooking_started_at, out_for_delivery_at, promise_until,
            requested_for,
            {IS_CANCELLED} AS is_cancelled,
            CASE WHEN ready_at <= %(until)s::timestamptz THEN ready_at END AS ready_at,
            CASE WHEN delivered_at <= %(until)s::timestamptz THEN delivered_at END AS delivered_at
        FROM day
        JOIN orders_order ON orders_order.business_date = day.business_date
        WHERE placed_at <= %(until)s::timestamptz
    ),
    promised AS MATERIALIZED (
        SELECT placed.*, fulfilled_at <= promised_until AS is_kept
        FROM placed
        CROSS JOIN LATERAL (
            SELECT CASE method WHEN 'delivery' THEN delivered_at ELSE ready_at END AS fulfilled_at
        ) AS step
        CROSS JOIN LATERAL (
            SELECT CASE WHEN NOT is_cancelled AND fulfilled_at IS NOT NULL THEN coalesce(
                (SELECT data ->> 'promise_until' FROM events_storedevent
                    WHERE aggregate_ref = ref AND type = 'order.confirmed.v1' ORDER BY seq LIMIT 1)::timestamptz,
                (SELECT data ->> 'promise_until' FROM events_storedevent
                    WHERE aggregate_ref = ref AND seq = 1)::timestamptz,
                promise_until
            ) END AS promised_until
        ) AS first_promise
    ),
    capture AS (
        SELECT business_date, payment.*
        FROM day
        CROSS JOIN LATERAL (
            SELECT order_id, captured_at AS at, captured AS amount
            FROM payments_paymentattempt
            WHERE captured_at >= begins_at AND captured_at < ends_at AND captured_at <= %(until)s::timestamptz
                AND state = 'paid'
            OFFSET 0
        ) AS payment
        UNION ALL
        SELECT day.business_date, payment.*
        FROM day
        CROSS JOIN LATERAL (
            SELECT orders_order.id AS order_id, delivered_at AS at, paid AS amount
            FROM orders_order
            WHERE delivered_at >= begins_at AND delivered_at < ends_at AND delivered_at <= %(until)s::timestamptz
                AND paid > 0 AND (
                    SELECT count(*) FROM payments_paymentattempt
                    WHERE order_id = orders_order.id AND state IN ('paid', 'duplicate')
                ) = 0
            OFFSET 0
        ) AS payment
    ),
    refund AS (
        SELECT business_date, payment.*
        FROM day
        CROSS JOIN LATERAL (
            SELECT order_id, done_at AS at, payments_refund.amount
            FROM payments_refund
            JOIN payments_paymentattempt ON payments_paymentattempt.id = attempt_id
            WHERE done_at >= begins_at AND done_at < ends_at AND done_at <= %(until)s::timestamptz
                AND payments_refund.state = 'done' AND payments_paymentattempt.state <> 'duplicate'
            OFFSET 0
        ) AS payment
    )
"""
