"""A result of the whole benchmark, with the machine and the commit; one file each, in tests/load/results."""

import json
import os
import platform
import re
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any, Self

from tests.load.growth import Growth
from tests.load.measurement import Measurement

FOLDER = Path(__file__).with_name("results")
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Result:
    """
    What was measured, where, and of which code.

    :ivar at: date and time in UTC, in ISO 8601
    :ivar commit: short; with a plus if files had been changed since
    :ivar first_visit: bytes by address of what the menu's page transfers on a first visit
    :ivar lighthouse: Lighthouse's score of the performance by page, of 100; empty: it was not there
    """

    at: str
    commit: str
    machine: Mapping[str, Any]
    versions: Mapping[str, str]
    measurements: Sequence[Measurement]
    growth: Sequence[Growth]
    first_visit: Mapping[str, int]
    lighthouse: Mapping[str, int]

    @property
    def first_visit_bytes(self) -> int | None:
        return sum(self.first_visit.values()) if self.first_visit else None

    def write(self) -> Path:
        """Write the result into a file of its own, named by date and commit; return it."""
        data = {
            "at": self.at,
            "commit": self.commit,
            "machine": self.machine,
            "versions": self.versions,
            "measurements": [each.as_json() for each in self.measurements],
            "growth": [each.as_json() for each in self.growth],
            "first_visit": self.first_visit,
            "lighthouse": self.lighthouse,
        }
        FOLDER.mkdir(exist_ok=True)
        file = FOLDER / f"{self.at[:16].replace(':', '')}-{self.commit.rstrip('+')}.json"
        file.write_text(json.dumps(data, indent=1) + "\n")
        return file

    @classmethod
    def read(cls, file: Path) -> Self:
        data = json.loads(file.read_text())
        return cls(
            **{
                **data,
                "measurements": [Measurement.from_json(each) for each in data["measurements"]],
                "growth": [Growth.from_json(each) for each in data["growth"]],
            }
        )


def newest() -> Result | None:
    """Return the newest result that is kept; None: there is none."""
    files = sorted(FOLDER.glob("*.json"))
    return Result.read(files[-1]) if files else None


def commit() -> str:
    """Return the short commit of this checkout, with a plus if files have been changed since."""
    changed = _output("git", "status", "--porcelain", "--untracked-files=no")
    return _output("git", "rev-parse", "--short=8", "HEAD") + ("+" if changed else "")


def machine() -> dict[str, Any]:
    """Return processor, cores and memory of this machine."""
    cpu = re.search(r"model name\s*:\s*(.+)", Path("/proc/cpuinfo").read_text())
    memory = re.search(r"MemTotal:\s*(\d+) kB", Path("/proc/meminfo").read_text())
    return {
        "processor": cpu[1] if cpu else platform.machine(),
        "cores": os.cpu_count(),
        "memory_gb": round(int(memory[1]) / 1e6) if memory else None,
        "system": platform.platform(terse=True),
    }


def versions(*, postgresql: str, redis: str) -> dict[str, str]:
    packages = {name: version(name) for name in ("django", "gunicorn", "psycopg", "celery")}
    wrk = re.search(r"wrk \S*?(\d[\d.]*)", _output("wrk", "-v", check=False))
    return {
        "python": platform.python_version(),
        **packages,
        "postgresql": postgresql,
        "redis": redis,
        "wrk": wrk[1] if wrk else "unknown",
    }


def _output(*command: str, check: bool = True) -> str:
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=check)
    return done.stdout.strip()
