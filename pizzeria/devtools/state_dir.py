"""The state directory of the demo: data, secrets, logs, and a lock file that names the process that runs it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
UNKNOWN_MIGRATIONS_EXIT_CODE = 3  # exit code of the preparation: the database has migrations that are unknown here


@dataclass(frozen=True, slots=True)
class Owner:
    """The process that runs the demo, and the address it serves at."""

    pid: int
    address: str


class StateDirLocked(Exception):
    """Another process has the lock; ``owner`` is None if that process has not written itself into the lock file yet."""

    def __init__(self, owner: Owner | None) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class StateDir:
    folder: Path

    @property
    def records(self) -> Path:
        return self.folder / "running"

    @property
    def logs(self) -> Path:
        return self.folder / "logs"

    @property
    def environment_file(self) -> Path:
        """Return the file with a running demo's environment variables, for commands that work beside it."""
        return self.folder / "environment.json"

    @property
    def token_keys(self) -> Path:
        """Return the file with the public key of the demo's own access tokens; the private one is beside it."""
        return self.folder / "token-keys.json"

    @property
    def unfinished_history(self) -> Path:
        """Return the marker file that exists while the demo's history is written, and stays if that is interrupted."""
        return self.folder / "unfinished-history"

    def is_locked(self) -> bool:
        """Return whether a process holds the lock."""
        if not self.folder.exists():
            return False
        try:
            with self.locked():
                return False
        except StateDirLocked:
            return True

    @contextmanager
    def locked(self, *, address: str = "") -> Iterator[None]:
        """
        Hold the directory's lock during the block; the kernel releases it when this process ends, however it ends.

        :raises StateDirLocked: another process holds the lock
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # the servers' account may enter the directory; other users may not list it
        with (self.folder / "lock").open("a+") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.seek(0)
                raise StateDirLocked(_owner(lock.read())) from None
            lock.truncate(0)
            lock.write(json.dumps(asdict(Owner(os.getpid(), address))))
            lock.flush()
            yield


def demo_state_dir() -> StateDir:
    """Return the demo's state directory: ``DEMO_FOLDER`` in the environment, or `.demo` in the checkout."""
    return StateDir(Path(os.environ.get("DEMO_FOLDER") or ROOT / ".demo").resolve())


def keycloak_state_dir() -> StateDir:
    """Return Keycloak's state directory, within the demo's; separate because Keycloak runs with the demo or alone."""
    return StateDir(demo_state_dir().folder / "keycloak")


def _owner(written: str) -> Owner | None:
    try:
        return Owner(**json.loads(written))
    except (ValueError, TypeError):
        return None
