"""The postbox as a process: where the shop's messages go, however often the shop itself is killed."""

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pizzeria.demo.home import ROOT
from pizzeria.demo.postbox import PORTS
from pizzeria.demo.postbox.ledger import Ledger
from pizzeria.demo.postbox.manners import Manners
from pizzeria.demo.servers.failure import CannotServe
from pizzeria.demo.servers.processes import Child, wait_until

PATIENCE = 120.0  # seconds, on busy cores


@dataclass(frozen=True, slots=True)
class Postbox:
    """
    :param mail_url: as the shop's ``MAIL_URL``
    :param sms_url: as the shop's ``NOTIFY_SMS_URL``
    :param manners: how it treats whoever comes
    """

    mail_url: str
    sms_url: str
    ledger: Ledger
    manners: Manners
    process: Child


@contextmanager
def running(*, home: Path) -> Iterator[Postbox]:
    """
    A postbox at work, with the messages of last time.

    :raises CannotServe: with the end of its log
    """
    folder = home / "postbox"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    ports = folder / PORTS
    ports.unlink(missing_ok=True)
    child = Child(
        "postbox",
        [sys.executable, "-m", "pizzeria.demo.postbox", folder],
        records=home / "running",
        log=home / "logs" / "postbox.log",
        cwd=ROOT,
        env=os.environ,
    )
    try:
        if not wait_until(lambda: ports.exists() or not child.is_running(), seconds=PATIENCE) or not ports.exists():
            raise CannotServe(f"The postbox did not start. The end of {child.log}:\n{child.last_words()}")
        at = json.loads(ports.read_text())
        yield Postbox(
            mail_url=f"smtp://127.0.0.1:{at['mail']}?tls=no",
            sms_url=f"json://127.0.0.1:{at['sms']}/sms",
            ledger=Ledger(folder),
            manners=Manners(folder),
            process=child,
        )
    finally:
        child.stop()
