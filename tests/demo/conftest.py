"""Real processes, in folders of their own: the developer's own demo is never touched."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from pytest_django import Settings

from pizzeria.demo.home import ROOT, Home
from pizzeria.demo.life.crew import Crew
from pizzeria.demo.servers import processes, rooms
from pizzeria.demo.servers.processes import started


@dataclass
class Running:
    """A command of the demo at work; ``said`` is what it has printed so far."""

    process: subprocess.Popen[bytes]
    output: Path

    @property
    def said(self) -> str:
        return self.output.read_text()

    def until(self, words: str, *, seconds: float = 120) -> None:
        deadline = time.monotonic() + seconds
        while words not in self.said:
            assert self.process.poll() is None, f"it ended:\n{self.said}"
            assert time.monotonic() < deadline, f"it never said {words!r}:\n{self.said}"
            time.sleep(0.05)

    def ends(self, *, seconds: float = 20) -> int:
        return self.process.wait(timeout=seconds)


type Launch = Callable[..., Running]


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    """Run Python with these arguments, in the checkout; what still runs after the test is killed."""
    all_running: list[Running] = []

    def start(*arguments: str, **variables: str) -> Running:
        output = tmp_path / f"said-{len(all_running)}"
        with output.open("wb") as stream:
            process = subprocess.Popen(
                [sys.executable, *arguments],
                cwd=ROOT,
                env={**os.environ, "PYTHONIOENCODING": "utf-8", **variables},
                stdin=subprocess.DEVNULL,
                stdout=stream,
                stderr=subprocess.STDOUT,
            )
        all_running.append(Running(process, output))
        return all_running[-1]

    yield start

    for running in all_running:
        with suppress(ProcessLookupError):
            running.process.send_signal(signal.SIGKILL)
        running.process.wait()


@pytest.fixture
def demo_home(tmp_path: Path) -> Iterator[Home]:
    home = Home(tmp_path / "demo")
    yield home

    processes.stop_leftovers(home.records)
    rooms.clear(home.folder)


@pytest.fixture
def demo(db: None, settings: Settings) -> Crew:
    """The demo's shop before anybody has ordered; gives its people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in
    for command in ("set_up_shop", "sync_roles", "set_up_demo"):
        call_command(command, stdout=StringIO())
    return Crew.of_the_demo()


def all_gone(pids: list[int], *, seconds: float = 10) -> bool:
    deadline = time.monotonic() + seconds
    while any(started(pid) for pid in pids) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not any(started(pid) for pid in pids)
