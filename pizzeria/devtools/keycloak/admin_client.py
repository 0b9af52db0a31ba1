"""The office of a running Keycloak: its admin API, as far as it is used here."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

ACCOUNT = "admin"  # the person at the console and, for programs, the client that acts on its own account
PATIENCE = 60.0  # seconds: making a realm with its keys and people takes its time on a busy machine


@dataclass(frozen=True, slots=True)
class AdminClient:
    """
    :param address: of the server, such as http://localhost:8180
    :param password: of its administrator
    """

    address: str
    password: str

    def has(self, realm: str) -> bool:
        return self._answer("get", realm).status_code == HTTPStatus.OK

    def make(self, realm: dict[str, Any]) -> None:
        self.ask("post", "", json=realm)

    def remove(self, realm: str) -> None:
        self.ask("delete", realm)

    def export(self, realm: str) -> Any:
        """All of a realm but its people."""
        return self.ask("post", f"{realm}/partial-export?exportClients=true&exportGroupsAndRoles=true").json()

    def client(self, realm: str, name: str) -> dict[str, Any]:
        [client] = self.ask("get", f"{realm}/clients", params={"clientId": name}).json()
        return dict(client)

    def move_client(self, realm: str, name: str, *, origin: str) -> None:
        """Tell where a client is found from now on; its addresses are relative to that."""
        client = self.client(realm, name)
        if client.get("rootUrl") != origin:
            self.ask("put", f"{realm}/clients/{client['id']}", json={**client, "rootUrl": origin})

    def ask(self, verb: str, path: str, **more: Any) -> requests.Response:
        """
        Ask the admin API for something below /admin/realms/.

        :raises requests.HTTPError: it refused
        """
        answer = self._answer(verb, path, **more)
        answer.raise_for_status()
        return answer

    def _answer(self, verb: str, path: str, **more: Any) -> requests.Response:
        return requests.request(
            verb,
            f"{self.address}/admin/realms/{path}".rstrip("/"),
            headers={"Authorization": f"Bearer {self._token()}"},
            timeout=PATIENCE,
            **more,
        )

    def _token(self) -> str:
        answer = requests.post(
            f"{self.address}/realms/master/protocol/openid-connect/token",
            data={"grant_type": "client_credentials", "client_id": ACCOUNT, "client_secret": self.password},
            timeout=PATIENCE,
        )
        answer.raise_for_status()
        return str(answer.json()["access_token"])
