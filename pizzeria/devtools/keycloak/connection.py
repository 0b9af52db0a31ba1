"""The connection of shop and Keycloak: the shop's realm in Keycloak, and Keycloak in the shop's environment."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import requests

from pizzeria.devtools import state_dir
from pizzeria.devtools.keycloak import realm_file
from pizzeria.devtools.keycloak.admin_client import AdminClient
from pizzeria.devtools.public_port import DEFAULT
from pizzeria.devtools.servers import keycloak, secrets
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.keycloak import Keycloak
from pizzeria.devtools.servers.processes import stop_leftovers
from pizzeria.devtools.state_dir import StateDirLocked
from pizzeria.foundation.hosts import is_loopback

REALM = "pizzeria"  # as in realm.json, and so are the clients
WEB_CLIENT, API_CLIENT, DOCS_CLIENT = "pizzeria-web", "pizzeria-api", "api-docs"


@dataclass(frozen=True, slots=True)
class RunningKeycloak:
    """
    A running Keycloak with the shop's realm.

    :param variables: the shop's environment variables for this server
    """

    server: Keycloak
    variables: dict[str, str]


@contextmanager
def running(*, origin: str, port: int | None = None) -> Iterator[RunningKeycloak]:
    """
    Start the checkout's Keycloak with the shop's realm, yield it, and stop it after the block.

    :param origin: the shop's address in this run
    :param port: of Keycloak, if it is not the port of the last run
    :raises ServerUnavailable: the message says what to do
    """
    if not is_loopback(urlsplit(origin).hostname or ""):
        raise ServerUnavailable(
            f"The users of this Keycloak have a known password, so that it is for a shop on this machine alone: "
            f"{origin} is another. Try ORIGIN=http://localhost:{DEFAULT}."
        )
    state = state_dir.keycloak_state_dir()
    port = port or keycloak.port_in(state.folder)
    try:
        with state.locked(address=keycloak.address_at(port)):
            stop_leftovers(state.records)
            with keycloak.running(state, port=port) as server:
                yield RunningKeycloak(server, _connect_shop(server, state.folder, origin))
    except StateDirLocked as locked:
        where = f" at {locked.owner.address} (process {locked.owner.pid})" if locked.owner else ""
        raise ServerUnavailable(
            f"This checkout's Keycloak is running already{where}. Stop it with Ctrl-C there."
        ) from None


def _connect_shop(server: Keycloak, folder: Path, origin: str) -> dict[str, str]:
    secret = secrets.load_or_create(folder / "web-client-secret")
    placeholders = {
        "SHOP_ORIGIN": origin,
        "WEB_CLIENT_SECRET": secret,
        "POS_CLIENT_SECRET": secrets.load_or_create(folder / "pos-client-secret"),
    }
    try:
        ensure_realm(server.admin, placeholders)
    except requests.RequestException as problem:
        raise ServerUnavailable(f"Keycloak did not accept the realm: {problem}") from problem
    return {
        "OIDC_ISSUER": server.issuer(REALM),
        "OIDC_CLIENT_ID": WEB_CLIENT,
        "OIDC_CLIENT_SECRET": secret,
        "OIDC_AUDIENCES": API_CLIENT,
        "OIDC_API_DOCS_CLIENT_ID": DOCS_CLIENT,
    }


def ensure_realm(admin: AdminClient, placeholders: dict[str, str]) -> None:
    """Create the shop's realm; in one that exists, adapt the clients of the shop's pages to its present address."""
    realm = realm_file.fill_placeholders(realm_file.FILE.read_text(), placeholders)
    if not admin.has_realm(REALM):
        admin.create_realm(realm)
        return
    for name in (WEB_CLIENT, DOCS_CLIENT):
        if not admin.has_client(REALM, name):  # the realm is that of an earlier version
            [client] = [client for client in realm["clients"] if client["clientId"] == name]
            admin.create_client(REALM, client)
        admin.set_root_url(REALM, name, origin=placeholders["SHOP_ORIGIN"])
