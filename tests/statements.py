"""The statements that a block sends to the database, in short: what each does, and to which table."""

import re
from contextlib import contextmanager

from django.db import connection
from django.test.utils import CaptureQueriesContext

_CONTROL = re.compile(r"BEGIN|COMMIT|SAVEPOINT|RELEASE|ROLLBACK|SET ")
_FIRST = re.compile(r'(INSERT|UPDATE|DELETE|SELECT)\b.*?(?:INTO|UPDATE|FROM)\s+"?(\w+)|(UPDATE)\s+"?(\w+)', re.DOTALL)


@contextmanager
def captured_statements():
    """Yield a list that is filled with the statements of the block, without those that begin or end a transaction."""
    found = []
    with CaptureQueriesContext(connection) as captured:
        yield found
    found += [_short(query["sql"]) for query in captured if not _CONTROL.match(query["sql"].lstrip())]


def without_menu(statements):
    """Return the statements that do not read the menu."""
    return [statement for statement in statements if not statement.startswith("SELECT menu_")]


def _short(sql):
    """Return "INSERT orders_order" and the like; "LOCK kitchen_kitchen" for a query that locks rows."""
    verb, table, update, updated = _FIRST.search(sql).groups()
    is_lock = verb == "SELECT" and " FOR " in sql.rpartition("WHERE")[2]
    return f"UPDATE {updated}" if update else f"{'LOCK' if is_lock else verb} {table}"
