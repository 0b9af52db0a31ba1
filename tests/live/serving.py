"""The shop served by a process of its own, on the tests' database; and a reader of its streams."""

import json
import os
import re
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

from django.conf import settings
from django.db import connection

ROOT = Path(__file__).parents[2]


@contextmanager
def serving(*, redis_port=None, log=subprocess.DEVNULL):
    """Serve pages and streams with uvicorn, as the demo does; gives the process, with `.port` of it."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    redis_url = re.sub(r":\d+/", f":{redis_port}/", settings.REDIS_URL) if redis_port else settings.REDIS_URL
    database_url = re.sub(r"/[^/?]+(\?|$)", rf"/{connection.settings_dict['NAME']}\1", os.environ["DATABASE_URL"])
    uvicorn = f"-m uvicorn pizzeria.asgi:application --log-level warning --port {port} --timeout-graceful-shutdown 3"
    server = subprocess.Popen(
        [sys.executable, *uvicorn.split()],
        env={**os.environ, "DATABASE_URL": database_url, "DATABASE_POOL": "1", "REDIS_URL": redis_url},
        cwd=ROOT,
        stdout=log,
        stderr=log,
    )
    server.port = port
    try:
        _wait_until_alive(port)
        yield server
    finally:
        server.terminate()
        server.wait(timeout=10)


def _wait_until_alive(port):
    for _try in range(100):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live", timeout=1).close()
            return
        except OSError:
            time.sleep(0.2)
    raise AssertionError("The server did not come up.")


class Reader:
    """Reads a stream, as a browser would."""

    def __init__(self, server, path, client=None):
        self._connection = HTTPConnection("127.0.0.1", server.port, timeout=15)
        cookies = "; ".join(f"{name}={morsel.value}" for name, morsel in client.cookies.items()) if client else ""
        self._connection.request("GET", path, headers={"Cookie": cookies} if cookies else {})
        self.answer = self._connection.getresponse()

    def next(self, *, kind=None):
        """Wait for the next message, of a kind if one is named; gives its kind and version."""
        while True:
            message = {}
            while line := self.answer.readline().decode().rstrip("\n"):
                field, _colon, value = line.partition(": ")
                message[field] = value
            assert message, "the stream has ended"
            if kind in (None, message["event"]):
                return message["event"], json.loads(message["data"])["version"]

    def close(self):
        self._connection.sock and self._connection.sock.close()
        self.answer.close()
        self._connection.close()
