"""Processes that a killed parent has left are stopped at the next start, and no others are."""

import subprocess
import sys
from pathlib import Path

import pytest

from pizzeria.devtools.servers import processes
from pizzeria.devtools.servers.processes import Child, Record, start_time
from tests.devtools.launching import Launch, wait_until_ended
from tests.waiting import TIMEOUT, until


def test_a_process_that_a_killed_parent_has_left_is_stopped_and_its_record_deleted(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    Record("web", sleeper.pid, start_time(sleeper.pid) or "", stop_signal=15).write(tmp_path / "1.json")

    stopped = processes.stop_leftovers(tmp_path)

    assert stopped == ["web"]
    assert sleeper.wait(timeout=TIMEOUT) == -15
    assert not list(tmp_path.iterdir())


def test_another_process_that_has_the_id_of_a_recorded_one_by_now_is_not_stopped(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    Record("web", sleeper.pid, "another moment", stop_signal=15).write(tmp_path / "1.json")

    stopped = processes.stop_leftovers(tmp_path)

    assert stopped == []
    assert sleeper.poll() is None
    assert not list(tmp_path.iterdir())


def test_an_incomplete_record_of_a_process_is_ignored(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"name": "we')

    assert processes.stop_leftovers(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel sends no signal, and only the records help")
def test_the_kernel_ends_a_child_process_when_its_parent_is_killed(launch: Launch, tmp_path: Path) -> None:
    owner = launch("-c", OWNER, str(tmp_path))
    owner.wait_for_output("started")
    [child] = [Record.read(file) for file in (tmp_path / "running").iterdir()]

    owner.process.kill()
    owner.wait_for_exit()

    wait_until_ended([child])


OWNER = """
import pathlib, sys, time
from pizzeria.devtools.servers.processes import Child

folder = pathlib.Path(sys.argv[1])
child = Child("sleeper", ["sleep", "600"], records=folder / "running", log=folder / "log", cwd=folder, env={})
print("started", flush=True)
time.sleep(600)
"""


def test_a_child_process_that_ignores_the_stop_signal_is_killed_and_leaves_no_record(tmp_path: Path) -> None:
    ignore_sigterm = (
        "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
    )
    log = tmp_path / "log"
    child = Child(
        "deaf", [sys.executable, "-c", ignore_sigterm], records=tmp_path / "running", log=log, cwd=tmp_path, env={}
    )
    until(lambda: "deaf" in log.read_text(), describe=child.log_tail)

    child.stop(timeout=0.2)

    assert not child.is_running()
    assert not list((tmp_path / "running").iterdir())
