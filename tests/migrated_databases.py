"""One migrated database for all workers of pytest-xdist: migrating takes seconds of a processor, a copy a fraction."""

from contextlib import ExitStack
from typing import Self

import psycopg
from psycopg import sql

LOCK = 5_150_301  # of PostgreSQL's advisory locks: the worker that holds it opens its database


class Template:
    """
    The migrated database, which exists from the moment at which the first worker has kept its own as that.

    :param url: the address of another database on the same server
    :param run: the id of the run of pytest; the next run migrates anew
    """

    def __init__(self, url: str, *, run: str) -> None:
        self._url, self._name = url, f"migrated_{run}"
        self._connections = ExitStack()

    def __enter__(self) -> Self:
        """Wait until no other worker opens its database."""
        self._server = self._connections.enter_context(psycopg.connect(self._url, autocommit=True))
        self._server.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        return self

    def __exit__(self, *_error: object) -> None:
        self._connections.close()

    def copy_to(self, name: str) -> bool:
        """Create a database as a copy of this one; return whether it could be, as this one exists."""
        exists = self._exists()
        if exists:
            self._server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(sql.Identifier(name)))
            self._create(name, like=self._name)
        return exists

    def keep(self, name: str) -> None:
        """
        Copy the first worker's database; let the next worker open its own.

        :param name: of the worker's database, to which there must be no connection
        """
        if not self._exists():
            self._create(self._name, like=name)
        self._connections.close()

    def _exists(self) -> bool:
        return bool(self._server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [self._name]).fetchone())

    def _create(self, name: str, *, like: str) -> None:
        statement = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        self._server.execute(statement.format(sql.Identifier(name), sql.Identifier(like)))
