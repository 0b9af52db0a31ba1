"""The postbox as a process: where the shop's messages go, however often the shop itself is killed."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pizzeria.devtools.message_sinks import PORTS
from pizzeria.devtools.message_sinks.faults import Faults
from pizzeria.devtools.message_sinks.store import MessageStore
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import Child, wait_until
from pizzeria.devtools.state_dir import ROOT

PATIENCE = 120.0  # seconds, on busy cores


@dataclass(frozen=True, slots=True)
class MessageSinks:
    """
    :param mail_url: as the shop's ``MAIL_URL``
    :param sms_url: as the shop's ``NOTIFY_SMS_URL``
    :param manners: how it treats whoever comes
    """

    mail_url: str
    sms_url: str
    store: MessageStore
    faults: Faults
    process: Child


@contextmanager
def running(*, home: Path) -> Iterator[MessageSinks]:
    """
    A postbox at work, with the messages of last time.

    :raises CannotServe: with the end of its log
    """
    folder = home / "message-sinks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = folder / PORTS
    ports.unlink(missing_ok=True)
    child = Child(
        "message-sinks",
        [sys.executable, "-m", "pizzeria.devtools.message_sinks", folder],
        records=home / "running",
        log=home / "logs" / "message-sinks.log",
        cwd=ROOT,
        env=os.environ,
    )
    try:
        if not wait_until(lambda: ports.exists() or not child.is_running(), seconds=PATIENCE) or not ports.exists():
            raise ServerUnavailable(f"The postbox did not start. The end of {child.log}:\n{child.last_words()}")
        at = json.loads(ports.read_text())
        yield MessageSinks(
            mail_url=f"smtp://127.0.0.1:{at['mail']}?tls=no",
            sms_url=f"json://127.0.0.1:{at['sms']}/sms",
            store=MessageStore(folder),
            faults=Faults(folder),
            process=child,
        )
    finally:
        child.stop()
