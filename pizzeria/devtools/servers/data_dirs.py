"""
Data directories of the servers.

They are in the requested directory, unless the service account cannot enter it (a checkout under root's home). Then the
data, and a copy of any binary that the account cannot run, are in a fallback directory, which a file in the requested
one names.
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

POINTER_FILE = "elsewhere"  # the file that names the fallback directory
FALLBACK_PARENT = Path("/var/tmp")  # noqa: S108 - survives a reboot


@dataclass(frozen=True, slots=True)
class DataDir:
    """A directory with a subdirectory for each server, and the account that the servers run as."""

    folder: Path
    account: ServiceAccount | None

    def server_dir(self, name: str) -> Path:
        """Return the directory of one server, which other users cannot enter; create it if needed."""
        server_dir = self.folder / name
        server_dir.mkdir(mode=0o700, exist_ok=True)
        if self.account:
            self.account.own(server_dir)
        return server_dir

    def executable(self, program: Program) -> Path:
        """Return the path of the program if the account can run it, otherwise that of a copy in this directory."""
        original = program.root / program.path
        if self.account is None or not program.parts or self.account.can("-x", original):
            return original
        copy = self.folder / "programs" / f"{program.name}-{program.version}"
        if not copy.exists():
            unfinished = Path(tempfile.mkdtemp(dir=self.folder))
            for part in program.parts:
                shutil.copytree(program.root / part, unfinished / part, symlinks=True)
            _make_world_readable(unfinished)
            copy.parent.mkdir(exist_ok=True)
            copy.parent.chmod(0o755)
            unfinished.rename(copy)  # the rename is atomic, so that no process sees an incomplete copy
        return copy / program.path


def data_dir_in(folder: Path) -> DataDir:
    """Return the data directory of the servers whose state directory is ``folder``; the same at every call."""
    account = service_account.service_account()
    folder.mkdir(parents=True, exist_ok=True)
    folder.chmod(0o711)  # the account may enter the directory; other users may not list it
    if account is None or account.can("-x", folder):
        return DataDir(folder, account)
    return DataDir(_read_pointer(folder) or _create_fallback_dir(folder, account), account)


def clear(folder: Path) -> list[Path]:
    """Remove ``folder`` and the fallback directory that it names; return those of them that existed."""
    existing = [path for path in (_read_pointer(folder), folder) if path and path.exists()]
    for path in existing:
        shutil.rmtree(path)
    return existing


def _read_pointer(folder: Path) -> Path | None:
    pointer = folder / POINTER_FILE
    if not pointer.exists():
        return None
    fallback = Path(pointer.read_text())
    # Systems clean up temporary directories; after that any user may create one of the same name.
    still_ours = fallback.is_dir() and not fallback.is_symlink() and fallback.stat().st_uid == os.geteuid()
    return fallback if still_ours else None


def _create_fallback_dir(folder: Path, account: ServiceAccount) -> Path:
    for parent in (FALLBACK_PARENT, Path(tempfile.gettempdir())):
        if parent.is_dir() and account.can("-x", parent):
            fallback = parent / f"pizzeria-{token_hex(8)}"
            (folder / POINTER_FILE).write_text(str(fallback))  # before mkdir: an unnamed directory is never removed
            fallback.mkdir()
            fallback.chmod(0o711)
            return fallback
    raise ServerUnavailable(f"The account `{account.name}` can reach neither {folder} nor {FALLBACK_PARENT}.")


def _make_world_readable(tree: Path) -> None:
    for path in (tree, *tree.rglob("*")):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or os.access(path, os.X_OK) else 0o644)
