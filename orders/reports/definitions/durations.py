"""The definitions of the histograms of durations, and of what each customer ordered."""

DURATION_COUNTS = """
    SELECT business_date, figure.measure, figure.bucket, figure.minutes, count(*)::int AS count
    FROM (
        SELECT business_date, driver_id,
            extract(hour FROM date_trunc('hour', placed_at, %(zone)s) AT TIME ZONE %(zone)s)::bigint AS hour,
            ready_at - cooking_started_at AS cooking,
            CASE WHEN requested_for IS NULL THEN ready_at - confirmed_at END AS preparation,
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

CUSTOMER_DAYS = """
    SELECT business_date, customer_id, count(*)::int AS orders, sum(total) AS sales
    FROM placed
    WHERE NOT is_cancelled AND customer_id IS NOT NULL
    GROUP BY 1, 2
"""
