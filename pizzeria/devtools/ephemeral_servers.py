"""
`python -m pizzeria.devtools.ephemeral_servers -- COMMAND …`: run a command with a PostgreSQL and a Redis of its own.

Both servers start empty, in a temporary directory that is removed afterwards. If the command fails, its temporary files
are kept until the next run. The exit code is the command's. Ctrl-C, a kill, and the end of this process's parent
(`make`, or a shell) stop the command; no process that the command has started outlives this process.
"""

import fcntl
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from pizzeria.devtools import environment
from pizzeria.devtools.servers import data_dirs, descendants, secrets, stack, supervision
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import stop_leftovers
from pizzeria.devtools.servers.supervision import SignalReceived, Supervisor
from pizzeria.devtools.state_dir import StateDir, StateDirLocked

# Tests and measurements place orders by the hundred, for the same few people and from one address.
NO_LIMITS = dict.fromkeys(
    (
        "SHOP_CHECKOUTS_PER_HOUR",
        "SHOP_CODES_PER_HOUR",
        "SHOP_CODES_PER_NUMBER_AND_HOUR",
        "SHOP_GUEST_SHARE_PERCENT",
        "SHOP_OPEN_ORDERS_PER_PHONE",
        "SHOP_PIZZAS_PER_ORDER",
        "SHOP_REFUND_LIMIT",
        "SHOP_SMS_PER_DAY",
        "SHOP_SMS_PER_NUMBER_AND_DAY",
        "SHOP_TOTAL_PER_ORDER",
    ),
    "0",
)
TEMPORARY_PREFIX = "pizzeria-ephemeral-"
SHM = Path("/dev/shm")  # noqa: S108 - commits are twice as fast there as on a disk, and as durable for a killed server
MIN_SHM_BYTES = 2 << 30  # bytes; /dev/shm of a container often has only 64 MB


def main(arguments: Sequence[str]) -> int:
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print(__doc__)
        return 2
    supervisor = Supervisor(parent=os.getppid(), timeout=supervision.STOP_TIMEOUT_WITH_GUARD)
    try:
        with temporary_state_dir() as home, _locked_state_dir(_temp_dir()) as scratch, descendants.stopped_afterwards():
            code = _run(command, supervisor, home, scratch)
    except ServerUnavailable as problem:
        print(problem, file=sys.stderr)
        return 1
    except SignalReceived as received:
        return received.exit_code
    if code:
        print(f"The command's temporary files are kept until the next run: {scratch.folder}", file=sys.stderr)
    else:
        _remove(scratch)
    return code


def _run(command: Sequence[str], supervisor: Supervisor, home: StateDir, scratch: StateDir) -> int:
    with stack.running(home.folder) as servers:
        variables = environment.shop_environment(
            secret_key=secrets.load_or_create(home.folder / "secret-key"),
            database_url=servers.database.url,
            redis_url=servers.redis.url,
            origin="http://localhost:8000",
        )
        variables |= NO_LIMITS
        variables["OIDC_ISSUER"] = ""  # a command that needs a sign-in server connects to one itself
        variables["TMPDIR"] = str(scratch.folder)
        return supervisor.wait_for(supervision.fork_guard(command, variables))


@contextmanager
def temporary_state_dir() -> Iterator[StateDir]:
    """Yield a temporary state directory, removed after the block or, if the process was killed, by the next call."""
    _sweep()
    with _locked_state_dir(SHM if _has_space(SHM) else _temp_dir()) as home:
        try:
            yield home
        finally:
            # The state directory's lock is one of its files: while it is removed, a sweep could take it for abandoned.
            with _directory_lock(home.folder.parent):
                data_dirs.clear(home.folder)


@contextmanager
def _locked_state_dir(parent: Path) -> Iterator[StateDir]:
    """Yield a new, locked state directory; it is unlocked after the block, and the next sweep may remove it."""
    with ExitStack() as locks:
        with _directory_lock(parent):
            home = StateDir(Path(tempfile.mkdtemp(prefix=TEMPORARY_PREFIX, dir=parent)))
            locks.enter_context(home.locked())
        yield home


def _sweep() -> None:
    """Remove the directories of earlier runs, and stop those of their servers that still run."""
    with ExitStack() as locks:
        for home in [*_abandoned_dirs(SHM, locks), *_abandoned_dirs(_temp_dir(), locks)]:
            stop_leftovers(home.records)
            _remove(home)


def _remove(home: StateDir) -> None:
    with suppress(OSError):  # a process still writes to it, or a file is not ours to delete: left to the next sweep
        data_dirs.clear(home.folder)


def _abandoned_dirs(parent: Path, locks: ExitStack) -> list[StateDir]:
    """Return the state directories of earlier runs, locked by this process until ``locks`` is closed."""
    homes = []
    if os.access(parent, os.W_OK):
        with _directory_lock(parent):
            for folder in parent.glob(f"{TEMPORARY_PREFIX}*"):
                with suppress(StateDirLocked, FileNotFoundError):
                    if folder.lstat().st_uid == os.geteuid() and not folder.is_symlink():
                        locks.enter_context(StateDir(folder).locked())
                        homes.append(StateDir(folder))
    return homes


@contextmanager
def _directory_lock(parent: Path) -> Iterator[None]:
    """
    Keep this user's other processes from making or sweeping state directories during the block.

    The sweep removes every directory that is not locked, however new it is; a new one is unlocked for a moment.
    """
    lock = os.open(parent / f".pizzeria-{os.geteuid()}.lock", os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _temp_dir() -> Path:
    return Path(tempfile.gettempdir())


def _has_space(parent: Path) -> bool:
    return os.access(parent, os.W_OK) and shutil.disk_usage(parent).free >= MIN_SHM_BYTES


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
