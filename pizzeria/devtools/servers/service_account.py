"""The account that runs the servers: PostgreSQL refuses to run as root, so root starts it as another user."""

import os
import pwd
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from pizzeria.devtools.servers.exceptions import ServerUnavailable


@dataclass(frozen=True, slots=True)
class ServiceAccount:
    name: str
    uid: int
    gid: int

    def own(self, *paths: Path) -> None:
        for path in paths:
            os.chown(path, self.uid, self.gid)

    def can(self, do: Literal["-r", "-w", "-x"], path: Path) -> bool:
        """Return whether the account may read, write or enter (run) this path, according to the system's `test`."""
        result = subprocess.run(
            ["/bin/sh", "-c", 'test "$0" "$1"', do, path],
            user=self.uid,
            group=self.gid,
            extra_groups=[],
            cwd="/",
            check=False,
        )
        return result.returncode == 0


def service_account() -> ServiceAccount | None:
    """
    Return `postgres` or `nobody` if this process runs as root; otherwise None, as the servers can run as its own user.

    :raises ServerUnavailable: the machine has neither of the two users
    """
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServiceAccount(name, entry.pw_uid, entry.pw_gid)
    raise ServerUnavailable("PostgreSQL refuses to run as root, and this machine has no user `postgres` or `nobody`.")
