"""
Django's backend for PostgreSQL, which checks a connection that is kept between requests without a round trip.

Django checks each of them by `SELECT 1`. Here the socket is polled instead: a server that stops or dies closes its
connections, and a closed one is readable. Only these are checked by a query: a readable connection, one whose last
query was interrupted, as a task's is by its time limit, and one with an error. A server that falls silent without
closing anything is noticed by neither way. Django prescribes this module's name.
"""

import select

from django.db.backends.postgresql import base
from psycopg.pq import TransactionStatus


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        connection = self.connection
        if connection is None or connection.closed:
            return False
        is_idle = connection.info.transaction_status == TransactionStatus.IDLE
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN | select.POLLPRI)
        is_sound = is_idle and not self.errors_occurred and not poll.poll(0)
        return is_sound or bool(super().is_usable())
