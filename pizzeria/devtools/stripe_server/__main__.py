"""
`python -m pizzeria.devtools.stripe_server FOLDER PORT MERCHANT`: serve until SIGTERM, with the data in FOLDER.

The variable STRIPE_API_KEY is the key that requests must carry. Once it answers, the server writes its port to a file
in FOLDER.
"""

import json
import os
import signal
import sys
import threading
import time
from functools import partial
from pathlib import Path

from pizzeria.devtools.stripe_server import PORTS_FILE, checkout, http_server
from pizzeria.devtools.stripe_server.account import Account
from pizzeria.devtools.stripe_server.api import Api
from pizzeria.devtools.stripe_server.driver_requests import DriverRequests
from pizzeria.devtools.stripe_server.faults import Faults
from pizzeria.devtools.stripe_server.pages import Pages
from pizzeria.devtools.stripe_server.store import Store
from pizzeria.devtools.stripe_server.webhooks import WebhookEndpoint, WebhookQueue

STOP_TIMEOUT = 2.0  # seconds for the webhook that is being sent


def main(folder: Path, port: int, merchant: str) -> None:
    store, faults = Store(folder), Faults(folder)
    webhooks = WebhookQueue(store, WebhookEndpoint(folder), faults)
    account = Account(store, webhooks, faults, f"http://127.0.0.1:{port}", merchant)
    api = Api(account, os.environ["STRIPE_API_KEY"])
    server = http_server.listen(port, api=api, pages=Pages(account), driver=DriverRequests(account, api))

    stopped = threading.Event()
    send = partial(webhooks.send_until, stopped, each_time=lambda: _expire_overdue(account))
    sender = threading.Thread(target=send, daemon=True)
    sender.start()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_arguments: threading.Thread(target=server.shutdown).start())

    unfinished = folder / f".{PORTS_FILE}"
    unfinished.write_text(json.dumps({"http": port}))
    unfinished.rename(folder / PORTS_FILE)
    server.serve_forever(poll_interval=0.1)

    stopped.set()
    sender.join(STOP_TIMEOUT)
    server.server_close()
    store.close()


def _expire_overdue(account: Account) -> None:
    with account.store.transaction():
        checkout.expire_overdue(account, at=int(time.time()))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
