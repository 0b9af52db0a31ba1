"""
A Keycloak server as a child process, with any realm: loopback only, data in one directory, a random admin password.

Its installation, the shop's realm and the `make` commands are in `pizzeria/devtools/keycloak/`.

Its address is the issuer of every user's identity, so the port is kept beside the data.
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import requests

from pizzeria.devtools.keycloak import install
from pizzeria.devtools.keycloak.admin_client import ACCOUNT, AdminClient
from pizzeria.devtools.public_port import is_free
from pizzeria.devtools.servers import ports, secrets
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import Child, wait_until
from pizzeria.devtools.state_dir import StateDir

PORT_FILE = "port"  # name of the file that keeps it
START_TIMEOUT = 240.0  # seconds for a start on busy cores with an empty database
STOP_TIMEOUT = 15.0  # seconds for a stop


@dataclass(frozen=True, slots=True)
class Keycloak:
    address: str
    admin: AdminClient
    process: Child

    def issuer(self, realm: str) -> str:
        return f"{self.address}/realms/{realm}"


@contextmanager
def running(home: StateDir, *, port: int) -> Iterator[Keycloak]:
    """
    Start a server with the realms of the last run, yield it, and stop it after the block.

    :param home: the state directory of this server alone; the caller holds its lock
    :raises ServerUnavailable: the message holds the reason, and the end of the log
    """
    folder = install.ensure_installed(home)
    if not is_free(port):
        raise ServerUnavailable(
            f"Port {port} is in use, and Keycloak is known by it. Free it; `make keycloak` takes a PORT."
        )
    (home.folder / PORT_FILE).write_text(str(port))
    admin = admin_client_of(home.folder)
    child = Child(
        "keycloak",
        [folder / "bin" / "kc.sh", f"-Dkc.home.dir={_home_dir(home.folder, folder)}", *_arguments(port)],
        records=home.records,
        log=home.logs / "keycloak.log",
        cwd=home.folder,
        env={
            **install.environment(),
            # Keycloak reads these only while it has no data: a user for the console, and a client for programs.
            "KC_BOOTSTRAP_ADMIN_USERNAME": ACCOUNT,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": admin.password,
            "KC_BOOTSTRAP_ADMIN_CLIENT_ID": ACCOUNT,
            "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": admin.password,
        },
    )
    try:
        wait_until(lambda: _is_ready(admin.address) or not child.is_running(), seconds=START_TIMEOUT)
        if not child.is_running() or not _is_ready(admin.address):
            raise ServerUnavailable(f"Keycloak did not start. The end of {child.log}:\n{child.log_tail()}")
        yield Keycloak(admin.address, admin, child)
    finally:
        child.stop(timeout=STOP_TIMEOUT)


def port_in(folder: Path) -> int:
    """Return the port that the server with this state directory used last; a free one at the first start."""
    with suppress(FileNotFoundError, ValueError):
        return int((folder / PORT_FILE).read_text())
    return ports.free_port()


def address_at(port: int) -> str:
    return f"http://localhost:{port}"


def admin_client_of(folder: Path) -> AdminClient:
    """
    Return the admin client of the server with this state directory.

    :raises FileNotFoundError: the server has never run
    """
    return AdminClient(
        address_at(int((folder / PORT_FILE).read_text())), secrets.load_or_create(folder / "admin-password")
    )


def _arguments(port: int) -> list[str]:
    listening = ["--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={port}"]
    return ["start", "--optimized", *listening, f"--hostname={address_at(port)}", "--log-level=warn"]


def _home_dir(home: Path, program_folder: Path) -> Path:
    """Return the directory that Keycloak uses as its home: it holds the data, and a link to the program's libraries."""
    home_dir = home / "server"
    home_dir.mkdir(mode=0o700, exist_ok=True)
    lib = home_dir / "lib"
    lib.unlink(missing_ok=True)
    lib.symlink_to(program_folder / "lib")
    return home_dir


def _is_ready(address: str) -> bool:
    try:
        return requests.get(f"{address}/realms/master", timeout=5).ok
    except requests.RequestException:
        return False
