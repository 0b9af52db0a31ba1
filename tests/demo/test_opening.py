"""`make demo`: one demo at a time for each checkout, stopped by one Ctrl-C, and startable again after any end."""

import json
import os
import shlex
import signal
import socket
from http import HTTPStatus
from itertools import pairwise
from urllib.request import Request, urlopen

from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.servers.processes import Record
from pizzeria.devtools.state_dir import StateDir
from tests.devtools.launching import Launch, wait_until_ended
from tests.waiting import TIMEOUT, until

OPEN = "Ctrl-C closes the shop"

SERVERS = {"postgres", "redis", "message-sinks", "stripe-server"}
SHOP = {"web", "worker", "email", "sms", "payments", "webhooks", "beat"}


def test_the_demo_runs_once_per_checkout_ends_with_a_server_and_with_one_ctrl_c_and_starts_again(
    launch: Launch, demo_home: StateDir
) -> None:
    """One test, because each opening starts all processes of a shop."""
    port = free_port()
    variables = {"DEMO_FOLDER": str(demo_home.folder), "PORT": str(port), "DEMO_HISTORY_DAYS": "1"}
    demo = launch("-m", "pizzeria.demo", **variables)
    demo.wait_for_output(OPEN)

    second = launch("-m", "pizzeria.demo", **variables)
    assert second.wait_for_exit() == 1
    assert f"running already at http://localhost:{port} (process {demo.process.pid})" in second.output

    left = _children(demo_home)
    demo.process.kill()
    again = launch("-m", "pizzeria.demo", **variables)
    again.wait_for_output(OPEN)
    assert not any(child.is_alive() for child in left)

    left = _children(demo_home)
    [database] = [child.pid for child in left if child.name == "postgres"]
    os.kill(database, signal.SIGKILL)
    assert again.wait_for_exit() == 1
    assert "The postgres process has ended (killed by SIGKILL)" in again.output
    wait_until_ended(left)

    last = launch("-m", "pizzeria.demo", **variables)
    last.wait_for_output(OPEN)
    until(lambda: _is_ready(port))
    placed = _send_printed_request(last.output)
    assert (placed["status"], placed["customer_name"]) == ("confirmed", "Carla Conti")

    beside = launch("-m", "pizzeria.demo.manage", "replay_orders", "--check", **variables)
    assert beside.wait_for_exit() == 0, beside.output
    assert "orders match their events" in beside.output
    assert demo_home.environment_file.stat().st_mode & 0o077 == 0  # it holds passwords

    left = _children(demo_home)
    last.process.send_signal(signal.SIGINT)
    assert last.wait_for_exit() == 0
    assert "Traceback" not in last.output
    assert {child.name for child in left} == SERVERS | SHOP
    assert not demo_home.unfinished_history.exists()
    assert not any(child.is_alive() for child in left)


def test_the_demo_suggests_another_port_when_its_port_is_in_use(launch: Launch, demo_home: StateDir) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        demo = launch("-m", "pizzeria.demo", DEMO_FOLDER=str(demo_home.folder), PORT=str(port))

        assert demo.wait_for_exit() == 1

    assert f"Port {port} is in use" in demo.output
    assert "make demo PORT=" in demo.output
    assert not (demo_home.folder / "logs").exists()


def test_the_demo_refuses_a_port_that_is_not_a_number(launch: Launch, demo_home: StateDir) -> None:
    demo = launch("-m", "pizzeria.demo", DEMO_FOLDER=str(demo_home.folder), PORT="pizza")

    assert demo.wait_for_exit() == 1
    assert "PORT=pizza is not a port number" in demo.output


def _send_printed_request(output: str) -> dict[str, object]:
    """Send the request of the curl that the demo has printed; return the JSON of the answer."""
    [line] = [line for line in output.splitlines() if line.startswith("curl ")]
    _curl, _option, address, *options = shlex.split(line)
    headers = dict(value.split(": ", 1) for option, value in pairwise(options) if option == "-H")
    with urlopen(Request(address, options[-1].encode(), headers), timeout=TIMEOUT) as response:
        answer: dict[str, object] = json.load(response)
    return answer


def _children(home: StateDir) -> list[Record]:
    return [Record.read(file) for file in home.records.glob("*.json")]


def _is_ready(port: int) -> bool:
    try:
        with urlopen(f"http://localhost:{port}/health/ready", timeout=TIMEOUT) as response:
            return response.status == HTTPStatus.OK
    except OSError:  # also an answer with an error status
        return False
