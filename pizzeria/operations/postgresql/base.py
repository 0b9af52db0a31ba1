"""
Django's backend for PostgreSQL, by which a connection that is kept between requests costs the next one no round trip.

Django asks each of them by `SELECT 1` whether it still works. A server that closes a connection, as one that stops or
dies does, sends its end: while there is nothing to be read, it has not. Only otherwise it is asked. A server that falls
silent without closing anything is noticed by neither.
"""

import select

from django.db.backends.postgresql import base


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        connection = self.connection
        if connection is None or connection.closed:
            return False
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN | select.POLLPRI)
        return not poll.poll(0) or bool(super().is_usable())
