"""PostgreSQL and Redis together."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pizzeria.devtools.servers import data_dirs, postgres, redis
from pizzeria.devtools.servers.postgres import Database
from pizzeria.devtools.servers.processes import Child
from pizzeria.devtools.servers.redis import RedisServer


@dataclass(frozen=True, slots=True)
class Stack:
    database: Database
    redis: RedisServer

    @property
    def processes(self) -> list[Child]:
        return [self.database.process, self.redis.process]


@contextmanager
def running(folder: Path) -> Iterator[Stack]:
    """
    Start PostgreSQL and Redis with their data in ``folder``, yield them, and stop them after the block.

    :raises ServerUnavailable: the message says what to do
    """
    data_dir = data_dirs.data_dir_in(folder)
    with postgres.running(data_dir, home=folder) as database, redis.running(data_dir, home=folder) as redis_server:
        yield Stack(database, redis_server)
