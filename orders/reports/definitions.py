"""
The definition of each rollup: the SQL that computes its rows from the source, for some business days.

A rollup is filled with the result, and a report reads the same for the days that no rollup holds, so that no rule is
written twice. `orders.reports.figures` says what the figures are. What is not obvious:

- Everything about an order counts in its own business day, also what happened to it later, but not its payments: a
  capture counts in the business day of its own moment, and so does a refund.
- An order's times are those of the steps that stand: one that was undone or recalled has left none. The event of such
  a step is the last of its type.
- Whether a promise was kept is known once a pickup is ready, or a delivery is handed over.
- An hour of the wall clock is named by the moment in which it began. Where the clock changes within an hour, as on the
  Chatham Islands, what comes after the change belongs to that hour, too.
- A second charge is the guest's money: it is no capture, and giving it back is no refund.
- Cash that was taken before payments had rows is a capture at the handover.

The boundaries of the business days come from `clock`, so that they are right in the nights when the clocks change, and
at whatever hour a day ends.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from orders.reports.models import (
    BreakdownKind,
    CustomerDay,
    CustomerMonth,
    DayBreakdown,
    DurationCount,
    DurationMonth,
    HourSums,
    Rollup,
)
from pizzeria.foundation import clock

type Parameters = dict[str, Any]

_IS_CANCELLED = "(status = 'cancelled' AND cancelled_at <= %(until)s::timestamptz)"


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
            {_IS_CANCELLED} AS is_cancelled,
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

_HOUR_SUMS = f"""
    SELECT business_date, hour, sum(orders)::int AS orders, sum(cancelled)::int AS cancelled,
        sum(pickups)::int AS pickups, sum(deliveries)::int AS deliveries, sum(pizzas)::int AS pizzas,
        sum(cooked)::int AS cooked, sum(promises)::int AS promises, sum(promises_kept)::int AS promises_kept,
        sum(sales) AS sales, sum(captured) AS captured, sum(refunded) AS refunded, sum(discounts) AS discounts,
        sum(delivery_fees) AS delivery_fees, sum(tips) AS tips
    FROM (
        SELECT business_date, date_trunc('hour', placed_at, %(zone)s) AS hour, (NOT is_cancelled)::int AS orders,
            is_cancelled::int AS cancelled, (NOT is_cancelled AND method = 'pickup')::int AS pickups,
            (NOT is_cancelled AND method = 'delivery')::int AS deliveries, coalesce(pizzas, 0) AS pizzas,
            (ready_at IS NOT NULL)::int AS cooked, (is_kept IS NOT NULL)::int AS promises,
            coalesce(is_kept, false)::int AS promises_kept, CASE WHEN is_cancelled THEN 0 ELSE total END AS sales,
            0 AS captured, 0 AS refunded, coalesce(discounts, 0) AS discounts,
            coalesce(delivery_fees, 0) AS delivery_fees, coalesce(tips, 0) AS tips
        FROM promised
        LEFT JOIN LATERAL (
            SELECT sum(quantity) AS pizzas FROM orders_orderline WHERE order_id = promised.id AND kind = 'pizza'
        ) AS line ON NOT is_cancelled
        LEFT JOIN LATERAL (
            SELECT -sum(amount) FILTER (WHERE kind = 'discount') AS discounts,
                sum(amount) FILTER (WHERE kind = 'delivery_fee') AS delivery_fees,
                sum(amount) FILTER (WHERE kind = 'tip') AS tips
            FROM orders_orderadjustment WHERE order_id = promised.id
        ) AS adjustment ON NOT is_cancelled
        UNION ALL
        SELECT payment.business_date, date_trunc('hour', payment.at, %(zone)s), 0, 0, 0, 0, 0, 0, 0, 0, 0,
            payment.captured, payment.refunded, 0, 0, 0
        FROM (
            SELECT business_date, order_id, at, amount AS captured, 0 AS refunded FROM capture
            UNION ALL
            SELECT business_date, order_id, at, 0, amount FROM refund
        ) AS payment
        WHERE NOT (SELECT {_IS_CANCELLED} FROM orders_order WHERE orders_order.id = order_id)
    ) AS fact
    GROUP BY 1, 2
