"""What the demo prints once it is open: who can do what where, and a request with which to try the API."""

import json
import secrets
from pathlib import Path

from pizzeria.devtools.keycloak import admin_client
from pizzeria.devtools.keycloak.connection import RunningKeycloak

WELCOME = """
The shop is open: {origin}

  As a guest      order a pizza, no account needed; its page then follows it to the counter
  As the chef     sign in from another browser (or a private window) and cook it: {origin}/kitchen/
  As the manager  change the menu, read the orders of the last year: {origin}/admin/
                  and the e-mails and SMS that guests get: {origin}/admin/messages/
  As a spectator  `make demo-evening`, in another terminal, plays an evening with guests, cooks and a driver
  As a program    {api}

  People          customer, chef, driver, manager, admin; the password of each is: pizza
                  {login}
  Logs            {logs}

Ctrl-C closes the shop; its data stays. `make demo-reset` throws the data away.
"""

BY_CURL = """\
order as the customer, for the next 15 minutes, by pasting this into another terminal; it then is in
                  {origin}/orders/ (of the customer), and on the chef's board:

{curl}

                  A new token, of any of the people below: .venv/bin/python -m pizzeria.demo.manage api_token chef
                  {origin}/api/docs has all the endpoints; paste a token into its "Authorize" to try them"""

BY_KEYCLOAK = 'try the endpoints at {origin}/api/docs: its "Authorize" leads to Keycloak'

ORDER = {
    "customer_phone": "+390655501234",
    "pizzas": [{"pizza_id": "margherita", "size": "medium"}],
    "payment_method": "cash",
}


def text(*, origin: str, logs: Path, keycloak: RunningKeycloak | None, token: str) -> str:
    """
    Return what the demo prints.

    :param keycloak: the demo's sign-in server, if it has one
    :param token: an access token of the customer; blank if a sign-in server issues them
    """
    api = BY_CURL if token else BY_KEYCLOAK
    return WELCOME.format(
        origin=origin, logs=logs, login=_login(keycloak), api=api.format(origin=origin, curl=curl(origin, token))
    )


def curl(origin: str, token: str) -> str:
    """Return a command that places an order, once however often it is sent."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": secrets.token_hex(8),
    }
    options = " ".join(f"-H '{name}: {value}'" for name, value in headers.items())
    return f"curl -i {origin}/api/orders {options} -d '{json.dumps(ORDER)}'"


def _login(keycloak: RunningKeycloak | None) -> str:
    if keycloak is None:
        return "They sign in by a form of the demo's own. `make demo KEYCLOAK=1` signs them in by Keycloak."
    console = f"{keycloak.server.address}/admin/ ({admin_client.ACCOUNT}, {keycloak.server.admin.password})"
    return f"They sign in by Keycloak. Its console: {console}"
