"""The message sinks as a child process, separate from the shop, so that they survive a kill of the shop."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pizzeria.devtools.message_sinks import PORTS_FILE
from pizzeria.devtools.message_sinks.faults import Faults
from pizzeria.devtools.message_sinks.store import MessageStore
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import Child, wait_until
from pizzeria.devtools.state_dir import ROOT

START_TIMEOUT = 120.0  # seconds, on busy cores


@dataclass(frozen=True, slots=True)
class MessageSinks:
    """
    The running message sinks.

    :param mail_url: the value for the shop's ``MAIL_URL``
    :param sms_url: the value for the shop's ``NOTIFY_SMS_URL``
    :param faults: the faults that the sinks inject
    """

    mail_url: str
    sms_url: str
    store: MessageStore
    faults: Faults
    process: Child


@contextmanager
def running(*, home: Path) -> Iterator[MessageSinks]:
    """
    Start the message sinks with the messages of the last run, yield them, and stop them after the block.

    :raises ServerUnavailable: the message holds the end of the log
    """
    folder = home / "message-sinks"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports_file = folder / PORTS_FILE
    ports_file.unlink(missing_ok=True)
    child = Child(
        "message-sinks",
        [sys.executable, "-m", "pizzeria.devtools.message_sinks", folder],
        records=home / "running",
        log=home / "logs" / "message-sinks.log",
        cwd=ROOT,
        env=os.environ,
    )
    try:
        wait_until(lambda: ports_file.exists() or not child.is_running(), seconds=START_TIMEOUT)
        if not ports_file.exists():
            raise ServerUnavailable(f"The message sinks did not start. The end of {child.log}:\n{child.log_tail()}")
        ports_by_channel = json.loads(ports_file.read_text())
        yield MessageSinks(
            mail_url=f"smtp://127.0.0.1:{ports_by_channel['mail']}?tls=no",
            sms_url=f"json://127.0.0.1:{ports_by_channel['sms']}/sms",
            store=MessageStore(folder),
            faults=Faults(folder),
            process=child,
        )
    finally:
        child.stop()
