"""
Faults that the stand-in injects; without any, it works.

The faults are in a file in the server's folder, so that a test can change them in another process at any time.
"""

import json
import threading
import time
from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from secrets import token_hex
from typing import Literal

type RequestAction = Literal[
    "refuse",  # answer with the status, do nothing
    "fail",  # do it, then answer with the status; a retry with the same idempotency key gets that answer again
    "delay",  # wait for so many seconds, or until the fault is removed, then do it and answer
    "hang",  # do it, never answer
    "drop_before",  # close the connection, do nothing
    "drop_after",  # do it, then close the connection
    "pending",  # of refunds.create: the refund is pending until the driver settles it
    "twice",  # of page.pay: process the form twice, as a double submit does
]
type WebhookAction = Literal[
    "lose",  # never send it
    "duplicate",  # send it twice
    "hold",  # send it when the driver releases it
    "reverse",  # send the events of one step in reverse order
    "forge",  # sign it with another secret
    "age",  # sign it with a timestamp of an hour ago
    "alter",  # change a byte after signing it
]
INTERVAL = 0.02  # seconds between looks whether a fault is still there
REQUEST_ACTIONS = ("refuse", "fail", "delay", "hang", "drop_before", "drop_after", "pending", "twice")
WEBHOOK_ACTIONS = ("lose", "duplicate", "hold", "reverse", "forge", "age", "alter")


@dataclass(frozen=True, slots=True)
class Fault:
    """
    A fault of an operation.

    :param operation: its name, or a pattern of names: `refunds.create`, `checkout.sessions.*`, `page.pay`,
        `webhooks.send`, `*`
    :param status: the status that "refuse" and "fail" answer with
    :param seconds: the length of "delay"
    :param times: how many requests or events it affects; None for all
    :param only: the id or the `client_reference_id` of the session that it affects, or the type of the event; empty for
        all
    """

    operation: str
    action: RequestAction | WebhookAction
    status: int = 500
    seconds: float = 0
    times: int | None = None
    only: str = ""
    id: str = field(default_factory=lambda: token_hex(8))


@dataclass(frozen=True, slots=True)
class Faults:
    folder: Path
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def file(self) -> Path:
        return self.folder / "faults.json"

    def change(self, *faults: Fault) -> None:
        """Replace all faults by these; whatever they do not name works from now on."""
        unfinished = self.file.with_suffix(".unfinished")
        unfinished.write_text(json.dumps([asdict(fault) for fault in faults]))
        unfinished.rename(self.file)

    def take(self, operation: str, subjects: Collection[str], *, among: Collection[str]) -> Fault | None:
        """
        Return the first fault of an operation, or None, and count it.

        :param subjects: the ids and references that the operation is about, and the type of an event
        :param among: the actions that the operation can do
        """
        with self._lock:
            for fault in self._load():
                is_left = fault.times is None or self.times_taken(fault) < fault.times
                is_meant = fnmatchcase(operation, fault.operation) and (not fault.only or fault.only in subjects)
                if is_left and is_meant and fault.action in among:
                    with self._marks(fault).open("a") as marks:
                        marks.write("|")
                    return fault
        return None

    def times_taken(self, fault: Fault) -> int:
        """Return how many requests or events a fault has affected, or is affecting."""
        return len(self._marks(fault).read_text()) if self._marks(fault).exists() else 0

    def wait_out(self, fault: Fault) -> None:
        """Wait as long as a fault of "delay" says."""
        end = time.monotonic() + fault.seconds
        while time.monotonic() < end and any(each.id == fault.id for each in self._load()):
            time.sleep(INTERVAL)

    def _marks(self, fault: Fault) -> Path:
        return self.folder / f"fault-{fault.id}"

    def _load(self) -> list[Fault]:
        try:
            return [Fault(**fault) for fault in json.loads(self.file.read_text())]
        except FileNotFoundError:
            return []
