"""Many orders, written at once: copies of one, without their events, by which plans of queries are checked."""

from django.db import connection

from orders.models import Order

_OWN = {
    "orders_order": ("id, ref, number", "1000000 + n, gen_random_uuid(), 1000 + n", "id"),
    "orders_ordercontact": ("id, order_id", "1000000 + n, 1000000 + n", "order_id"),
}


def copy_order(order: Order, count: int) -> None:
    """Copy an order and its contact, and update PostgreSQL's statistics of both tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        for table, (own, values, key) in _OWN.items():
            cursor.execute(
                "SELECT string_agg(column_name, ', ') FROM information_schema.columns "
                "WHERE table_name = %s AND column_name <> ALL(%s)",
                [table, own.split(", ")],
            )
            [others] = cursor.fetchone()
            cursor.execute(
                f"INSERT INTO {table} ({own}, {others}) SELECT {values}, {others} "
                f"FROM {table}, generate_series(1, %s) n WHERE {key} = %s",
                [count, order.pk],
            )
        cursor.execute("SET LOCAL session_replication_role = origin")
        cursor.execute("ANALYZE orders_order, orders_ordercontact")
