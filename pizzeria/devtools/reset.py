"""`make demo-reset`: stop the demo's processes, and delete its data."""

import os
import signal
import sys
import time

from pizzeria.devtools import state_dir
from pizzeria.devtools.progress import say
from pizzeria.devtools.servers import data_dirs
from pizzeria.devtools.servers.processes import stop_leftovers
from pizzeria.devtools.state_dir import StateDir, StateDirLocked

STOP_TIMEOUT = 60.0  # seconds for a running demo to stop, on busy cores


def main() -> int:
    demo = state_dir.demo_state_dir()
    if not demo.folder.exists():
        say("There was no demo data to remove.")
        return 0
    state_dirs = (demo, state_dir.keycloak_state_dir())
    if not all(_stop_demo(each) for each in state_dirs):
        say("The running demo does not stop. End it by hand, then try again.")
        return 1
    with demo.locked():
        if leftovers := [name for each in state_dirs for name in stop_leftovers(each.records)]:
            say(f"Stopped what a killed demo had left running: {', '.join(leftovers)}.")
        for folder in data_dirs.clear(demo.folder):
            say(f"Removed {folder}: the database, the queue, the logs and the generated secrets.")
    return 0


def _stop_demo(demo: StateDir) -> bool:
    is_signalled = False
    deadline = time.monotonic() + STOP_TIMEOUT
    while time.monotonic() < deadline:
        try:
            with demo.locked():
                return True
        except StateDirLocked as locked:
            # The lock's holder is alive and wrote this process id, so no other process can have it.
            if not is_signalled and locked.owner:
                os.kill(locked.owner.pid, signal.SIGTERM)
                say(f"Closing the demo that runs at {locked.owner.address} (process {locked.owner.pid}).")
                is_signalled = True
            time.sleep(0.2)
    return False


if __name__ == "__main__":
    sys.exit(main())
