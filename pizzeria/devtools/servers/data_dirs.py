"""
Where the servers' data lies.

In the folder that was asked for; but a checkout under root's own home is closed to the account that runs the servers.
Then the data, and a copy of any binary that is closed to it, go to a folder elsewhere, which is noted in the first.
"""

import os
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from pizzeria.devtools.servers import service_account
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.programs import Program
from pizzeria.devtools.servers.service_account import ServiceAccount

ELSEWHERE = "elsewhere"  # the note
PERMANENT = Path("/var/tmp")  # noqa: S108 - survives a reboot


@dataclass(frozen=True, slots=True)
class DataDir:
    """A folder with a place for each server, and the account they run as."""

    folder: Path
    account: ServiceAccount | None

    def place(self, name: str) -> Path:
        """The folder of one server, closed to everybody else."""
        place = self.folder / name
        place.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            self.account.own(place)
        return place

    def executable(self, program: Program) -> Path:
        """The program itself if the account can run it, else a copy in this room."""
        original = program.root / program.path
        if self.account is None or not program.parts or self.account.can("-x", original):
            return original
        copy = self.folder / "programs" / f"{program.name}-{program.version}"
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(dir=self.folder))
            for part in program.parts:
                shutil.copytree(program.root / part, unfinished / part, symlinks=True)
            _open_to_all(unfinished)
            copy.parent.mkdir(exist_ok=True)
            copy.parent.chmod(0o755)
            unfinished.rename(copy)  # only ever seen whole
        return copy / program.path


def data_dir_in(folder: Path) -> DataDir:
    """The room for servers whose home is ``folder``, the same at every call."""
    account = service_account.service_account()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # the account passes through; nobody looks around
    if account is None or account.can("-x", folder):
        return DataDir(folder, account)
    return DataDir(_noted(folder) or _found_elsewhere(folder, account), account)


def clear(folder: Path) -> list[Path]:
    """Remove ``folder`` and what it notes elsewhere; the folders that there were."""
    there = [path for path in (_noted(folder), folder) if path and path.exists()]
    for path in there:
        shutil.rmtree(path)
    return there


def _noted(folder: Path) -> Path | None:
    note = folder / ELSEWHERE
    if not note.exists():
        return None
    elsewhere = Path(note.read_text())
    # Temporary folders get swept, and then anybody may make one of that name.
    still_ours = elsewhere.is_dir() and not elsewhere.is_symlink() and elsewhere.stat().st_uid == os.geteuid()
    return elsewhere if still_ours else None


def _found_elsewhere(folder: Path, account: ServiceAccount) -> Path:
    for parent in (PERMANENT, Path(tempfile.gettempdir())):
        if parent.is_dir() and account.can("-x", parent):
            elsewhere = parent / f"pizzeria-{token_hex(8)}"
            (folder / ELSEWHERE).write_text(str(elsewhere))  # first: what is noted nowhere is never removed
            elsewhere.mkdir()
            elsewhere.chmod(0o711)
            return elsewhere
    raise ServerUnavailable(f"The account `{account.name}` can reach neither {folder} nor {PERMANENT}.")


def _open_to_all(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
