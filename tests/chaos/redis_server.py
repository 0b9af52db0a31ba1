"""A Redis for one test, which can be killed, paused and started again on the same port with its data."""

import re
import signal
import subprocess
from urllib.parse import urlsplit

from django.conf import settings
from redis import Redis
from redis.exceptions import RedisError

from pizzeria.devtools.servers import programs
from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import start_tied
from tests.waiting import until


class RedisServer:
    def __init__(self, folder):
        self._folder = folder
        self.port = free_port()
        self.url = re.sub(r":\d+/", f":{self.port}/", settings.REDIS_URL)
        self.start()

    def start(self):
        program = programs.redis()
        password = urlsplit(self.url).password
        options = f"--port {self.port} --requirepass {password} --dir {self._folder} --appendonly yes --save"
        self._process = start_tied(
            [program.root / program.path, *options.split(), ""],
            stop_signal=signal.SIGKILL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        until(self._answers)

    def kill(self):
        """Kill the server: connections are refused from now on."""
        self._process.kill()
        self._process.wait(timeout=30)

    def pause(self):
        """Stop the server by SIGSTOP: it accepts connections, but does not answer."""
        self._process.send_signal(signal.SIGSTOP)

    def resume(self):
        """Continue the server after `pause`."""
        self._process.send_signal(signal.SIGCONT)

    def _answers(self):
        try:
            with Redis.from_url(self.url, socket_timeout=2) as client:
                return client.ping()
        except RedisError:  # not started yet, or too busy
            return False
