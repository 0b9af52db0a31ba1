"""`make demo`: one at a time, closed by one Ctrl-C, and none the worse for a kill."""

import signal
import socket
from urllib.request import urlopen

from pizzeria.demo.home import Home
from pizzeria.demo.servers.readiness import free_port
from tests.demo.conftest import Launch, all_gone, written_down

OPEN = "Ctrl-C closes the shop"


def test_serves_one_demo_per_checkout_until_a_ctrl_c(launch: Launch, demo_home: Home) -> None:
    port = free_port()
    variables = {"DEMO_FOLDER": str(demo_home.folder), "PORT": str(port)}
    demo = launch("pizzeria.demo", **variables)
    demo.until(OPEN)
    with urlopen(f"http://localhost:{port}/health/ready") as answer:
        assert answer.status == 200
    children = [record.pid for record in written_down(demo_home)]

    second = launch("pizzeria.demo", **variables)
    assert second.ends() == 1
    assert f"running already at http://localhost:{port} (process {demo.process.pid})" in second.said

    demo.process.send_signal(signal.SIGINT)
    assert demo.ends(seconds=10) == 0
    assert "Traceback" not in demo.said
    assert len(children) == 4
    assert all_gone(children, seconds=1)
    assert not written_down(demo_home)


def test_starts_again_after_a_kill_and_is_reset_even_while_it_runs(launch: Launch, demo_home: Home) -> None:
    variables = {"DEMO_FOLDER": str(demo_home.folder), "PORT": str(free_port())}
    first = launch("pizzeria.demo", **variables)
    first.until(OPEN)
    left = [record.pid for record in written_down(demo_home)]
    first.process.kill()

    second = launch("pizzeria.demo", **variables)
    second.until(OPEN)
    assert all_gone(left, seconds=0)

    reset = launch("pizzeria.demo.reset", **variables)
    assert reset.ends() == 0, reset.said
    assert second.ends() == 0
    assert not demo_home.folder.exists()


def test_names_a_free_port_when_the_port_is_taken(launch: Launch, demo_home: Home) -> None:
    with socket.create_server(("127.0.0.1", 0)) as stranger:
        port = stranger.getsockname()[1]
        demo = launch("pizzeria.demo", DEMO_FOLDER=str(demo_home.folder), PORT=str(port))

        assert demo.ends() == 1

    assert f"Port {port} is in use" in demo.said
    assert "make demo PORT=" in demo.said
    assert not (demo_home.folder / "logs").exists()


def test_says_which_port_is_none(launch: Launch, demo_home: Home) -> None:
    demo = launch("pizzeria.demo", DEMO_FOLDER=str(demo_home.folder), PORT="pizza")

    assert demo.ends() == 1
    assert "PORT=pizza is no port" in demo.said
