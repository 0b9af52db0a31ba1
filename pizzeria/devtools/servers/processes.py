"""
Child processes that do not outlive their owner.

Two nets, because an owner may be killed outright: on Linux the kernel signals each child when its owner dies, and each
child is written down with the moment it began, so that the next start can stop what was left without ever touching
another process that has the number by now.
"""

import ctypes
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Self

from pizzeria.devtools.servers.service_account import ServiceAccount

PR_SET_PDEATHSIG = 1
LIBC = ctypes.CDLL(None) if sys.platform == "linux" else None
PATIENCE = 6.0  # seconds between asking and killing: uvicorn takes 3 with open streams


def started(pid: int) -> str | None:
    """When the process with this number began, comparable only with itself; None if it is gone."""
    if sys.platform != "linux":
        ps = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return ps.stdout.strip() or None
    try:
        # The name in brackets may hold anything, brackets too: count the fields behind the last one.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    boot = ""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return None if state in "ZX" else f"{boot} {fields[18]}"


def start_tied(command: Sequence[str | Path], *, farewell: signal.Signals, **options: Any) -> subprocess.Popen[bytes]:
    """
    Start a child that gets ``farewell`` when we die, however we die; on Linux alone.

    To be called in a thread that lives as long as we do: the kernel takes its end for ours.

    :param options: of Popen
    """
    # One system call, which no other thread's locks can hold up.
    return subprocess.Popen(command, preexec_fn=tied_to_owner(farewell), **options)  # noqa: PLW1509


def tied_to_owner(farewell: signal.Signals) -> Callable[[], None]:
    """What a child runs before its program so that it gets ``farewell`` when we die, however we die."""
    owner = os.getpid()

    def tie() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(farewell))
            if os.getppid() != owner:  # it died before we had asked
                os._exit(1)

    return tie


@dataclass(frozen=True, slots=True)
class Record:
    """A child as it is written down: one file each, in the order they were started."""

    name: str
    pid: int
    started: str
    farewell: int

    def is_alive(self) -> bool:
        return started(self.pid) == self.started

    @classmethod
    def read(cls, file: Path) -> Self:
        """:raises ValueError, TypeError: it was cut off while it was written"""
        return cls(**json.loads(file.read_text()))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))


class Child:
    """
    A program running in its own process group, its output in a log, until ``stop`` or until its owner dies.

    :param records: the folder to write it down in
    :param log: written afresh; the last one is kept beside it
    :param farewell: the signal it ends cleanly on
    :param account: who runs it, if not we
    """

    def __init__(
        self,
        name: str,
        command: Sequence[str | Path],
        *,
        records: Path,
        log: Path,
        cwd: Path,
        env: Mapping[str, str],
        farewell: signal.Signals = signal.SIGTERM,
        account: ServiceAccount | None = None,
    ) -> None:
        self.name, self.log, self.farewell = name, log, farewell
        for folder in (records, log.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))  # a crash is looked into after the next start
        with log.open("wb") as output:
            self.process = start_tied(
                command,
                farewell=farewell,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,  # a Ctrl-C is for the owner, who stops them in order
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        self.record = records / f"{time.time_ns()}.json"
        Record(name, self.process.pid, started(self.process.pid) or "", int(farewell)).write(self.record)

    def is_running(self) -> bool:
        # Looked at but not reaped: while it is a zombie, the number of its group is nobody else's.
        if self.process.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def wait(self) -> int:
        """Its exit code, once it has ended by itself; whatever it started is ended too."""
        while self.is_running():
            time.sleep(0.02)
        return self._bury()

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.send_signal(self.farewell)

    def stop(self, *, patience: float = PATIENCE) -> None:
        self.ask_to_stop()
        wait_until(lambda: not self.is_running(), seconds=patience)
        self._bury()

    def last_words(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _bury(self) -> int:
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.record.unlink(missing_ok=True)
        return code


def stop_all(children: Iterable[Child]) -> None:
    """Stop them side by side, so that the slowest alone decides how long it takes."""
    children = list(children)
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


def stop_leftovers(records: Path) -> list[str]:
    """Stop what a killed owner left behind, the last started first; the names of those that were still running."""
    stopped = []
    for file in sorted(records.glob("*.json"), reverse=True):
        with suppress(ValueError, TypeError):  # cut off: the kernel's net has caught that one
            record = Record.read(file)
            if record.is_alive():
                _end(record)
                stopped.append(record.name)
        file.unlink(missing_ok=True)
    return stopped


def _end(record: Record) -> None:
    with suppress(ProcessLookupError):
        os.kill(record.pid, record.farewell)
    if not wait_until(lambda: not record.is_alive(), seconds=PATIENCE):
        with suppress(ProcessLookupError):
            os.killpg(record.pid, signal.SIGKILL)
        wait_until(lambda: not record.is_alive(), seconds=PATIENCE)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Whether the condition was met in time."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return met