"""

_PRODUCTS = """
    SELECT business_date, kind, slug AS key, (array_agg(name ORDER BY orders_orderline.id DESC))[1] AS label,
        sum(quantity)::int AS count, sum(unit_price * quantity) AS amount
    FROM placed
    JOIN orders_orderline ON order_id = placed.id
    WHERE NOT is_cancelled
    GROUP BY 1, 2, 3
"""

_SIZES = """
    SELECT business_date, 'size' AS kind, size AS key,
        (array_agg(size_name ORDER BY orders_orderline.id DESC))[1] AS label,
        sum(quantity)::int AS count, sum(unit_price * quantity) AS amount
    FROM placed
    JOIN orders_orderline ON order_id = placed.id
    WHERE NOT is_cancelled AND kind = 'pizza'
    GROUP BY 1, 2, 3
"""

_TOPPINGS = """
    SELECT business_date, 'topping' AS kind, topping.slug AS key,
        (array_agg(topping.name ORDER BY part.id DESC))[1] AS label,
        sum(quantity)::int AS count, sum(topping.price * quantity) AS amount
    FROM placed
    JOIN orders_orderline ON order_id = placed.id
    JOIN orders_orderlinepart AS part ON line_id = orders_orderline.id
    CROSS JOIN jsonb_to_recordset(added) AS topping (slug text, name text, price numeric)
    WHERE NOT is_cancelled
    GROUP BY 1, 2, 3
"""

_STATUSES = """
    SELECT business_date, 'status' AS kind, status AS key, '' AS label, count(*)::int AS count, sum(total) AS amount
    FROM placed
    GROUP BY 1, 2, 3
"""

_CANCELLATIONS = """
    SELECT business_date, figure.kind, cancel_reason AS key, '' AS label, count(*)::int AS count,
        sum(figure.amount) AS amount
    FROM placed
    CROSS JOIN LATERAL (VALUES ('cancellation', total), ('cancel_refunded', refunded)) AS figure (kind, amount)
    WHERE is_cancelled
    GROUP BY 1, 2, 3
"""

_COUPONS = """
    SELECT business_date, figure.kind, code AS key, '' AS label, count(*)::int AS count, sum(figure.amount) AS amount
    FROM (
        SELECT business_date, code, total, -sum(amount) AS discount
        FROM placed
        JOIN orders_orderadjustment ON order_id = placed.id
        WHERE NOT is_cancelled AND kind = 'discount' AND code <> ''
        GROUP BY business_date, code, placed.id, total
    ) AS used
    CROSS JOIN LATERAL (VALUES ('coupon', total), ('coupon_discount', discount)) AS figure (kind, amount)
    GROUP BY 1, 2, 3
"""

_STAFF = """
    SELECT business_date, figure.kind, figure.actor AS key, '' AS label, count(*)::int AS count,
        sum(figure.amount) AS amount
    FROM (
        SELECT business_date, CASE WHEN is_cancelled THEN 0 ELSE total END AS sales,
            CASE WHEN ready_at IS NOT NULL THEN (
                SELECT actor FROM events_storedevent
                WHERE aggregate_ref = ref AND type = 'order.ready.v1' ORDER BY seq DESC LIMIT 1
            ) END AS cook,
            greatest(0, floor(extract(epoch FROM ready_at - cooking_started_at) / 60)) AS minutes,
            CASE WHEN delivered_at IS NOT NULL THEN (
                SELECT actor FROM events_storedevent
                WHERE aggregate_ref = ref AND type = 'order.delivered.v1' ORDER BY seq DESC LIMIT 1
            ) END AS handed_over_by
        FROM placed
    ) AS done
    CROSS JOIN LATERAL (VALUES
        ('staff_cooked', cook, minutes),
        ('staff_delivered', handed_over_by, 0),
        ('staff_sales', cook, sales),
        ('staff_sales', CASE WHEN handed_over_by IS DISTINCT FROM cook THEN handed_over_by END, sales)
    ) AS figure (kind, actor, amount)
    WHERE figure.actor ~ '^[0-9]+$'
    GROUP BY 1, 2, 3
