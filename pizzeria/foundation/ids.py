"""
Identifiers: refs, the public identifiers of aggregates, which grant nothing; and primary keys, which stay inside.
"""

import secrets
import time
from uuid import UUID

from django.db.models import BigIntegerField, CharField, Func, Model, Value


def uuid7() -> UUID:
    """
    Return a new UUID of version 7 (RFC 9562, section 5.7): 48 bits of milliseconds, then 74 random bits.

    Implemented here because Python has it only from 3.14, and PostgreSQL only from 18.
    """
    milliseconds = time.time_ns() // 1_000_000
    rand_a, rand_b = secrets.randbits(12), secrets.randbits(62)
    return UUID(int=milliseconds << 80 | 0x7 << 76 | rand_a << 64 | 0b10 << 62 | rand_b)


class NextId(Func):
    """
    The next primary key of a model: for rows that refer to one which is inserted after them, in the same transaction.

    Foreign keys are checked when the transaction is committed.
    """

    function = "NEXTVAL"
    output_field = BigIntegerField()

    def __init__(self, model: type[Model]) -> None:
        table, column = Value(model._meta.db_table), Value(model._meta.pk.column)
        super().__init__(Func(table, column, function="PG_GET_SERIAL_SEQUENCE", output_field=CharField()))
