"""
The descendants of a process: listing and stopping them.

A process whose parent has ended becomes a child of init, and is no longer a descendant, unless an ancestor adopts such
orphans (`adopt_orphans`). Only Linux offers that; elsewhere orphans cannot be found.
"""

import os
import signal
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from pizzeria.devtools.servers.processes import LIBC, wait_until

PR_SET_CHILD_SUBREAPER = 36
STOP_TIMEOUT = 3.0  # seconds between SIGTERM and SIGKILL
KILL_TIMEOUT = 10.0  # seconds for the kernel to end the killed processes


@dataclass(frozen=True, slots=True)
class Process:
    pid: int
    parent: int
    command: str


def adopt_orphans() -> None:
    """Become the parent of every process below this one whose own parent ends."""
    if LIBC is not None:
        LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def running(ancestor: int | None = None) -> list[Process]:
    """Return the running descendants of a process (of this one if none is named), parents before their children."""
    children = defaultdict(list)
    for process in _all_running():
        children[process.parent].append(process)
    found, unvisited = [], [ancestor or os.getpid()]
    while unvisited:
        below = children.pop(unvisited.pop(), [])
        found += below
        unvisited += [process.pid for process in below]
    return found


def stop() -> None:
    """Stop every descendant: send SIGTERM, and SIGKILL a few seconds later."""
    signalled: set[int] = set()

    def all_have_ended(number: signal.Signals) -> bool:
        remaining = {process.pid for process in running()}
        for pid in remaining - signalled:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid, number)
        signalled.update(remaining)
        return not remaining

    if not wait_until(lambda: all_have_ended(signal.SIGTERM), seconds=STOP_TIMEOUT):
        signalled.clear()
        wait_until(lambda: all_have_ended(signal.SIGKILL), seconds=KILL_TIMEOUT)


@contextmanager
def stopped_afterwards() -> Iterator[None]:
    """Stop every descendant after the block, orphans included."""
    adopt_orphans()
    try:
        yield
    finally:
        stop()


def _all_running() -> Iterator[Process]:
    if sys.platform != "linux":
        yield from _listed_by_ps()
        return
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(FileNotFoundError, ProcessLookupError):
            process, state = _read(folder)
            if state not in "ZX":
                yield process


def _read(folder: Path) -> tuple[Process, str]:
    # The process name is in brackets and may contain brackets itself: count the fields after the last one.
    before, _, after = (folder / "stat").read_text(errors="replace").rpartition(")")
    state, parent, *_ = after.split()
    words = (folder / "cmdline").read_bytes().rstrip(b"\0").replace(b"\0", b" ").decode(errors="replace")
    return Process(int(folder.name), int(parent), words or before.partition("(")[2]), state


def _listed_by_ps() -> Iterator[Process]:
    ps = ["/bin/ps", "-A", "-o", "pid=,ppid=,stat=,command="]
    for line in subprocess.run(ps, capture_output=True, text=True, check=True).stdout.splitlines():
        pid, parent, state, *words = line.split(maxsplit=3)
        process = Process(int(pid), int(parent), "".join(words))
        if "Z" not in state and process.command != " ".join(ps):
            yield process
