"""The driver: does in a test what a person does on the payment page, and what time or a bank does."""

import http.client
import json
import threading
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode, urlsplit

TIMEOUT = 60.0  # seconds: a fault may make the page slow


class DriverError(Exception):
    """The server refused what the driver asked for; the message holds its answer."""


@dataclass(slots=True)
class Driver:
    """
    A driver of the server at an address.

    The methods that press a button of the payment page return the address to which a browser would go next.

    :param url: without a slash at the end
    :param api_key: the secret key of the account
    """

    url: str
    api_key: str

    def pay(self, session_id: str) -> str:
        """Pay a session. Return its `success_url`, or the page if it has expired."""
        return self._press(session_id, "pay")

    def pay_at_once(self, session_id: str, *, times: int = 2) -> list[str]:
        """Press "Pay" in several browsers at once; return where each goes next."""
        addresses: list[str] = []
        threads = [threading.Thread(target=lambda: addresses.append(self.pay(session_id))) for _each in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return addresses

    def decline(self, session_id: str, reason: str = "generic_decline") -> str:
        """
        Have the card declined.

        :param reason: Stripe's `decline_code`: "generic_decline", "insufficient_funds" or "expired_card"
        """
        return self._press(session_id, reason)

    def authenticate(self, session_id: str) -> str:
        """Make the bank ask for a confirmation (3-D Secure)."""
        return self._press(session_id, "authenticate")

    def confirm(self, session_id: str) -> str:
        """Confirm at the bank: the session is paid."""
        return self._press(session_id, "confirm")

    def abandon(self, session_id: str) -> str:
        """Make the bank ask for a confirmation, and abandon it."""
        self.authenticate(session_id)
        return self._press(session_id, "abandon")

    def expire_now(self, session_id: str) -> None:
        """Move a session past its expiry, if it is open."""
        self._ask("expire", session_id)

    def settle_refund(self, refund_id: str, *, succeeds: bool) -> None:
        """End a pending refund, one way or the other."""
        self._ask("settle-refund", refund_id, succeeds=succeeds)

    def return_refund(self, refund_id: str) -> None:
        """Make the guest's bank return a refund that has succeeded."""
        self._ask("return-refund", refund_id)

    def deliver_webhooks(self, *, newest_first: bool = False) -> int:
        """Send the webhooks that a fault holds; return how many there are."""
        released: int = self._ask("deliver-webhooks", newest_first=newest_first)["released"]
        return released

    def _press(self, session_id: str, outcome: str) -> str:
        status, headers, body = self._post(f"/c/pay/{session_id}", outcome=outcome)
        if status != HTTPStatus.SEE_OTHER:
            raise DriverError(f"{status}: {body.decode()}")
        location = headers["Location"]
        return f"{self.url}{location}" if location.startswith("/") else location

    def _ask(self, action: str, id: str = "", **options: bool) -> Any:
        form = {name: str(value).lower() for name, value in options.items()}
        status, _headers, body = self._post(f"/driver/{action}/{id}", **form)
        if status != HTTPStatus.OK:
            raise DriverError(f"{status}: {body.decode()}")
        return json.loads(body)

    def _post(self, path: str, **form: str) -> tuple[int, http.client.HTTPMessage, bytes]:
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc, timeout=TIMEOUT)
        try:
            headers = {"Authorization": f"Bearer {self.api_key}", "Content-Type": "application/x-www-form-urlencoded"}
            connection.request("POST", path, urlencode(form), headers)
            response = connection.getresponse()
            return response.status, response.headers, response.read()
        finally:
            connection.close()
