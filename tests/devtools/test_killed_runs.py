"""
A run of `make` on ephemeral servers, ended in every way and at each of its own processes: no process is left.

Its command starts two processes that are hard to find and to end, as they ignore SIGHUP, SIGINT and SIGTERM: one in a
session of its own, and an orphan, whose parent has ended.
"""

import fcntl
import os
import signal
import subprocess
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pizzeria.devtools.servers import descendants
from pizzeria.devtools.servers.descendants import Process
from pizzeria.devtools.servers.processes import Record, tied_to_owner
from pizzeria.devtools.state_dir import ROOT
from tests.devtools.launching import COMMAND_TIMEOUT, records_of, wait_until_ended
from tests.length import by_length
from tests.waiting import throughout, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody adopts orphans")

STUBBORN = """
import os, signal, time
for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
    signal.signal(number, signal.SIG_IGN)
print("stubborn:", os.getpid(), flush=True)
time.sleep(600)
"""
COMMAND = f"""
import subprocess, sys, time
stubborn = [sys.executable, "-c", {STUBBORN!r}]
subprocess.Popen(stubborn, start_new_session=True)
subprocess.run(["/bin/sh", "-c", '"$@" &', "sh", *stubborn], check=True)
time.sleep(600)
"""
MAKEFILE = """
include Makefile

protected:
	@exec $(EPHEMERAL_SERVERS) $(PYTHON) {command}

unprotected:
	@exec $(PYTHON) {command}
"""


type Run = Callable[..., MakeRun]


class MakeRun:
    """A running `make`, with every process below it."""

    def __init__(self, target: str, folder: Path, *, stdin: int, prepare: Callable[[], None]) -> None:
        command, makefile, self._output = folder / "command.py", folder / "Makefile", folder / "output"
        command.write_text(COMMAND)
        makefile.write_text(MAKEFILE.format(command=command))
        with self._output.open("wb") as output:
            self.process = subprocess.Popen(
                ["make", "--file", makefile, f"PYTHON={sys.executable}", target],
                cwd=ROOT,
                stdin=stdin,
                stdout=output,
                stderr=output,
                start_new_session=True,
                preexec_fn=prepare,  # noqa: PLW1509 - two system calls
            )
        self._below: list[Process] = []
        self._all: list[Record] = []
        self.stubborn: list[Record] = []

    def wait_until_all_run(self) -> None:
        until(lambda: len(self._stubborn()) == 2, seconds=COMMAND_TIMEOUT, describe=self._output.read_text)
        self.stubborn = records_of(self._stubborn())
        self._below = descendants.running(self.process.pid)
        self._all = [*records_of(self._below), *self.stubborn]

    def wait_until_none_runs(self) -> None:
        until(lambda: self.process.poll() is not None)
        wait_until_ended(self._all)

    def pid_of(self, name: str) -> int:
        """Return the process id of the `servers`, of their `guard`, or of the `command`."""
        servers = self._child(of=self.process.pid, like="ephemeral_servers")
        guard = self._child(of=servers, like="ephemeral_servers")
        return {"servers": servers, "guard": guard, "command": self._child(of=guard, like="command.py")}[name]

    def kill_leftovers(self) -> None:
        """Kill what a failed test or a control has left."""
        self.process.kill()
        self.process.wait()
        for record in [*self._all, *records_of(self._stubborn())]:
            if record.is_alive():
                os.kill(record.pid, signal.SIGKILL)

    def _stubborn(self) -> list[Process]:
        lines = self._output.read_text().splitlines()
        return [Process(int(line.split()[1]), 0, "stubborn") for line in lines if line.startswith("stubborn: ")]

    def _child(self, *, of: int, like: str) -> int:
        [child] = [process.pid for process in self._below if process.parent == of and like in process.command]
        return child


@pytest.fixture
def run(tmp_path: Path) -> Iterator[Run]:
    """Yield a function that runs `make` for a target, in a terminal if one is given."""
    all_running = []

    def start(target: str, *, terminal: int | None = None) -> MakeRun:
        tie = tied_to_owner(signal.SIGKILL)

        def make_terminal_controlling() -> None:
            fcntl.ioctl(0, termios.TIOCSCTTY, 0)
            tie()

        make_run = (
            MakeRun(target, tmp_path, stdin=subprocess.DEVNULL, prepare=tie)
            if terminal is None
            else MakeRun(target, tmp_path, stdin=terminal, prepare=make_terminal_controlling)
        )
        all_running.append(make_run)
        make_run.wait_until_all_run()
        return make_run

    yield start

    for make in all_running:
        make.kill_leftovers()


@pytest.mark.long
@pytest.mark.parametrize("number", by_length([signal.SIGKILL], long=[signal.SIGTERM, signal.SIGKILL]))
def test_all_processes_of_a_run_end_when_make_is_terminated_or_killed(run: Run, number: signal.Signals) -> None:
    make = run("protected")

    make.process.send_signal(number)

    make.wait_until_none_runs()


def test_all_processes_of_a_run_end_with_ctrl_c(run: Run) -> None:
    ours, its = os.openpty()
    make = run("protected", terminal=its)

    os.write(ours, b"\x03")

    make.wait_until_none_runs()
    os.close(ours)
    os.close(its)


@pytest.mark.long
@pytest.mark.parametrize("name", by_length(["servers", "guard"], long=["servers", "guard", "command"]))
def test_all_processes_of_a_run_end_when_any_one_of_its_own_processes_is_killed(run: Run, name: str) -> None:
    make = run("protected")

    os.kill(make.pid_of(name), signal.SIGKILL)

    make.wait_until_none_runs()


def test_control_without_protection_the_processes_of_a_killed_run_go_on(run: Run) -> None:
    make = run("unprotected")

    make.process.kill()

    until(lambda: make.process.poll() is not None)
    throughout(4, lambda: all(record.is_alive() for record in make.stubborn))
