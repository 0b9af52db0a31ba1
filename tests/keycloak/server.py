"""
A real Keycloak with two realms: the shop's own, and a plain one without the shop's scopes and audience.

It is started once for all tests that use it, with data that was imported once; what a test changes is undone after it.
"""

import hashlib
import shutil
from contextlib import ExitStack, suppress
from pathlib import Path

import pytest
import requests

from pizzeria.devtools.keycloak import connection, install, realm_file
from pizzeria.devtools.servers import keycloak as servers
from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.state_dir import StateDir, StateDirLocked
from tests.xdist_plugin import is_of_keycloak

OURS, PLAIN = connection.REALM, "plain"
WEB = {OURS: connection.WEB_CLIENT, PLAIN: "shop"}  # the client of the shop's pages in each realm
AUDIENCES = {
    OURS: connection.API_CLIENT,
    PLAIN: "pos",
}  # without an audience mapper a token names only the client that got it
SECRET = "known to the tests alone"
REALM_FILES = (realm_file.FILE, Path(__file__).with_name("plain-realm.json"))
PLACEHOLDERS = {"SHOP_ORIGIN": "http://localhost:1", "WEB_CLIENT_SECRET": SECRET, "POS_CLIENT_SECRET": SECRET}


class RealKeycloak:
    """The running server, and the changes that a test can make to it; `undo_changes` undoes them."""

    def __init__(self, home):
        self.home, self.port = home, free_port()
        self._running, self._undo = ExitStack(), []
        self.start()

    # --- What the shop uses ---

    def issuer(self, realm=OURS):
        return self.server.issuer(realm)

    def environment(self, realm=OURS):
        """Return the variables that make a process of the shop use this server."""
        return {
            "OIDC_ISSUER": self.issuer(realm),
            "OIDC_CLIENT_ID": WEB[realm],
            "OIDC_CLIENT_SECRET": SECRET,
            "OIDC_AUDIENCES": AUDIENCES[realm],
        }

    def set_shop_origin(self, origin, *, realm=OURS):
        for client in [WEB[realm], *([connection.DOCS_CLIENT] if realm == OURS else [])]:
            self.server.admin.set_root_url(realm, client, origin=origin)

    def token(self, realm=OURS, *, expect=200, **parameters):
        """Request a token; return the JSON of the answer."""
        response = requests.post(f"{self.issuer(realm)}/protocol/openid-connect/token", data=parameters, timeout=30)
        assert response.status_code == expect, response.text
        return response.json()

    def service_account_token(self, realm=OURS, **more):
        """Return the access token of a client that acts as its own service account."""
        parameters = {"grant_type": "client_credentials", "client_id": "pos", "client_secret": SECRET, **more}
        return self.token(realm, **parameters)["access_token"]

    # --- What an administrator does ---

    def disable(self, username, *, realm=OURS):
        self._change(username, realm, enabled=False)
        self._undo.append(lambda: self._change(username, realm, enabled=True))

    def change_email(self, username, email, *, realm=OURS):
        before = self._change(username, realm, email=email)["email"]
        self._undo.append(lambda: self._change(username, realm, email=before))

    def assign_role(self, username, role, *, realm=OURS, client=None):
        """Assign a role of the realm, or of a client, to a user."""
        self._map("post", username, role, realm, client)
        self._undo.append(lambda: self._map("delete", username, role, realm, client))

    def remove_role(self, username, role, *, realm=OURS, client=None):
        self._map("delete", username, role, realm, client)
        self._undo.append(lambda: self._map("post", username, role, realm, client))

    def end_sessions(self, username, *, realm=OURS):
        """End all sessions of a user; clients with a back-channel are notified."""
        self._admin_request("post", f"{realm}/users/{self.subject(username, realm=realm)}/logout")

    def rotate_keys(self, *, realm=OURS):
        """Add a key that signs from now on; the old one still verifies."""
        keys = self._admin_request("get", f"{realm}/keys").json()["keys"]
        first = max(key["providerPriority"] for key in keys) + 1
        component = {
            "name": f"new-{first}",
            "providerId": "rsa-generated",
            "providerType": "org.keycloak.keys.KeyProvider",
            "parentId": self._admin_request("get", realm).json()["id"],
            "config": {"priority": [str(first)]},
        }
        component_id = (
            self._admin_request("post", f"{realm}/components", json=component).headers["Location"].rpartition("/")[2]
        )
        self._undo.append(lambda: self._admin_request("delete", f"{realm}/components/{component_id}"))

    def subject(self, username, *, realm=OURS):
        """Return the `sub` of a user."""
        [person] = self._admin_request("get", f"{realm}/users", params={"username": username, "exact": "true"}).json()
        return person["id"]

    # --- The server itself ---

    def start(self):
        if not hasattr(self, "server") or not self.server.process.is_running():
            self.server = self._running.enter_context(servers.running(self.home, port=self.port))

    def stop(self):
        self._running.close()

    def undo_changes(self):
        """Start the server if it is stopped, and undo the changes of the test."""
        self.start()
        while self._undo:
            self._undo.pop()()
        for realm in (OURS, PLAIN):
            self._admin_request("delete", f"{realm}/attack-detection/brute-force/users")

    def _change(self, username, realm, **fields):
        """Change fields of a user; return the user as it was before."""
        path = f"{realm}/users/{self.subject(username, realm=realm)}"
        before = self._admin_request("get", path).json()
        self._admin_request("put", path, json={**before, **fields})
        return before

    def _map(self, verb, username, role, realm, client):
        place = f"clients/{self.server.admin.client(realm, client)['id']}" if client else ""
        found = self._admin_request("get", f"{realm}/{place}/roles/{role}".replace("//", "/")).json()
        person = f"{realm}/users/{self.subject(username, realm=realm)}"
        self._admin_request(verb, f"{person}/role-mappings/{place or 'realm'}", json=[found])

    def _admin_request(self, verb, path, **more):
        return self.server.admin.request(verb, path, **more)


