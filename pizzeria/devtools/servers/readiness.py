"""Starting a server and waiting until it answers."""

import time
from collections.abc import Callable

from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import Child

START_TIMEOUT = 120.0  # seconds, on busy cores: a database that was killed replays its log first


def start(
    launch: Callable[[int], Child],
    *,
    probe: Callable[[int], object],
    not_ready_errors: tuple[type[Exception], ...],
) -> tuple[Child, int]:
    """
    Start a server on a free port, wait until it answers, and return its process and its port.

    :param probe: sends a request to that port
    :param not_ready_errors: the exceptions that ``probe`` raises as long as the server does not answer
    :raises ServerUnavailable: the server has ended, or does not answer
    """
    for last_try in (False, False, True):
        port = free_port()
        child = launch(port)
        try:
            if _becomes_ready(child, lambda port=port: probe(port), not_ready_errors):  # type: ignore[misc]
                return child, port
            port_taken = "in use" in child.log_tail()  # another process took the free port first
        except BaseException:
            child.stop()
            raise
        child.stop()
        if last_try or not port_taken:
            break
    raise ServerUnavailable(f"{child.name} did not start. The end of {child.log}:\n{child.log_tail()}")


def _becomes_ready(child: Child, probe: Callable[[], object], not_ready_errors: tuple[type[Exception], ...]) -> bool:
    deadline = time.monotonic() + START_TIMEOUT
    while child.is_running() and time.monotonic() < deadline:
        try:
            probe()
        except not_ready_errors:
            time.sleep(0.05)
        else:
            return True
    return False
