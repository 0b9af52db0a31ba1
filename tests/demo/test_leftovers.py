"""What a killed owner leaves behind is stopped at the next start, and nothing else is."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from pizzeria.demo.servers import processes
from pizzeria.demo.servers.processes import Child, Record, started
from tests.demo.conftest import all_gone


@pytest.fixture
def sleeper() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen(["sleep", "60"], start_new_session=True)
    yield process

    process.kill()
    process.wait()


def test_are_stopped(tmp_path: Path, sleeper: subprocess.Popen[bytes]) -> None:
    Record("web", sleeper.pid, started(sleeper.pid) or "", farewell=15).write(tmp_path / "1.json")

    stopped = processes.stop_leftovers(tmp_path)

    assert stopped == ["web"]
    assert sleeper.wait(timeout=1) == -15
    assert not list(tmp_path.iterdir())


def test_are_not_confused_with_a_stranger_who_has_the_number_now(
    tmp_path: Path, sleeper: subprocess.Popen[bytes]
) -> None:
    Record("web", sleeper.pid, "another moment", farewell=15).write(tmp_path / "1.json")

    stopped = processes.stop_leftovers(tmp_path)

    assert stopped == []
    assert sleeper.poll() is None
    assert not list(tmp_path.iterdir())


def test_may_be_written_down_only_by_half(tmp_path: Path) -> None:
    (tmp_path / "1.json").write_text('{"name": "we')

    assert processes.stop_leftovers(tmp_path) == []


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the kernel does not tell, and the records must do")
def test_are_rare_since_the_kernel_ends_a_child_with_its_owner(tmp_path: Path) -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", OWNER, tmp_path], stdout=subprocess.PIPE, text=True, start_new_session=True
    )
    assert owner.stdout is not None
    child = int(owner.stdout.readline())

    owner.kill()
    owner.communicate()

    assert all_gone([child])


OWNER = """
import pathlib, sys, time
from pizzeria.demo.servers.processes import Child

folder = pathlib.Path(sys.argv[1])
child = Child("sleeper", ["sleep", "60"], records=folder / "running", log=folder / "log", cwd=folder, env={})
print(child.process.pid, flush=True)
time.sleep(60)
"""


def test_are_none_after_a_stop_even_of_a_child_that_does_not_listen(tmp_path: Path) -> None:
    deaf = "import signal, time; signal.signal(15, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
    log = tmp_path / "log"
    child = Child("deaf", [sys.executable, "-c", deaf], records=tmp_path / "running", log=log, cwd=tmp_path, env={})
    processes.wait_until(lambda: "deaf" in log.read_text(), seconds=10)

    child.stop(patience=0.2)

    assert not child.is_running()
    assert not list((tmp_path / "running").iterdir())
