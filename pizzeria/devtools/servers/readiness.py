"""Starting a server and knowing that it serves."""

import time
from collections.abc import Callable

from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import Child

PATIENCE = 120.0  # seconds, on busy cores: a database killed in the middle of its work replays it first


def start(
    launch: Callable[[int], Child],
    *,
    answers: Callable[[int], object],
    not_yet: tuple[type[Exception], ...],
) -> tuple[Child, int]:
    """
    Launch a server on a free port and come back once it answers.

    :param answers: asks it something on that port
    :param not_yet: what ``answers`` raises as long as it does not
    :raises CannotServe: it ended, or does not answer
    """
    for last_try in (False, False, True):
        port = free_port()
        child = launch(port)
        try:
            if _comes_up(child, lambda port=port: answers(port), not_yet):  # type: ignore[misc]
                return child, port
            taken = "in use" in child.last_words()  # somebody was quicker to the port we had found free
        except BaseException:
            child.stop()
            raise
        child.stop()
        if last_try or not taken:
            break
    raise ServerUnavailable(f"{child.name} did not start. The end of {child.log}:\n{child.last_words()}")


def _comes_up(child: Child, asked: Callable[[], object], not_yet: tuple[type[Exception], ...]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while child.is_running() and time.monotonic() < deadline:
        try:
            asked()
        except not_yet:
            time.sleep(0.05)
        else:
            return True
    return False
