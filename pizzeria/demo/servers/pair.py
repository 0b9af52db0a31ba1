"""Both servers at once."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pizzeria.demo.servers import postgres, redis, rooms
from pizzeria.demo.servers.processes import Child


@dataclass(frozen=True, slots=True)
class Pair:
    database: postgres.Database
    store: redis.Store

    @property
    def processes(self) -> list[Child]:
        return [self.database.process, self.store.process]


@contextmanager
def running(folder: Path) -> Iterator[Pair]:
    """
    PostgreSQL and Redis with their data in ``folder``, until the block ends.

    :raises CannotServe: with what to do about it
    """
    room = rooms.room_in(folder)
    with postgres.running(room, home=folder) as database, redis.running(room, home=folder) as store:
        yield Pair(database, store)
