"""
Real processes of the shop that a test may kill: workers with child processes, and beat, each in its own process group.

The message sinks run in another process, which none of these kills.
"""

import os
import signal
import sys
from pathlib import Path
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection

from pizzeria.devtools import environment
from pizzeria.devtools.servers.processes import start_tied

CHILDREN = 2  # of a worker: the processes that run its tasks

WORKER = f"worker --concurrency {CHILDREN} --loglevel WARNING --without-gossip --without-mingle"
BEAT = "beat --loglevel WARNING"


class ShopProcesses:
    """
    Processes of the shop on the tests' database; `kill_all` leaves none of them running.

    :param variables: environment variables, beside those of the servers
    :param log: the file to which all of them write
    """

    def __init__(self, variables, *, log):
        self.redis_url = settings.REDIS_URL  # of processes that are started from now on
        self._variables = variables
        self._log = log
        self._running = []

    def set_variable(self, name, value):
        """Set an environment variable of processes that are started from now on."""
        self._variables = {**self._variables, name: value}

    def start_worker(self, *more):
        return self.start_worker_by_module("celery", "-A", "pizzeria", more=more)

    def start_faulty_worker(self, fault, *more):
        """Start a worker with a fault: see `faulty_worker`."""
        return self.start_worker_by_module("tests.chaos.faulty_worker", fault, more=more)

    def start_worker_by_module(self, module, *arguments, more=()):
        """Start a worker by another module, which passes its arguments to Celery."""
        return self._start("-m", module, *arguments, *WORKER.split(), *more)

    def start_beat(self):
        return self._start("-m", "celery", "-A", "pizzeria", *BEAT.split())

    def kill(self, process):
        """Kill a process and all its children, as by a power cut; return how many children it had."""
        killed = len(children(process))
        if process.poll() is None:  # not yet reaped, so no other process has its id
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        self._running.remove(process)
        return killed

    def kill_one_child(self, process):
        """Kill one child of a process; return how many were killed: 0 if it has no child yet."""
        for child in children(process)[:1]:
            os.kill(child, signal.SIGKILL)
            return 1
        return 0

    def pause(self, process):
        """Stop a process and its children by SIGSTOP, until `resume`."""
        os.killpg(process.pid, signal.SIGSTOP)

    def resume(self, process):
        os.killpg(process.pid, signal.SIGCONT)

    def kill_all(self):
        for process in list(self._running):
            self.kill(process)

    def _environment(self):
        database = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
        return environment.shop_environment(
            secret_key=settings.SECRET_KEY,
            database_url=database,
            redis_url=self.redis_url,
            origin="http://127.0.0.1",
        )

    def _start(self, *command):
        with self._log.open("a") as log:
            process = start_tied(
                [sys.executable, *command],
                stop_signal=signal.SIGKILL,
                env={**self._environment(), **self._variables},
                cwd=settings.ROOT,
                stdout=log,
                stderr=log,
                process_group=0,
            )
        self._running.append(process)
        return process


def children(process):
    """Return the process ids of a process's children."""
    try:
        listed = Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text()
    except FileNotFoundError:
        return []
    return [int(number) for number in listed.split()]
