"""The processes of a real shop on a database of their own: two web processes of eight threads, and a worker."""

import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from io import StringIO
from typing import Any

import psycopg
from django.conf import settings
from django.core.cache import cache
from django.core.management import call_command
from django.db import connection, connections, transaction
from psycopg.sql import SQL, Identifier
from redis import Redis

from kitchen.models import Kitchen, Ticket, TicketState
from pizzeria.demo.management.commands import set_up_demo
from pizzeria.foundation.events import tasks as event_tasks
from pizzeria.foundation.events.models import OutboxEntry
from tests.live.server_process import running_make_target, running_worker
from tests.load import cpu

IDLE_INTERVAL = 0.1  # seconds between two looks at what a worker has left to do
STUCK_SECONDS, MOST_SWEEPS = 30, 3  # without any change
KEEP_UP_INTERVAL = 0.25  # seconds


class WorkerStuck(Exception):
    """The worker does not finish what there is to do."""


@dataclass(frozen=True, slots=True)
class RunningShop:
    """
    A shop that serves requests.

    :ivar roots: the first process of each part
    """

    port: int
    roots: Mapping[str, int]

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def cpu_seconds(self) -> dict[str, float]:
        """Return the CPU seconds of each part so far."""
        return {part: cpu.tree_seconds(pid) for part, pid in self.roots.items()}


def prepare_database() -> None:
    """Create the tables, the shop and the demo's menu, in a kitchen that is never full."""
    call_command("migrate", verbosity=0)
    call_command("set_up_shop", verbosity=0, stdout=StringIO())
    call_command(set_up_demo.Command(), stdout=StringIO())  # by its class: a real shop has no command of the demo
    Kitchen.objects.update(max_concurrent_orders=10_000, max_open_pizzas=None)


def collect_static_files() -> None:
    call_command("collectstatic", verbosity=0, interactive=False)


@contextmanager
def fresh_database() -> Iterator[None]:
    """Work on a copy of the prepared database, and with an empty Redis, until the block ends; then delete the copy."""
    prepared = connection.settings_dict["NAME"]
    copy = f"{prepared}_load"
    cache.clear()
    connections.close_all()
    _execute(SQL("CREATE DATABASE {} TEMPLATE {}").format(Identifier(copy), Identifier(prepared)))
    connection.settings_dict["NAME"] = copy
    try:
        yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = prepared
        _execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(copy)))


def _execute(statement: Any) -> None:
    parameters = {**connection.get_connection_params(), "dbname": "postgres"}
    with psycopg.connect(
        **{name: parameters[name] for name in ("dbname", "user", "password", "host", "port")}, autocommit=True
    ) as database:
        database.execute(statement)


@contextmanager
def running_shop(*, with_worker: bool = False, **variables: str) -> Iterator[RunningShop]:
    """Run the processes on this process's database."""
    with ExitStack() as processes:
        web = processes.enter_context(running_make_target("pages", **variables))
        roots = {"web": web.pid, "postgresql": _postmaster(), "redis": _redis().info("server")["process_id"]}
        if with_worker:
            roots["worker"] = processes.enter_context(running_worker(**variables)).pid
        yield RunningShop(web.port, roots)


def wait_until_idle() -> None:
    """
    Wait until the worker has published every event, and has done every task that came of it.

    Without beat nothing sweeps: if no wake-up has reached the worker, it is sent a sweep.

    :raises WorkerStuck: nothing happens any more
    """
    last, sweeps, since = (0, 0), 0, time.monotonic()
    while any(left := _work_left()):
        if left != last:
            last, since = left, time.monotonic()
        elif time.monotonic() > since + STUCK_SECONDS:
            if sweeps == MOST_SWEEPS:
                raise WorkerStuck(f"{left[0]} events are not published, {left[1]} tasks not done.")
            event_tasks.sweep.delay()
            sweeps, since = sweeps + 1, time.monotonic()
        time.sleep(IDLE_INTERVAL)


def _work_left() -> tuple[int, int]:
    """Return the numbers of events to be published, and of tasks that wait or run."""
    redis = _redis()
    tasks = sum(redis.llen(queue.name) for queue in settings.CELERY_TASK_QUEUES) + redis.hlen("unacked")
    return OutboxEntry.objects.waiting().count(), tasks


@contextmanager
def keeping_up() -> Iterator[None]:
    """Take every ticket out of the kitchen's queue again and again, as a kitchen that is never behind."""
    stopped = threading.Event()

    def clear_queue() -> None:
        while not stopped.wait(KEEP_UP_INTERVAL):
            with transaction.atomic():
                Kitchen.objects.for_update().get()
                Ticket.objects.exclude(state=TicketState.GONE).update(state=TicketState.GONE)
        connection.close()

    thread = threading.Thread(target=clear_queue)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _redis() -> Any:
    return Redis.from_url(settings.REDIS_URL)


def _postmaster() -> int:
    """Return the process of the PostgreSQL server: the parent of this connection's."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    return cpu.parent_of(pid)
