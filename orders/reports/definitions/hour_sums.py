"""The definition of the sums of each hour."""

from orders.reports.definitions.source import IS_CANCELLED

HOUR_SUMS = f"""
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
        WHERE NOT (SELECT {IS_CANCELLED} FROM orders_order WHERE orders_order.id = order_id)
    ) AS fact
    GROUP BY 1, 2
"""
