"""
The open shop of most tests, put back as rows: factories take longer for it than many a test for all the rest.

Within the transaction of a test, the menu gets its version as by a commit: the shop then keeps the menu and what it has
made from it, as it does in production, and does not read it anew for every page.
"""

from dataclasses import dataclass

from django.db import connection, models, transaction

from kitchen.models import Kitchen
from menu import catalogue
from menu.models import Category, Pizza, SimpleItem, Size, Topping
from menu.prices import MenuSnapshot
from pizzeria.foundation.ids import uuid7
from tests import shop

MODELS: tuple[type[models.Model], ...] = (Size, Topping, Category, Pizza, Pizza.recipe.through, SimpleItem, Kitchen)
TABLES = tuple(model._meta.db_table for model in MODELS)

HAS_ROWS = " UNION ALL ".join(f'SELECT FROM "{table}"' for table in TABLES)
ROWS = ", ".join(f'(SELECT json_agg(rows)::text FROM "{table}" AS rows)' for table in TABLES)
PUT_BACK = "".join(
    f'INSERT INTO "{table}" SELECT * FROM json_populate_recordset(NULL::"{table}", %s);' for table in TABLES
)
# A test that empties tables may have set their sequences back.
CONTINUE_SEQUENCE = """
    setval(pg_get_serial_sequence('{table}', 'id'),
        greatest(nextval(pg_get_serial_sequence('{table}', 'id')), (SELECT max(id) FROM "{table}")))
"""
CONTINUE_SEQUENCES = "SELECT " + ",".join(CONTINUE_SEQUENCE.format(table=table) for table in TABLES)
SET_VERSION = """
    SET CONSTRAINTS menu_version_is_set IMMEDIATE;
    SET CONSTRAINTS menu_version_is_set DEFERRED;
    SELECT set_config('menu.version_is_set', '', true), set_config('menu.is_changed', '', true);
"""


@dataclass(frozen=True)
class _Opened:
    """
    What `shop.open_shop` has made.

    :param kitchen: the ref of its kitchen, which is another one in each test, as processes keep what is of a kitchen
    :param rows: of each table, as JSON
    """

    kitchen: str
    rows: tuple[str, ...]
    menu: MenuSnapshot


_opened: _Opened | None = None


def open_shop() -> Kitchen:
    """Set up the shop of `shop.open_shop`; return its kitchen."""
    global _opened  # noqa: PLW0603 - one for the process
    with transaction.atomic():
        if _has_rows():
            kitchen = shop.open_shop()  # beside what the test has made
            menu = catalogue.fresh_snapshot()
        elif _opened is None:
            kitchen = shop.open_shop()
            menu = catalogue.fresh_snapshot()
            _opened = _Opened(str(kitchen.ref), _rows(), menu)
        else:
            kitchen, menu = _put_back(_opened), _opened.menu
    if connection.in_atomic_block:
        commit_menu(menu)
    return kitchen


def commit_menu(menu: MenuSnapshot | None = None) -> catalogue.VersionedMenu:
    """
    Set the menu's version within the transaction of a test, as its commit would; keep and return the menu with it.

    :param menu: as it is, if the caller knows it
    """
    with connection.cursor() as cursor:
        cursor.execute(SET_VERSION)
    catalogue._newest = catalogue.VersionedMenu(catalogue.current_version(), menu or catalogue.fresh_snapshot())
    return catalogue._newest


def _has_rows() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS ({HAS_ROWS})")
        [has_rows] = cursor.fetchone()
    return has_rows


def _rows() -> tuple[str, ...]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {ROWS}")
        return cursor.fetchone()


def _put_back(opened: _Opened) -> Kitchen:
    ref = str(uuid7())
    with connection.cursor() as cursor:
        cursor.execute(PUT_BACK, [rows.replace(opened.kitchen, ref) for rows in opened.rows])
        cursor.execute(CONTINUE_SEQUENCES)
    return Kitchen.objects.get(ref=ref)
