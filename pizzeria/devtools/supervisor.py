"""
The demo's supervisor: starts the servers and the shop's processes in order, watches them, and stops them together.

It is not an existing supervisor such as honcho, because honcho puts an intermediate process around each child process;
that one ignores our signals and leaves the child running when it is killed. Here a child process dies with the
supervisor, or is found and stopped at the next start.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http import HTTPStatus
from http.client import HTTPConnection, HTTPException
from pathlib import Path

from pizzeria.devtools import environment, interrupts, public_port, state_dir, welcome
from pizzeria.devtools.interrupts import Interrupted
from pizzeria.devtools.keycloak import connection, install
from pizzeria.devtools.keycloak.connection import RunningKeycloak
from pizzeria.devtools.progress import say, step
from pizzeria.devtools.servers import message_sinks, readiness, secrets, stack, stripe_server
from pizzeria.devtools.servers.exceptions import ServerUnavailable
from pizzeria.devtools.servers.processes import Child, stop_all, stop_leftovers
from pizzeria.devtools.state_dir import ROOT, UNKNOWN_MIGRATIONS_EXIT_CODE, StateDir, StateDirLocked


class StartFailed(Exception):
    """A process of the demo does not run; the message says which, and ends with the last lines of its log."""


def main() -> int:
    """Run the demo until a signal or a failure ends it; return the exit code."""
    interrupts.raise_on_signal()
    demo = state_dir.demo_state_dir()
    try:
        with ExitStack() as exit_stack:
            _run_demo(demo, exit_stack)
    except Interrupted:
        say("\nThe shop is closed.")
        return 0
    except StateDirLocked as locked:
        where = f" at {locked.owner.address} (process {locked.owner.pid})" if locked.owner else ""
        say(f"The demo of this checkout is running already{where}. Stop it with Ctrl-C there, or `make demo-reset`.")
    except (public_port.PortUnavailable, ServerUnavailable, StartFailed) as problem:
        say(str(problem))
    return 1


def _run_demo(demo: StateDir, exit_stack: ExitStack) -> None:
    port = public_port.requested_port()
    origin = f"http://localhost:{port}"
    exit_stack.enter_context(demo.locked(address=origin))
    demo.environment_file.unlink(missing_ok=True)  # of an earlier run; written again when this one is prepared
    if leftovers := stop_leftovers(demo.records):
        say(f"Stopped what a killed demo had left running: {', '.join(leftovers)}.")
    public_port.refuse_taken(port)

    with step("Servers") as servers_step:
        servers = exit_stack.enter_context(stack.running(demo.folder))
        sinks = exit_stack.enter_context(message_sinks.running(home=demo.folder))
        gateway = exit_stack.enter_context(stripe_server.running(home=demo.folder))
        gateway.send_webhooks_to(f"http://127.0.0.1:{port}/payments/webhook/")
        servers_step.title = (
            f"{servers.database.title}; {servers.redis.title}; message sinks for e-mail and SMS; a stand-in for Stripe"
        )

    keycloak = _start_keycloak(exit_stack, origin) if os.environ.get("KEYCLOAK", "0") not in ("", "0") else None
    variables = environment.shop_environment(
        secret_key=secrets.load_or_create(demo.folder / "secret-key"),
        database_url=servers.database.url,
        redis_url=servers.redis.url,
        origin=origin,
        mail_url=sinks.mail_url,
        sms_url=sinks.sms_url,
        message_store=str(sinks.store.folder),
        token_keys="" if keycloak or os.environ.get("OIDC_ISSUER") else str(demo.token_keys),
        stripe_key=gateway.api_key,
        stripe_webhook_secret=gateway.webhook_secret,
        stripe_url=gateway.url,
        webhook_networks="127.0.0.0/8,::1/128",
        alerts_email_to=environment.MANAGER,
    )
    if keycloak:
        variables |= keycloak.variables
    with step("Tables, menu, people, and a year behind them"):
        _prepare(demo, variables)

    with step("Web and workers"):
        shop_processes = exit_stack.enter_context(_shop_processes(demo, variables, port))
        token = _api_token(variables)  # takes as long as they need to start
        _wait_until_ready(shop_processes, port)

    say(welcome.text(origin=origin, logs=demo.logs, keycloak=keycloak, token=token))
    processes = [
        *servers.processes,
        sinks.process,
        gateway.process,
        *shop_processes,
        *([keycloak.server.process] if keycloak else []),
    ]
    while True:
        _refuse_ended(processes)
        time.sleep(0.25)


def _start_keycloak(exit_stack: ExitStack, origin: str) -> RunningKeycloak:
    install.announce_download()
    with step(f"Keycloak {install.VERSION}"):
        return exit_stack.enter_context(connection.running(origin=origin))


def _api_token(variables: dict[str, str]) -> str:
    """Return an access token of the demo's customer; blank if a sign-in server issues them."""
    if not variables["DEMO_TOKEN_KEYS"]:
        return ""
    command = [sys.executable, "manage.py", "api_token", "customer"]
    printed = subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)
    if printed.returncode:
        raise StartFailed(f"The demo could not make an access token:\n{printed.stderr}")
    return printed.stdout.strip()


