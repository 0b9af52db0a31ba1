"""Server processes of the shop on the tests' database, and a reader of their streams."""

import json
import os
import re
import signal
import subprocess
import sys
import urllib.request
from contextlib import contextmanager, suppress
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.db import connection

from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import start_tied
from tests.waiting import TIMEOUT, until

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(
    application="pizzeria.asgi",
    *,
    port=None,
    redis_port=None,
    database_port=None,
    log=subprocess.DEVNULL,
    **variables,
):
    """Serve pages and streams with uvicorn, as the demo does; yield the process, with its `.port`."""
    port = port or free_port()
    uvicorn = f"-m uvicorn {application}:application --log-level warning --port {port} --timeout-graceful-shutdown 3"
    variables = {**_servers(redis_port, database_port), "DATABASE_POOL": "1", **variables}
    with _running([sys.executable, *uvicorn.split()], port, variables, log) as server:
        yield server


@contextmanager
def running_make_target(target, **variables):
    """Run a process of a real shop by its `make` target; yield the process, with its `.port`."""
    port = free_port()
    # ARGS is blank, because `make test` exports its own ARGS, which are not meant for this target.
    command = ["make", "--silent", target, f"PYTHON={sys.executable}", f"BIND=127.0.0.1:{port}", "ARGS="]
    with _running(command, port, {**_servers(), **variables}) as server:
        yield server


@contextmanager
def running_worker(**variables):
    """Run the worker of a real shop; yield the process, which may still be starting."""
    with _running(
        ["make", "--silent", "worker", f"PYTHON={sys.executable}", "ARGS="], None, {**_servers(), **variables}
    ) as worker:
        yield worker


@contextmanager
def reverse_proxy(*, pages, streams, port=None, scheme="http"):
    """Run the reverse proxy before the ports of pages and streams, with a scheme to forward; yield the process."""
    port = port or free_port()
    command = [sys.executable, "-m", "tests.live.reverse_proxy", *map(str, (port, pages, streams, scheme))]
    with _running(command, port, {}) as front:
        yield front


def _servers(redis_port=None, database_port=None):
    """Return the variables for the tests' Redis and database, at other ports if they are given."""
    redis_url = re.sub(r":\d+/", f":{redis_port}/", settings.REDIS_URL) if redis_port else settings.REDIS_URL
    database_url = re.sub(r"/[^/?]+(\?|$)", rf"/{connection.settings_dict['NAME']}\1", os.environ["DATABASE_URL"])
    if database_port:
        database_url = re.sub(r"(@[^:/]+):\d+/", rf"\1:{database_port}/", database_url)
    return {"DATABASE_URL": database_url, "REDIS_URL": redis_url}


@contextmanager
def _running(command, port, variables, log=subprocess.DEVNULL):
    # In a process group of its own: make does not forward signals.
    process = start_tied(
        command,
        stop_signal=signal.SIGTERM,
        env={**os.environ, **variables},
        cwd=ROOT,
        stdout=log,
        stderr=log,
        process_group=0,
    )
    process.port = port
    try:
        if port:
            _wait_until_alive(process)
        yield process
    finally:
        _stop(process)


def _stop(process):
    """Stop a process group: by SIGTERM first, then by SIGKILL what is left."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        with suppress(ProcessLookupError):
            os.killpg(process.pid, number)
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=TIMEOUT)


def _wait_until_alive(process):
    """Wait for a process that starts: on a loaded machine it takes longer than anything that it does later."""

    def is_alive():
        assert process.poll() is None, f"the server ended with {process.returncode}"
        return _is_alive(process.port)

    until(is_alive, seconds=3 * TIMEOUT, describe=lambda: "the server did not come up")


def _is_alive(port):
    with suppress(OSError):
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=5).close()
        return True
    return False


class StreamReader:
    """Reads a stream, as a browser would. Each wait has a time limit, even while other messages arrive."""

    def __init__(self, server, path, client=None):
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=TIMEOUT)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()) if client else ""
        self._connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
        self.response = self._connection.getresponse()

    def next(self):
        """Return kind and version of the next message."""
        message = {}
        while line := self.response.readline().decode().rstrip("\n"):
            field, _colon, value = line.partition(": ")
            message[field] = value
        assert message, "the stream has ended"
        return message["event"], json.loads(message["data"])["version"]

    def wait_for(self, kind, version):
        """Read until a message has this kind and version."""
        until(lambda: self.next() == (kind, version), describe=lambda: f"no {kind} of {version}")

    def is_reported_live(self, version):
        """Read until a version or a newer one; return whether it came as a live update, not with a heartbeat."""
        kind, _version = until(lambda: self._next_of(version), describe=lambda: f"nothing of version {version}")
        return kind == "version"

    def read_to_end(self):
        """Read until the stream ends."""
        until(lambda: not self.response.readline(), describe=lambda: "the stream did not end")

    def close(self):
        self._connection.sock and self._connection.sock.close()
        self.response.close()
        self._connection.close()

    def _next_of(self, version):
        kind, sent_version = self.next()
        return (kind, sent_version) if sent_version is not None and sent_version >= version else None
