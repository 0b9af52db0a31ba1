"""`make keycloak`: run a Keycloak with the shop's realm until Ctrl-C."""

import os
import sys
import time
from contextlib import ExitStack

from pizzeria.devtools import interrupts, public_port, state_dir
from pizzeria.devtools.interrupts import Interrupted
from pizzeria.devtools.keycloak import admin_client, connection, install
from pizzeria.devtools.progress import say, step
from pizzeria.devtools.servers import keycloak
from pizzeria.devtools.servers.exceptions import ServerUnavailable

WELCOME = """
Keycloak is open: {server.address}

  Its console     {server.address}/admin/
                  {account}, {server.admin.password} (of this demo alone)
  Realm           {realm}, with the people customer, chef, driver, manager, admin; the password of each is: pizza
  The shop        is expected at {origin} (ORIGIN=… for another address), with
{settings}

Ctrl-C closes it; its data stays. `make keycloak-export` writes what you change into realm.json.
"""


def main() -> int:
    """Run Keycloak until a signal or a failure ends it; return the exit code."""
    interrupts.raise_on_signal()
    try:
        with ExitStack() as exit_stack:
            return _run(exit_stack)
    except Interrupted:
        say("\nKeycloak is closed.")
        return 0
    except (public_port.PortUnavailable, ServerUnavailable) as problem:
        say(str(problem))
    return 1


def _run(exit_stack: ExitStack) -> int:
    port = public_port.requested_port(keycloak.port_in(state_dir.keycloak_state_dir().folder))
    origin = os.environ.get("ORIGIN") or f"http://localhost:{public_port.DEFAULT}"
    install.announce_download()
    with step(f"Keycloak {install.VERSION}"):
        running = exit_stack.enter_context(connection.running(origin=origin, port=port))

    settings = "\n".join(f"{'':18}{name}={value}" for name, value in running.variables.items())
    say(
        WELCOME.format(
            server=running.server,
            account=admin_client.ACCOUNT,
            realm=connection.REALM,
            origin=origin,
            settings=settings,
        )
    )
    process = running.server.process
    while process.is_running():
        time.sleep(0.25)
    say(f"Keycloak has ended. The end of {process.log}:\n{process.log_tail()}")
    return 1


if __name__ == "__main__":
    sys.exit(main())