"""

_DRIVERS = """
    SELECT business_date, figure.kind, driver AS key, '' AS label, sum(figure.count)::int AS count,
        sum(figure.amount) AS amount
    FROM (
        SELECT business_date, driver_id::text AS driver, is_kept, (
                SELECT (data ->> 'cash_taken')::numeric FROM events_storedevent
                WHERE aggregate_ref = ref AND type = 'order.delivered.v1' ORDER BY seq DESC LIMIT 1
            ) AS cash
        FROM promised
        WHERE method = 'delivery' AND delivered_at IS NOT NULL AND driver_id IS NOT NULL
    ) AS delivered
    CROSS JOIN LATERAL (VALUES
        ('driver_delivered', 1, coalesce(cash, 0)),
        ('driver_promises', (is_kept IS NOT NULL)::int, 0),
        ('driver_kept', coalesce(is_kept, false)::int, 0)
    ) AS figure (kind, count, amount)
    GROUP BY 1, 2, 3
    UNION ALL
    SELECT business_date, 'driver_failed', data ->> 'driver', '', count(*)::int, 0
    FROM placed
    JOIN events_storedevent ON aggregate_ref = ref AND type = 'order.delivery_failed.v1'
    WHERE method = 'delivery' AND at <= %(until)s::timestamptz
    GROUP BY 1, 2, 3
"""

_RECEIPTS = """
    SELECT business_date, kind, content ->> 'payment_method' AS key, '' AS label, count(*)::int AS count,
        sum(total) AS amount
    FROM day
    JOIN payments_receipt USING (business_date)
    WHERE issued_at <= %(until)s::timestamptz
    GROUP BY 1, 2, 3
"""

_TAXES = """
    SELECT business_date, figure.kind, trim_scale(rate)::text AS key, '' AS label, count(*)::int AS count,
        sum(CASE payments_receipt.kind WHEN 'credit_note' THEN -figure.amount ELSE figure.amount END) AS amount
    FROM day
    JOIN payments_receipt USING (business_date)
    CROSS JOIN jsonb_to_recordset(content -> 'totals' -> 'tax_lines') AS line (rate numeric, base numeric, tax numeric)
    CROSS JOIN LATERAL (VALUES ('tax_base', base), ('tax', tax)) AS figure (kind, amount)
    WHERE issued_at <= %(until)s::timestamptz
    GROUP BY 1, 2, 3
"""

_DURATION_COUNTS = """
    SELECT business_date, figure.measure, figure.bucket, figure.minutes, count(*)::int AS count
    FROM (
        SELECT business_date, driver_id,
            extract(hour FROM date_trunc('hour', placed_at, %(zone)s) AT TIME ZONE %(zone)s)::bigint AS hour,
            ready_at - cooking_started_at AS cooking,
            ready_at - confirmed_at AS preparation,
            CASE method WHEN 'delivery' THEN delivered_at - out_for_delivery_at END AS delivery
        FROM placed
    ) AS lasted
    CROSS JOIN LATERAL (VALUES
        ('cooking', hour, cooking),
        ('preparation', hour, preparation),
        ('delivery', hour, delivery),
        ('driver', driver_id, delivery)
    ) AS duration (measure, bucket, length)
    CROSS JOIN LATERAL (
        SELECT measure, bucket, greatest(0, floor(extract(epoch FROM length) / 60))::int AS minutes
    ) AS figure
    WHERE length IS NOT NULL AND figure.bucket IS NOT NULL
    GROUP BY 1, 2, 3, 4
