"""The folder that holds a demo: data, secrets, logs, and a lock that says who runs it."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Owner:
    """Who runs the demo, and at which address."""

    pid: int
    address: str


class StateDirLocked(Exception):
    """Somebody else has the lock; ``owner`` is None if they have not said yet who they are."""

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
    def variables(self) -> Path:
        """Where a running demo's environment is written down, for commands beside it."""
        return self.folder / "environment.json"

    @property
    def unfinished_history(self) -> Path:
        """A file that is there while the demo's past is being written, and stays if that is cut off."""
        return self.folder / "unfinished-history"

    def is_locked(self) -> bool:
        """Whether somebody has the lock."""
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
        Hold the folder's lock, which ends with our process however that ends.

        :raises Occupied: while somebody else holds it
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o711)  # an account that runs servers passes through; nobody looks around
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
    """`.demo` in the checkout, or where ``DEMO_FOLDER`` says."""
    return StateDir(Path(os.environ.get("DEMO_FOLDER") or ROOT / ".demo").resolve())


def keycloak_state_dir() -> StateDir:
    """Keycloak's own, within the demo's: it runs with the demo or alone."""
    return StateDir(demo_state_dir().folder / "keycloak")


def _owner(written: str) -> Owner | None:
    try:
        return Owner(**json.loads(written))
    except (ValueError, TypeError):
        return None
