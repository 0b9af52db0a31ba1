"""The client for the admin API of a running Keycloak, with the calls that are used here."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import requests

ACCOUNT = "admin"  # username for the console, and id of the client with which programs act (client credentials)
REQUEST_TIMEOUT = 60.0  # seconds: creating a realm with its keys and users is slow on a busy machine


@dataclass(frozen=True, slots=True)
class AdminClient:
    """
    The admin client of one server.

    :param address: of the server, such as http://localhost:8180
    :param password: of its administrator
    """

    address: str
    password: str

    def has_realm(self, realm: str) -> bool:
        return self._send("get", realm).status_code == HTTPStatus.OK

    def create_realm(self, realm: dict[str, Any]) -> None:
        self.request("post", "", json=realm)

    def delete_realm(self, realm: str) -> None:
        self.request("delete", realm)

    def export(self, realm: str) -> Any:
        """Return the export of a realm, without its users."""
        return self.request("post", f"{realm}/partial-export?exportClients=true&exportGroupsAndRoles=true").json()

    def has_client(self, realm: str, name: str) -> bool:
        return bool(self.request("get", f"{realm}/clients", params={"clientId": name}).json())

    def create_client(self, realm: str, client: dict[str, Any]) -> None:
        self.request("post", f"{realm}/clients", json=client)

    def client(self, realm: str, name: str) -> dict[str, Any]:
        [client] = self.request("get", f"{realm}/clients", params={"clientId": name}).json()
        return dict(client)

    def set_root_url(self, realm: str, name: str, *, origin: str) -> None:
        """Change a client's root URL to ``origin``; its other addresses are relative to that."""
        client = self.client(realm, name)
        if client.get("rootUrl") != origin:
            self.request("put", f"{realm}/clients/{client['id']}", json={**client, "rootUrl": origin})

    def request(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """
        Send a request to the admin API, for a path below /admin/realms/, and return the response.

        :raises requests.HTTPError: the response has an error status
        """
        response = self._send(method, path, **kwargs)
        response.raise_for_status()
        return response

    def _send(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        return requests.request(
            method,
            f"{self.address}/admin/realms/{path}".rstrip("/"),
            headers={"Authorization": f"Bearer {self._token()}"},
            timeout=REQUEST_TIMEOUT,
            **kwargs,
        )

    def _token(self) -> str:
        response = requests.post(
            f"{self.address}/realms/master/protocol/openid-connect/token",
            data={"grant_type": "client_credentials", "client_id": ACCOUNT, "client_secret": self.password},
            timeout=REQUEST_TIMEOUT,
        )
        response.raise_for_status()
        return str(response.json()["access_token"])
