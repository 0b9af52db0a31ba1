"""
A Keycloak of our own: loopback only, its data in one folder, an administrator's password nobody chose.

Its address is part of who people are here (their issuer), so that the port is kept beside the data.
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

PORT = "port"  # the file
PATIENCE = 240.0  # seconds: on busy cores, with an empty database
FAREWELL = 15.0  # seconds


@dataclass(frozen=True, slots=True)
class Keycloak:
    address: str
    office: AdminClient
    process: Child

    def issuer(self, realm: str) -> str:
        return f"{self.address}/realms/{realm}"


@contextmanager
def running(home: StateDir, *, port: int) -> Iterator[Keycloak]:
    """
    A running server with last time's realms.

    :param home: of this server alone; whoever calls holds its lock
    :raises CannotServe: with the reason, and the end of its log
    """
    folder = install.fetched(home)
    if not is_free(port):
        raise ServerUnavailable(
            f"Port {port} is in use, and Keycloak is known by it. Free it; `make keycloak` takes a PORT."
        )
    (home.folder / PORT).write_text(str(port))
    office = office_of(home.folder)
    child = Child(
        "keycloak",
        [folder / "bin" / "kc.sh", f"-Dkc.home.dir={_place(home.folder, folder)}", *_arguments(port)],
        records=home.records,
        log=home.logs / "keycloak.log",
        cwd=home.folder,
        env={
            **install.environment(),
            # Read once, when there is no data yet: a person for the console, and a client for programs.
            "KC_BOOTSTRAP_ADMIN_USERNAME": ACCOUNT,
            "KC_BOOTSTRAP_ADMIN_PASSWORD": office.password,
            "KC_BOOTSTRAP_ADMIN_CLIENT_ID": ACCOUNT,
            "KC_BOOTSTRAP_ADMIN_CLIENT_SECRET": office.password,
        },
    )
    try:
        wait_until(lambda: _answers(office.address) or not child.is_running(), seconds=PATIENCE)
        if not child.is_running() or not _answers(office.address):
            raise ServerUnavailable(f"Keycloak did not start. The end of {child.log}:\n{child.last_words()}")
        yield Keycloak(office.address, office, child)
    finally:
        child.stop(patience=FAREWELL)


def port_in(folder: Path) -> int:
    """Last time's port of the server with this home; at the first time a free one."""
    with suppress(FileNotFoundError, ValueError):
        return int((folder / PORT).read_text())
    return ports.free_port()


def address_at(port: int) -> str:
    return f"http://localhost:{port}"


def office_of(folder: Path) -> AdminClient:
    """
    The office of the server whose home this is.

    :raises FileNotFoundError: it never ran
    """
    return AdminClient(address_at(int((folder / PORT).read_text())), secrets.kept(folder / "admin-password"))


def _arguments(port: int) -> list[str]:
    listening = ["--http-enabled=true", "--http-host=127.0.0.1", f"--http-port={port}"]
    return ["start", "--optimized", *listening, f"--hostname={address_at(port)}", "--log-level=warn"]


def _place(home: Path, program_folder: Path) -> Path:
    """What the server takes for its own folder: its data lies there, and its program elsewhere."""
    place = home / "server"
    place.mkdir(mode=0o700, exist_ok=True)
    lib = place / "lib"
    lib.unlink(missing_ok=True)
    lib.symlink_to(program_folder / "lib")
    return place


def _answers(address: str) -> bool:
    try:
        return requests.get(f"{address}/realms/master", timeout=5).ok
    except requests.RequestException:
        return False
