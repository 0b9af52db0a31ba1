"""
Run the whole suite several times in a row, and stop at the first failure: `make test-again TIMES=5 LOAD=cpu`.

A test that passes on an idle machine may fail on a busy one. With `LOAD=cpu` one process for each core keeps it busy
beside the tests; with `LOAD=disk` one for each core writes a file and syncs it. The log of each run is kept in
`.test-logs/`.
"""

import argparse
import os
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path

from pizzeria.devtools.servers.processes import start_tied

LOG_FOLDER = Path(".test-logs")
CPU_LOAD = "while True: pass"
DISK_LOAD = """
import os, sys
with open(sys.argv[1], "wb", buffering=0) as file:
    while True:
        file.seek(0)
        for _block in range(64):
            file.write(os.urandom(65536))
            os.fsync(file.fileno())
"""


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=5)
    parser.add_argument("--load", choices=["none", "cpu", "disk"], default="none")
    parser.add_argument("command", nargs="+", help="what runs the suite")
    options = parser.parse_args()

    LOG_FOLDER.mkdir(exist_ok=True)
    with running_load(options.load):
        for run in range(1, options.times + 1):
            log = LOG_FOLDER / f"{time.strftime('%Y%m%d-%H%M%S')}-{options.load}.log"
            began = time.monotonic()
            with log.open("wb") as output:
                suite = start_tied(
                    options.command, stop_signal=signal.SIGTERM, env=os.environ, stdout=output, stderr=subprocess.STDOUT
                )
                code = suite.wait()
            duration = time.monotonic() - began
            print(
                f"run {run} of {options.times}, load {options.load}, {duration:.0f} s: {closing_line(log)}", flush=True
            )
            if code:
                print(f"It failed: see {log}.")
                return code
    return 0


@contextmanager
def running_load(load):
    """Run one process of the load for each core during the block; none if the load is "none"."""
    programs = []
    with tempfile.TemporaryDirectory(dir=LOG_FOLDER) as folder:
        for core in range(os.cpu_count() if load != "none" else 0):
            code = [CPU_LOAD] if load == "cpu" else [DISK_LOAD, f"{folder}/{core}"]
            programs.append(start_tied([sys.executable, "-c", *code], stop_signal=signal.SIGKILL, env=os.environ))
        try:
            yield
        finally:
            for program in programs:
                program.kill()
                program.wait()


def closing_line(log):
    """Return the last line of pytest's summary, which counts the results."""
    lines = log.read_text(errors="replace").splitlines()
    summaries = [line.strip("= ") for line in lines if line.startswith("==") and " in " in line]
    return summaries[-1] if summaries else "pytest came to no end"


if __name__ == "__main__":
    sys.exit(main())
