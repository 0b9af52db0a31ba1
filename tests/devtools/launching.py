"""Commands run as real processes, in directories of their own, so that the developer's demo is never touched."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from pizzeria.devtools.ephemeral_servers import temporary_state_dir
from pizzeria.devtools.servers import data_dirs, processes
from pizzeria.devtools.servers.descendants import Process
from pizzeria.devtools.servers.processes import Record, start_tied, start_time
from pizzeria.devtools.state_dir import ROOT, StateDir
from tests.waiting import TIMEOUT, until

COMMAND_TIMEOUT = 2 * TIMEOUT  # seconds: a command may start a whole shop first


@dataclass
class Running:
    """A running command; ``output`` is what it has printed so far."""

    process: subprocess.Popen[bytes]
    output_file: Path

    @property
    def output(self) -> str:
        return self.output_file.read_text()

    def wait_for_output(self, words: str, *, seconds: float = COMMAND_TIMEOUT) -> None:
        """Wait until it has printed these words."""
        until(
            lambda: words in self.output or self.has_ended, seconds=seconds, describe=lambda: f"not yet: {self.output}"
        )
        assert words in self.output, f"it ended with {self.process.returncode}:\n{self.output}"

    def wait_for_exit(self) -> int:
        """Wait until it has ended; return the exit code."""
        until(lambda: self.has_ended, seconds=COMMAND_TIMEOUT, describe=lambda: f"it has not ended:\n{self.output}")
        return self.process.wait()

    @property
    def has_ended(self) -> bool:
        return self.process.poll() is not None


type Launch = Callable[..., Running]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Yield a function that runs Python in the checkout; kill what still runs after the test."""
    all_running: list[Running] = []

    def start(*arguments: str, **variables: str) -> Running:
        output_file = tmp_path / f"output-{len(all_running)}"
        with output_file.open("wb") as stream:
            process = start_tied(
                [sys.executable, *arguments],
                stop_signal=signal.SIGTERM,
                cwd=ROOT,
                env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        all_running.append(Running(process, output_file))
        return all_running[-1]

    yield start

    for running in all_running:
        running.process.kill()
        running.process.wait()


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    """Yield a process in a session of its own, as a killed demo would leave one."""
    process = start_tied(["sleep", "600"], stop_signal=signal.SIGKILL, start_new_session=True)
    yield process

    process.kill()
    process.wait()


@pytest.fixture
def demo_home() -> Iterator[StateDir]:
    """Yield a demo's state directory that the servers' account can enter; it is removed after a killed run, too."""
    with temporary_state_dir() as reachable:
        home = StateDir(reachable.folder / "demo")
        yield home

        for records in (home.records, home.folder / "keycloak" / "running"):
            processes.stop_leftovers(records)
        data_dirs.clear(home.folder)


def records_of(running: Iterable[Process]) -> list[Record]:
    """Return records of processes with their start times: another process may get the same id soon."""
    return [
        Record(process.command, process.pid, moment, signal.SIGKILL)
        for process in running
        if (moment := start_time(process.pid))
    ]


def wait_until_ended(records: Iterable[Record]) -> None:
    records = list(records)
    until(
        lambda: not any(record.is_alive() for record in records), describe=lambda: [r for r in records if r.is_alive()]
    )
