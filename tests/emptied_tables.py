"""
The tables of a test whose changes were committed, emptied after it.

Django's `flush` truncates all tables, which takes half a second: each gets new files, and so does each of its indexes.
Content types and permissions are kept: Django would make them anew, by its receivers of `post_migrate`, which takes
half a second as well.
"""

from functools import cache

from django.db import connection, transaction

KEPT_TABLES = {"django_content_type", "auth_permission", "menu_menuversion"}
MAX_BYTES = 2 << 20  # of a table that is emptied row by row: its deleted rows stay in it for a while

SIZE_OF_FULL_TABLE = "SELECT '{table}', pg_relation_size('{table}') WHERE EXISTS (SELECT FROM {table})"
NEW_MENU_VERSION = "UPDATE menu_menuversion SET version = gen_random_uuid();"


def empty_tables() -> None:
    """
    Delete all rows once every transaction that writes some has ended; set another version of the menu.

    No trigger sees it: one refuses to delete events.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"LOCK TABLE {', '.join(_tables())} IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute(" UNION ALL ".join(SIZE_OF_FULL_TABLE.format(table=table) for table in _tables()))
        sizes = dict(cursor.fetchall())
        cursor.execute("SET LOCAL session_replication_role = replica")
        if large := [table for table, size in sizes.items() if size > MAX_BYTES]:
            cursor.execute(f"TRUNCATE {', '.join(large)} CASCADE")
        cursor.execute("".join(f"DELETE FROM {table};" for table in sizes) + NEW_MENU_VERSION)


@cache
def _tables() -> list[str]:
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    return sorted(set(tables) - KEPT_TABLES)