"""

_CUSTOMER_DAYS = """
    SELECT business_date, customer_id, count(*)::int AS orders, sum(total) AS sales
    FROM placed
    WHERE NOT is_cancelled AND customer_id IS NOT NULL
    GROUP BY 1, 2
"""

_BREAKDOWNS: tuple[tuple[str, tuple[BreakdownKind, ...]], ...] = (
    (_PRODUCTS, (BreakdownKind.PIZZA, BreakdownKind.SIMPLE_ITEM)),
    (_SIZES, (BreakdownKind.SIZE,)),
    (_TOPPINGS, (BreakdownKind.TOPPING,)),
    (_STATUSES, (BreakdownKind.STATUS,)),
    (_CANCELLATIONS, (BreakdownKind.CANCELLATION, BreakdownKind.CANCELLATION_REFUNDED)),
    (_COUPONS, (BreakdownKind.COUPON, BreakdownKind.COUPON_DISCOUNT)),
    (_STAFF, (BreakdownKind.STAFF_COOKED, BreakdownKind.STAFF_DELIVERED, BreakdownKind.STAFF_SALES)),
    (
        _DRIVERS,
        (
            BreakdownKind.DRIVER_DELIVERED,
            BreakdownKind.DRIVER_FAILED,
            BreakdownKind.DRIVER_PROMISES,
            BreakdownKind.DRIVER_KEPT,
        ),
    ),
    (_RECEIPTS, (BreakdownKind.RECEIPT, BreakdownKind.CREDIT_NOTE)),
    (_TAXES, (BreakdownKind.TAX_BASE, BreakdownKind.TAX)),
)

_DEFINITIONS: dict[type[Rollup], str] = {
    HourSums: _HOUR_SUMS,
    DurationCount: _DURATION_COUNTS,
    CustomerDay: _CUSTOMER_DAYS,
}


def columns_of(rollup: type[Rollup]) -> str:
    return ", ".join(field.column for field in rollup._meta.concrete_fields if field.column)


def definition_of(rollup: type[Rollup], *, kinds: Iterable[BreakdownKind] = BreakdownKind) -> str:
    """
    Return the query that computes a rollup's rows from the source, with the columns of the rollup.

    :param kinds: of a breakdown: rows of these are computed, others may be
    """
    wanted = set(kinds)
    if rollup is DayBreakdown:
        rows = " UNION ALL ".join(f"({query})" for query, theirs in _BREAKDOWNS if wanted.intersection(theirs))
    else:
        rows = _DEFINITIONS[rollup]
    return f"SELECT {columns_of(rollup)} FROM ({rows}) AS defined"


@dataclass(frozen=True, slots=True)
class MonthlySums:
    """
    The sums of a rollup's days over each month, because a year has too many rows of days.

    :ivar table: the model of the sums; its columns are the rollup's, and `month`
    """

    table: type[Rollup]
    keys: tuple[str, ...]
    sums: tuple[str, ...]


MONTHLY_SUMS: dict[type[Rollup], MonthlySums] = {
    DurationCount: MonthlySums(DurationMonth, keys=("measure", "bucket", "minutes"), sums=("count",)),
    CustomerDay: MonthlySums(CustomerMonth, keys=("customer_id",), sums=("orders", "sales")),
}


def month_columns(monthly: MonthlySums) -> str:
    return ", ".join(("month", "business_date", *monthly.keys, *monthly.sums))


def month_definition(rollup: type[Rollup]) -> str:
    """Return the query that computes a rollup's sums of the month that begins on the day `month`."""
    monthly = MONTHLY_SUMS[rollup]
    keys, sums = ", ".join(monthly.keys), ", ".join(f"sum({column}) AS {column}" for column in monthly.sums)
    return f"""
        SELECT %(month)s::date AS month, max(business_date) AS business_date, {keys}, {sums}
        FROM {rollup._meta.db_table}
        WHERE business_date >= %(month)s::date AND business_date < %(month)s::date + interval '1 month'
        GROUP BY {keys}
    """