@pytest.fixture(scope="session")
def _real_keycloak(tmp_path_factory):
    real = RealKeycloak(home_with_realms(tmp_path_factory.mktemp("keycloak")))
    yield real
    real.stop()


@pytest.fixture
def keycloak(request, _real_keycloak):
    """Yield the real Keycloak with both realms; undo the test's changes afterwards."""
    assert is_of_keycloak(request.node.nodeid), "move this to a folder `keycloak`: one worker takes them all"
    yield _real_keycloak
    _real_keycloak.undo_changes()


def home_with_realms(folder):
    """Make the folder the state directory of a server with both realms, which has run before on another port."""
    home = StateDir(folder)
    cached = install.cache_dir() / f"keycloak-{install.VERSION}-tests-{_digest()}"
    if not cached.exists():
        _import(home)
        with suppress(StateDirLocked):  # another run of the tests is storing the same
            _store(folder, cached)
    else:
        shutil.copytree(cached, folder, dirs_exist_ok=True)
    return home


def _store(folder, cached):
    """Copy a state directory into the cache; an incomplete copy has another name, and the next run removes it."""
    unfinished = StateDir(cached.with_name(f"unfinished-{cached.name}"))
    with unfinished.locked():
        copy = unfinished.folder / "home"
        shutil.rmtree(copy, ignore_errors=True)
        shutil.copytree(folder, copy, symlinks=True, ignore=shutil.ignore_patterns("running", "logs", "lib"))
        with suppress(OSError):  # another run has stored it by now
            copy.rename(cached)
        shutil.rmtree(unfinished.folder)


def _digest():
    texts = [install.VERSION, *(file.read_text() for file in REALM_FILES)]
    return hashlib.sha256("\n".join(texts).encode()).hexdigest()[:12]


def _import(home):
    with servers.running(home, port=free_port()) as server:
        for file in REALM_FILES:
            server.admin.create_realm(realm_file.fill_placeholders(file.read_text(), PLACEHOLDERS))
    (home.folder / "web-client-secret").write_text(SECRET)  # where the demo would keep it
