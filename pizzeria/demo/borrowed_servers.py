"""
`python -m pizzeria.demo.borrowed_servers -- COMMAND …`: run a command with a PostgreSQL and a Redis of its own.

Both start empty, in a folder that is gone afterwards. Ctrl-C and kill reach the command, whose exit code is ours.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType

from pizzeria.demo import environment, interruption
from pizzeria.demo.home import Home, Occupied
from pizzeria.demo.servers import pair, rooms, secrets
from pizzeria.demo.servers.failure import CannotServe
from pizzeria.demo.servers.processes import stop_leftovers, tied_to_owner

PREFIX = "pizzeria-borrowed-"
MEMORY = Path("/dev/shm")  # noqa: S108 - commits are twice as fast there as on a disk, and as durable for a killed server
MEMORY_WANTED = 2 << 30  # bytes; containers often have 64 MB there


def main(arguments: Sequence[str]) -> int:
    command = list(arguments[1:] if arguments[:1] == ["--"] else arguments)
    if not command:
        print(__doc__)
        return 2
    errand = _Errand()
    errand.listen()
    try:
        with temporary_home() as home, pair.running(home.folder) as servers:
            variables = environment.shop(
                secret_key=secrets.kept(home.folder / "secret-key"),
                database_url=servers.database.url,
                redis_url=servers.store.url,
                origin="http://localhost:8000",
            )
            variables["OIDC_ISSUER"] = ""  # whoever wants a sign-in server connects to one
            return errand.run(command, variables)
    except (CannotServe, FileNotFoundError) as problem:
        print(problem, file=sys.stderr)
        return 1
    except Called as called:
        return 128 + called.number


class Called(BaseException):
    """A signal came before there was a command to hand it to."""

    def __init__(self, number: int) -> None:
        self.number = number


class _Errand:
    """The command, and the signals meant for it."""

    def __init__(self) -> None:
        self.process: subprocess.Popen[bytes] | None = None
        self.over = False

    def listen(self) -> None:
        for number in interruption.SIGNALS:
            signal.signal(number, self._hand_on)

    def run(self, command: list[str], variables: dict[str, str]) -> int:
        # In our own process group, so that it may read the terminal (a debugger) and hears a Ctrl-C by itself.
        self.process = subprocess.Popen(command, env=variables, preexec_fn=tied_to_owner(signal.SIGTERM))  # noqa: PLW1509 - one thread
        try:
            code = self.process.wait()
        finally:
            self.over = True
        return code if code >= 0 else 128 - code

    def _hand_on(self, number: int, frame: FrameType | None) -> None:
        if self.over:
            return  # the servers are being stopped already
        if self.process is None:
            self.over = True
            raise Called(number)
        if number == signal.SIGINT and os.isatty(0):
            return  # the terminal has told the command, too
        self.process.send_signal(number)


@contextmanager
def temporary_home() -> Iterator[Home]:
    """A folder that is gone after the block, or, if that was killed, after the next one's beginning."""
    on_disk = Path(tempfile.gettempdir())
    _sweep(MEMORY, on_disk)
    parent = MEMORY if _has_space(MEMORY) else on_disk
    unlocked = Path(tempfile.mkdtemp(dir=parent))
    folder = unlocked.with_name(PREFIX + unlocked.name)
    with Home(unlocked).occupied():
        unlocked.rename(folder)  # under this name, a folder whose lock nobody holds is litter
        try:
            yield Home(folder)
        finally:
            rooms.clear(folder)


def _has_space(parent: Path) -> bool:
    return os.access(parent, os.W_OK) and shutil.disk_usage(parent).free >= MEMORY_WANTED


def _sweep(*parents: Path) -> None:
    """Remove what killed errands could not, and stop their servers if anything kept them alive."""
    for folder in (found for parent in parents for found in parent.glob(f"{PREFIX}*")):
        if folder.stat().st_uid == os.geteuid() and not folder.is_symlink():
            with suppress(Occupied, FileNotFoundError), Home(folder).occupied():
                stop_leftovers(Home(folder).records)
                rooms.clear(folder)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
