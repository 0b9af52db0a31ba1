"""The definitions of the breakdowns of a day: by product, status, reason, coupon, person, receipt and tax rate."""

from orders.reports.models import BreakdownKind

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

BREAKDOWNS: tuple[tuple[str, tuple[BreakdownKind, ...]], ...] = (
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
