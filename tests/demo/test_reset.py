"""`make demo-reset` stops the demo's processes and deletes its data."""

import subprocess

from pizzeria.devtools.servers import data_dirs
from pizzeria.devtools.servers.processes import Record, start_time
from pizzeria.devtools.state_dir import StateDir
from tests.devtools.launching import Launch
from tests.waiting import TIMEOUT

LOCK_HOLDER = """
import sys, time
from pathlib import Path
from pizzeria.devtools import interrupts
from pizzeria.devtools.interrupts import Interrupted
from pizzeria.devtools.state_dir import StateDir

interrupts.raise_on_signal()
try:
    with StateDir(Path(sys.argv[1])).locked(address="http://localhost:1"):
        print("open", flush=True)
        time.sleep(600)
except Interrupted:
    pass
"""


def test_demo_reset_stops_a_running_demo_and_deletes_its_data(launch: Launch, demo_home: StateDir) -> None:
    demo = launch("-c", LOCK_HOLDER, str(demo_home.folder))
    demo.wait_for_output("open")
    place = data_dirs.data_dir_in(demo_home.folder).server_dir("postgres")

    reset = launch("-m", "pizzeria.devtools.reset", DEMO_FOLDER=str(demo_home.folder))

    assert reset.wait_for_exit() == 0, reset.output
    assert demo.wait_for_exit() == 0
    assert f"Closing the demo that runs at http://localhost:1 (process {demo.process.pid})" in reset.output
    assert f"Removed {demo_home.folder}" in reset.output
    assert not place.exists()
    assert not demo_home.folder.exists()


def test_demo_reset_stops_processes_that_a_killed_demo_left_running(
    launch: Launch, demo_home: StateDir, sleeper: subprocess.Popen[bytes]
) -> None:
    demo_home.records.mkdir(parents=True)
    Record("web", sleeper.pid, start_time(sleeper.pid) or "", stop_signal=15).write(demo_home.records / "1.json")

    reset = launch("-m", "pizzeria.devtools.reset", DEMO_FOLDER=str(demo_home.folder))

    assert reset.wait_for_exit() == 0, reset.output
    assert sleeper.wait(timeout=TIMEOUT) == -15
    assert "left running: web" in reset.output


def test_demo_reset_succeeds_when_there_is_no_demo_data(launch: Launch, demo_home: StateDir) -> None:
    reset = launch("-m", "pizzeria.devtools.reset", DEMO_FOLDER=str(demo_home.folder))

    assert reset.wait_for_exit() == 0
    assert "no demo data" in reset.output
