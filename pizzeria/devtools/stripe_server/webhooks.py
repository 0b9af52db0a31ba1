"""Webhooks: the endpoint they go to, their signature, and the thread that sends them until they are accepted."""

import hmac
import http.client
import json
import re
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from pizzeria.devtools.stripe_server.faults import WEBHOOK_ACTIONS, Faults
from pizzeria.devtools.stripe_server.store import Store, StripeObject

OPERATION = "webhooks.send"
TIMEOUT = 10.0  # seconds for an answer
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 4.0  # seconds between attempts, doubled each time
ATTEMPTS = 40  # in two and a half minutes
INTERVAL = 0.2  # seconds between looks for what is due
OLD = 3600  # seconds


@dataclass(frozen=True, slots=True)
class WebhookEndpoint:
    """The endpoint of the merchant, in a file in the server's folder, so that another process can change it."""

    folder: Path

    @property
    def file(self) -> Path:
        return self.folder / "webhook-endpoint.json"

    def change(self, url: str, *secrets: str) -> None:
        """
        Send webhooks to this address from now on, those that wait too; an empty address for none.

        :param secrets: each of them signs: two while the merchant changes from one to the other
        """
        unfinished = self.file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps({"url": url, "secrets": secrets}))
        unfinished.rename(self.file)

    @property
    def url(self) -> str:
        return self._load()[0]

    @property
    def secrets(self) -> list[str]:
        return self._load()[1]

    def _load(self) -> tuple[str, list[str]]:
        try:
            stored = json.loads(self.file.read_text())
        except FileNotFoundError:
            return "", []
        return stored["url"], stored["secrets"]


def signature(payload: bytes, secrets: list[str], *, at: int) -> str:
    """Return the value of `Stripe-Signature` for a payload, with one signature for each secret."""
    signed = b"%d.%b" % (at, payload)
    return ",".join([f"t={at}", *(f"v1={hmac.new(each.encode(), signed, sha256).hexdigest()}" for each in secrets)])


class WebhookQueue:
    """The deliveries: rows in the store, sent by one thread, the oldest first."""

    def __init__(self, store: Store, endpoint: WebhookEndpoint, faults: Faults) -> None:
        self._store, self._endpoint, self._faults = store, endpoint, faults
        self._news = threading.Event()

    @property
    def is_configured(self) -> bool:
        return bool(self._endpoint.url)

    def enqueue(self, events: list[StripeObject], subjects: set[str]) -> None:
        """Queue the events of one step, in the transaction that is open."""
        taken = [
            self._faults.take(OPERATION, {*subjects, event["id"], event["type"]}, among=WEBHOOK_ACTIONS)
            for event in events
        ]
        actions = [fault.action if fault else "" for fault in taken]
        deliveries = list(zip(events, actions, strict=True))
        if "reverse" in actions:
            deliveries.reverse()
        for event, action in deliveries:
            state = {"lose": "lost", "hold": "held"}.get(action, "pending")
            for _copy in range(2 if action == "duplicate" else 1):
                self._store.execute(
                    "INSERT INTO deliveries (event, state, fault) VALUES (?, ?, ?)", event["id"], state, action
                )
        self._news.set()

    def release(self, *, newest_first: bool = False) -> int:
        """Send what is held, and return how many deliveries that are."""
        with self._store.transaction():
            order = "DESC" if newest_first else "ASC"
            held = self._store.execute(f"SELECT event FROM deliveries WHERE state = 'held' ORDER BY position {order}")  # noqa: S608 - one of two words
            self._store.execute("DELETE FROM deliveries WHERE state = 'held'")
            for (event,) in held:
                self._store.execute("INSERT INTO deliveries (event, state, fault) VALUES (?, 'pending', '')", event)
        self._news.set()
        return len(held)

    def send_until(self, stopped: threading.Event, *, each_time: Callable[[], None]) -> None:
        """Send what is due until the event is set; call `each_time` before each look."""
        while not stopped.is_set():
            self._news.clear()
            each_time()
            with self._store.transaction():
                due = self._store.execute(
                    "SELECT position, event, fault, attempts FROM deliveries"
                    " WHERE state = 'pending' AND due <= ? ORDER BY position",
                    time.time(),
                )
            for position, event, fault, attempts in due:
                self._send(position, event, fault, attempts + 1)
            self._news.wait(INTERVAL)

    def _send(self, position: int, event_id: str, fault: str, attempt: int) -> None:
        with self._store.transaction():
            event = self._store.find(event_id)
        assert event is not None  # saved with the delivery
        accepted = self._post(json.dumps(event, indent=2).encode(), fault)
        state = "delivered" if accepted else "pending" if attempt < ATTEMPTS else "failed"
        with self._store.transaction():
            self._store.execute(
                "UPDATE deliveries SET state = ?, attempts = ?, due = ? WHERE position = ?",
                state,
                attempt,
                time.time() + min(FIRST_PAUSE * 2 ** (attempt - 1), LONGEST_PAUSE),
                position,
            )
            if accepted:
                self._store.save({**event, "pending_webhooks": 0})

    def _post(self, payload: bytes, fault: str) -> bool:
        """Post a payload, signed; return whether the endpoint accepted it. A redirect does not count."""
        secrets = ["whsec_of_another_endpoint"] if fault == "forge" else self._endpoint.secrets
        signed_at = int(time.time()) - (OLD if fault == "age" else 0)
        headers = {
            "Content-Type": "application/json; charset=utf-8",
            "Stripe-Signature": signature(payload, secrets, at=signed_at),
            "User-Agent": "Stripe/1.0 (stand-in)",
        }
        if fault == "alter":
            payload = re.sub(rb'(?<="amount)(.*?)(\d)', _other_digit, payload, count=1)
        address = urlsplit(self._endpoint.url)
        if address.hostname is None:
            return False
        connect = http.client.HTTPSConnection if address.scheme == "https" else http.client.HTTPConnection
        connection = connect(address.hostname, address.port, timeout=TIMEOUT)
        try:
            connection.request("POST", urlunsplit(("", "", address.path or "/", address.query, "")), payload, headers)
            status = connection.getresponse().status
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()
        return HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES


def _other_digit(match: re.Match[bytes]) -> bytes:
    return match[1] + bytes([match[2][0] ^ 1])
