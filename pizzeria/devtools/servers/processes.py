"""
Child processes that do not outlive their parent.

The parent may be killed with SIGKILL, so there are two mechanisms. On Linux the kernel signals each child process when
its parent dies. And each child process is recorded with its start time, so that the next start can stop those that are
left, and never signals another process that has the same process id by now.
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
STOP_TIMEOUT = 6.0  # seconds between the stop signal and SIGKILL; uvicorn takes 3 with open streams


def start_time(pid: int) -> str | None:
    """Return the start time of a process as text, to be compared for equality only; None if the process has ended."""
    if sys.platform != "linux":
        ps = subprocess.run(["/bin/ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return ps.stdout.strip() or None
    try:
        # The process name is in brackets and may contain brackets itself: count the fields after the last one.
        state, *fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except (FileNotFoundError, ProcessLookupError):
        return None
    boot = ""
    with suppress(OSError):
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    return None if state in "ZX" else f"{boot} {fields[18]}"


def start_tied(
    command: Sequence[str | Path], *, stop_signal: signal.Signals, **options: Any
) -> subprocess.Popen[bytes]:
    """
    Start a child process that gets the signal ``stop_signal`` when this process dies, however it dies; only on Linux.

    Call it in a thread that lives as long as this process: the kernel sends the signal when that thread ends.

    :param options: passed to Popen
    """
    # preexec_fn is safe here: it makes one system call, and needs no lock that another thread may hold.
    return subprocess.Popen(command, preexec_fn=tied_to_owner(stop_signal), **options)  # noqa: PLW1509


def tied_to_owner(stop_signal: signal.Signals) -> Callable[[], None]:
    """
    Return the function that a child process runs before its program.

    It makes the child process get the signal ``stop_signal`` when this process dies, however it dies.
    """
    owner = os.getpid()

    def tie() -> None:
        if LIBC is not None:
            LIBC.prctl(PR_SET_PDEATHSIG, int(stop_signal))
            if os.getppid() != owner:  # the parent died before prctl was called
                os._exit(1)

    return tie


@dataclass(frozen=True, slots=True)
class Record:
    """The record of a child process: one file each; the file names sort by start."""

    name: str
    pid: int
    started: str
    stop_signal: int

    def is_alive(self) -> bool:
        return start_time(self.pid) == self.started

    @classmethod
    def read(cls, file: Path) -> Self:
        """
        Return the record in a file.

        :raises ValueError, TypeError: the writing process was killed before the file was complete
        """
        return cls(**json.loads(file.read_text()))

    def write(self, file: Path) -> None:
        file.write_text(json.dumps(asdict(self)))


class Child:
    """
    A child process in its own process group, with its output in a log, until ``stop`` or until its parent dies.

    :param records: the directory for its record
    :param log: a new file; the previous log is kept beside it
    :param stop_signal: the signal on which the program ends cleanly
    :param account: the account that runs it, if it is not this process's
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
        stop_signal: signal.Signals = signal.SIGTERM,
        account: ServiceAccount | None = None,
    ) -> None:
        self.name, self.log, self.stop_signal = name, log, stop_signal
        for folder in (records, log.parent):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if log.exists():
            log.replace(log.with_suffix(".log.1"))  # needed if a crash is looked into after the next start
        with log.open("wb") as output:
            self.process = start_tied(
                command,
                stop_signal=stop_signal,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=cwd,
                env=dict(env),
                start_new_session=True,  # only the parent gets a Ctrl-C, and stops its child processes in order
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        self.record = records / f"{time.time_ns()}.json"
        Record(name, self.process.pid, start_time(self.process.pid) or "", int(stop_signal)).write(self.record)

    def is_running(self) -> bool:
        # WNOWAIT does not reap it: while it is a zombie, no other process group can get its number.
        if self.process.returncode is not None:
            return False
        return os.waitid(os.P_PID, self.process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None

    def wait(self) -> int:
        """Wait until it ends by itself, kill the rest of its process group, and return its exit code."""
        while self.is_running():
            time.sleep(0.02)
        return self._reap()

    def ask_to_stop(self) -> None:
        if self.is_running():
            self.process.send_signal(self.stop_signal)

    def stop(self, *, timeout: float = STOP_TIMEOUT) -> None:
        self.ask_to_stop()
        wait_until(lambda: not self.is_running(), seconds=timeout)
        self._reap()

    def log_tail(self, lines: int = 15) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-lines:])

    def _reap(self) -> int:
        """Kill what is left of the process group, wait for the process, and return its exit code."""
        if self.process.returncode is None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self.process.pid, signal.SIGKILL)
        code = self.process.wait()
        self.record.unlink(missing_ok=True)
        return code


def stop_all(children: Iterable[Child]) -> None:
    """Stop child processes in parallel, so that it takes as long as the slowest one."""
    children = list(children)
    for child in children:
        child.ask_to_stop()
    for child in children:
        child.stop()


def stop_leftovers(records: Path) -> list[str]:
    """Stop the child processes that a killed parent left, the last started first; return the names of those stopped."""
    stopped = []
    for file in sorted(records.glob("*.json"), reverse=True):
        with suppress(ValueError, TypeError):  # an incomplete record: the kernel has signalled that process
            record = Record.read(file)
            if record.is_alive():
                _end(record)
                stopped.append(record.name)
        file.unlink(missing_ok=True)
    return stopped


def _end(record: Record) -> None:
    with suppress(ProcessLookupError):
        os.kill(record.pid, record.stop_signal)
    if not wait_until(lambda: not record.is_alive(), seconds=STOP_TIMEOUT):
        with suppress(ProcessLookupError):
            os.killpg(record.pid, signal.SIGKILL)
        wait_until(lambda: not record.is_alive(), seconds=STOP_TIMEOUT)


def wait_until(condition: Callable[[], bool], *, seconds: float) -> bool:
    """Wait until the condition is met, for so many seconds at most; return whether it was met."""
    deadline = time.monotonic() + seconds
    while not (met := condition()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return met