def _prepare(demo: StateDir, variables: dict[str, str]) -> None:
    child = _child("preparation", ["-m", "pizzeria.devtools.preparation"], demo, variables)
    try:
        code = child.wait()
    finally:
        child.stop()
    if code == UNKNOWN_MIGRATIONS_EXIT_CODE:
        raise StartFailed(
            "The demo's data were written by another version of the shop, whose tables this version cannot read. "
            "`make demo-reset` deletes them."
        )
    if code:
        raise StartFailed(f"The database could not be prepared. The end of {child.log}:\n{child.log_tail(30)}")


@contextmanager
def _shop_processes(demo: StateDir, variables: dict[str, str], port: int) -> Iterator[list[Child]]:
    children: list[Child] = []
    web = f"-m uvicorn pizzeria.asgi:application --host 127.0.0.1 --port {port} --log-level warning --no-access-log"
    worker = "-m celery -A pizzeria worker --loglevel WARNING --without-gossip --without-mingle"
    # One worker for each notification channel, for payments and for webhooks: one that gets no answer delays its own.
    workers = {
        "worker": f"{worker} --concurrency 2 --queues celery",
        "email": f"{worker} --pool solo --queues email --hostname email@%h",
        "sms": f"{worker} --pool solo --queues sms --hostname sms@%h",
        "payments": f"{worker} --pool solo --queues payments --hostname payments@%h",
        "webhooks": f"{worker} --pool solo --queues webhooks --hostname webhooks@%h",
        "beat": "-m celery -A pizzeria beat --loglevel WARNING",
    }
    if variables.get("KITCHEN_PRINTER"):  # of the caller's environment: the demo has no printer of its own
        workers["printing"] = f"{worker} --pool solo --queues printing --hostname printing@%h"
    try:
        # Without this timeout uvicorn waits for open event streams, and never ends.
        children.append(
            _child("web", [*web.split(), "--timeout-graceful-shutdown", "3"], demo, {**variables, "DATABASE_POOL": "1"})
        )
        children.extend(_child(name, command.split(), demo, variables) for name, command in workers.items())
        yield children
    finally:
        stop_all(children)


def _child(name: str, arguments: Sequence[str | Path], demo: StateDir, variables: dict[str, str]) -> Child:
    return Child(
        name,
        [sys.executable, *(str(argument) for argument in arguments)],
        records=demo.records,
        log=demo.logs / f"{name}.log",
        cwd=ROOT,
        env=variables,
    )


def _wait_until_ready(shop_processes: list[Child], port: int, *, seconds: float = readiness.START_TIMEOUT) -> None:
    deadline = time.monotonic() + seconds
    while not _is_ready(port):
        _refuse_ended(shop_processes)
        if time.monotonic() > deadline:
            web = shop_processes[0]
            raise StartFailed(
                f"The shop is not ready after {seconds:.0f} s. The end of its log ({web.log}):\n{web.log_tail()}"
            )
        time.sleep(0.2)


def _is_ready(port: int) -> bool:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/health/ready")
        return connection.getresponse().status == HTTPStatus.OK
    except (OSError, HTTPException):
        return False
    finally:
        connection.close()


def _refuse_ended(processes: list[Child]) -> None:
    """
    Check that all processes run.

    :raises StartFailed: one has ended
    """
    for child in processes:
        if not child.is_running():
            raise StartFailed(
                f"The {child.name} process has ended ({_exit_reason(child.wait())}), so that the shop closes. "
                f"The end of {child.log}:\n{child.log_tail() or '(no output)'}"
            )


def _exit_reason(code: int) -> str:
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
