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


class Occupied(Exception):
    """Somebody else has the lock; ``owner`` is None if they have not said yet who they are."""

    def __init__(self, owner: Owner | None) -> None:
        super().__init__(owner)
        self.owner = owner


@dataclass(frozen=True, slots=True)
class Home:
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
    def unfinished_past(self) -> Path:
        """A file that is there while the demo's past is being written, and stays if that is cut off."""
        return self.folder / "unfinished-past"

    def is_occupied(self) -> bool:
        """Whether somebody has the lock."""
        if not self.folder.exists():
            return False
        try:
            with self.occupied():
                return False
        except Occupied:
            return True

    @contextmanager
    def occupied(self, *, address: str = "") -> Iterator[None]:
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
                raise Occupied(_owner(lock.read())) from None
            lock.truncate(0)
            lock.write(json.dumps(asdict(Owner(os.getpid(), address))))
            lock.flush()
            yield


def of_the_demo() -> Home:
    """`.demo` in the checkout, or where ``DEMO_FOLDER`` says."""
    return Home(Path(os.environ.get("DEMO_FOLDER") or ROOT / ".demo").resolve())


def of_keycloak() -> Home:
    """Keycloak's own, within the demo's: it runs with the demo or alone."""
    return Home(of_the_demo().folder / "keycloak")


def _owner(written: str) -> Owner | None:
    try:
        return Owner(**json.loads(written))
    except (ValueError, TypeError):
        return None
