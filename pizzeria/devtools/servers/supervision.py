"""
Supervision of a command in the foreground: every process that it has started is stopped, however it or we end.

Two processes do this, so that either of them may be killed with SIGKILL: this one, and a guard between it and the
command.

    our parent ── this process ── guard ── command ── …

Both pass on the signals they get, treat the end of their parent as a SIGTERM, and stop their descendants afterwards.
"""

import math
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from types import FrameType
from typing import Never

from pizzeria.devtools import interrupts
from pizzeria.devtools.servers import descendants
from pizzeria.devtools.servers.processes import start_tied, wait_until

INTERVAL = 0.05  # seconds
STOP_TIMEOUT = 15.0  # seconds for a command to end after a signal
STOP_TIMEOUT_WITH_GUARD = 20.0  # ... and for its guard, which stops the command's descendants afterwards
GRACE_SECONDS = 2.0  # seconds for the descendants to end by themselves after the command


class SignalReceived(BaseException):
    """A signal came before there was a child process to pass it on to."""

    def __init__(self, number: int) -> None:
        self.exit_code = 128 + number


class Supervisor:
    """
    The supervisor of one child process: waits for it, and passes on the signals that come after construction.

    :param parent: the process whose end is treated as a SIGTERM
    :param timeout: seconds for the child process to end after a signal
    """

    def __init__(self, *, parent: int, timeout: float) -> None:
        self._parent, self._timeout = parent, timeout
        self._child: int | None = None
        self._number, self._deadline = 0, math.inf
        self._is_over = False
        interrupts.set_handler(self._handle)

    @property
    def was_signalled(self) -> bool:
        """Return whether a signal came."""
        return self._number != 0

    def wait_for(self, child: int, *, meanwhile: Callable[[int], None] | None = None) -> int:
        """
        Wait for the child process and return its exit code.

        If a signal has ended it, or it did not end in time after one, return 128 plus the signal's number.

        :param meanwhile: called with the child's process id again and again until it ends
        """
        self._child = child
        try:
            while not _ended(os.P_PID, child):
                self._notice_end_of_parent(child)
                if time.monotonic() > self._deadline:
                    return 128 + self._number
                if meanwhile:
                    meanwhile(child)
                time.sleep(INTERVAL)
        finally:
            self._is_over = True
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return code if code >= 0 else 128 - code

    def _handle(self, number: int, frame: FrameType | None) -> None:
        if self._is_over:
            return  # the descendants are being stopped already
        self._number = number
        if self._child is None:
            self._is_over = True
            raise SignalReceived(number)
        if number == signal.SIGINT and os.isatty(0):
            return  # the terminal sends it to the command as well, which may be a debugger
        self._forward(number, self._child)

    def _notice_end_of_parent(self, child: int) -> None:
        if os.getppid() != self._parent:
            self._parent = os.getppid()
            self._number = signal.SIGTERM
            self._forward(signal.SIGTERM, child)

    def _forward(self, number: int, child: int) -> None:
        self._deadline = min(self._deadline, time.monotonic() + self._timeout)
        with suppress(ProcessLookupError):
            os.kill(child, number)


def fork_guard(command: Sequence[str], variables: Mapping[str, str]) -> int:
    """Start the guard, which runs the command and exits with its exit code; return the guard's process id."""
    owner = os.getpid()
    sys.stdout.flush()
    sys.stderr.flush()
    signal.pthread_sigmask(signal.SIG_BLOCK, interrupts.SIGNALS)  # until the guard has installed its own handlers
    guard = os.fork()
    if guard == 0:
        _be_guard(command, variables, owner)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, interrupts.SIGNALS)
    return guard


def _be_guard(command: Sequence[str], variables: Mapping[str, str], owner: int) -> Never:
    code = 1
    try:
        with descendants.stopped_afterwards():
            code = _guard(command, variables, owner)
    except SignalReceived as received:
        code = received.exit_code
    except FileNotFoundError as problem:
        print(problem, file=sys.stderr)
    except BaseException:  # noqa: BLE001 - the forked guard must not return into the code of its parent
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _guard(command: Sequence[str], variables: Mapping[str, str], owner: int) -> int:
    supervisor = Supervisor(parent=owner, timeout=STOP_TIMEOUT)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, interrupts.SIGNALS)
    # In our own process group, so that it can read the terminal (a debugger) and gets a Ctrl-C from it.
    process = start_tied(command, stop_signal=signal.SIGTERM, env=variables)
    code = supervisor.wait_for(process.pid, meanwhile=_reap_orphans)
    if not supervisor.was_signalled and not wait_until(lambda: not descendants.running(), seconds=GRACE_SECONDS):
        for left in descendants.running():
            print(f"The command left running, stopped now: {left.command} (process {left.pid})", file=sys.stderr)
    return code


def _ended(kind: int, child: int) -> os.waitid_result | None:
    """Return a child process that has ended, or None; it keeps its process id until it is waited for."""
    return os.waitid(kind, child, os.WEXITED | os.WNOHANG | os.WNOWAIT)


def _reap_orphans(child: int) -> None:
    """Reap the child processes that have ended, except ``child``: the others are adopted orphans."""
    ended = _ended(os.P_ALL, 0)
    while ended is not None and ended.si_pid != child:
        os.waitpid(ended.si_pid, 0)
        ended = _ended(os.P_ALL, 0)
