"""Running wrk, which requests one address over many connections; it prints its result by a script of ours."""

import json
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from tests.load.measurement import Load

SCRIPT = Path(__file__).with_name("wrk_report.lua")
MARK = "REPORT "
MISSING = "There is no wrk here, which `make bench` sends its requests with. Install it (Debian: apt install wrk)."


class RequestsFailed(Exception):
    """Some requests were not answered, or with an error."""


def is_installed() -> bool:
    return shutil.which("wrk") is not None


def run(url: str, *, clients: int, seconds: float, headers: Mapping[str, str]) -> Load:
    """Request an address by some clients at once, each as soon as it has its answer."""
    command = [
        "wrk",
        "-t",
        str(min(clients, 2)),
        "-c",
        str(clients),
        "-d",
        f"{max(1, round(seconds))}s",
        "--timeout",
        "30s",
    ]
    for name, value in headers.items():
        command += ["-H", f"{name}: {value}"]
    done = subprocess.run([*command, "-s", str(SCRIPT), url], capture_output=True, text=True, check=False)
    if done.returncode:
        raise RequestsFailed(f"wrk failed: {done.stdout}{done.stderr}")
    return parse(done.stdout)


def parse(output: str) -> Load:
    """
    Return what the script has printed.

    :raises RequestsFailed: not every request was answered by a page
    """
    report = next((line for line in output.splitlines() if line.startswith(MARK)), None)
    if report is None:
        raise RequestsFailed(f"wrk has printed no report:\n{output}")
    figures = json.loads(report.removeprefix(MARK))
    if errors := {name: count for name, count in figures["errors"].items() if count}:
        raise RequestsFailed(f"{errors} of {figures['requests']} requests")
    if not figures["requests"]:
        raise RequestsFailed("No request was answered in time: measure for more seconds.")
    return Load(
        requests=figures["requests"],
        seconds=figures["microseconds"] / 1e6,
        **{name: figures[name] / 1000 for name in ("p50", "p95", "p99")},
    )
