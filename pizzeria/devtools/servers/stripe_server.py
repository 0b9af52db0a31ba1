"""The stand-in for Stripe as a child process, separate from the shop, so that it survives a kill of the shop."""

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pizzeria.devtools.servers import secrets
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import Child, wait_until
from pizzeria.devtools.state_dir import ROOT
from pizzeria.devtools.stripe_server import PORTS_FILE
from pizzeria.devtools.stripe_server.driver import Driver
from pizzeria.devtools.stripe_server.faults import Faults
from pizzeria.devtools.stripe_server.ledger import Ledger
from pizzeria.devtools.stripe_server.webhooks import WebhookEndpoint

START_TIMEOUT = 120.0  # seconds, on busy cores


@dataclass(slots=True)
class StripeServer(Driver):
    """
    The running stand-in: its address and key for the shop's settings, and the driver, faults and ledger for tests.

    :param url: the value for `base_addresses={"api": …}` of the SDK
    :param webhook_secret: the secret that signs webhooks, unless `send_webhooks_to` is called with others
    :param folder: its data
    """

    webhook_secret: str
    folder: Path
    faults: Faults
    ledger: Ledger
    launch: Callable[[], Child]
    process: Child

    def send_webhooks_to(self, url: str, *secrets: str) -> None:
        """
        Send webhooks to this address from now on, those that wait too; an empty address for none.

        :param secrets: each of them signs; without any, `webhook_secret`
        """
        WebhookEndpoint(self.folder).change(url, *(secrets or [self.webhook_secret]))

    def restart(self) -> None:
        """Kill it with SIGKILL, and start it again at the same address with what it has stored."""
        self.process.process.kill()
        self.process.stop()
        self.process = self.launch()


def data_folder(home: Path) -> Path:
    """Return the folder with the stand-in's data, within a state directory."""
    return home / "stripe-server"


@contextmanager
def running(*, home: Path, merchant: str = "Mario's Pizzeria") -> Iterator[StripeServer]:
    """
    Start the stand-in with the data of the last run, yield it, and stop it after the block.

    :param merchant: the name that the payment page shows
    :raises ServerUnavailable: the message holds the end of the log
    """
    folder = data_folder(home)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    api_key = f"sk_test_{secrets.load_or_create(folder / 'api-key')}"
    port = free_port()
    launch = partial(_launch, home, folder, port, merchant, api_key)
    server = StripeServer(
        url=f"http://127.0.0.1:{port}",
        api_key=api_key,
        webhook_secret=f"whsec_{secrets.load_or_create(folder / 'webhook-secret')}",
        folder=folder,
        faults=Faults(folder),
        ledger=Ledger(folder),
        launch=launch,
        process=launch(),
    )
    try:
        yield server
    finally:
        server.process.stop()


def _launch(home: Path, folder: Path, port: int, merchant: str, api_key: str) -> Child:
    """Start the process, and return it once it answers."""
    ports_file = folder / PORTS_FILE
    ports_file.unlink(missing_ok=True)
    child = Child(
        "stripe-server",
        [sys.executable, "-m", "pizzeria.devtools.stripe_server", folder, str(port), merchant],
        records=home / "running",
        log=home / "logs" / "stripe-server.log",
        cwd=ROOT,
        env={**os.environ, "STRIPE_API_KEY": api_key},
    )
    wait_until(lambda: ports_file.exists() or not child.is_running(), seconds=START_TIMEOUT)
    if not ports_file.exists():
        child.stop()
        raise ServerUnavailable(f"The stand-in for Stripe did not start. The end of {child.log}:\n{child.log_tail()}")
    return child
