"""`make keycloak`: a real Keycloak, on the port that it had before, stopped by one Ctrl-C."""

import signal

import pytest

from pizzeria.devtools.public_port import is_free
from pizzeria.devtools.servers import keycloak
from pizzeria.devtools.servers.ports import free_port
from pizzeria.devtools.state_dir import StateDir
from tests.devtools.launching import Launch
from tests.keycloak.server import OURS, WEB, home_with_realms


@pytest.mark.usefixtures("keycloak")  # left out with the others where Keycloak cannot run
def test_make_keycloak_accepts_the_shops_current_origin_and_leaves_nothing_running(
    launch: Launch, demo_home: StateDir
) -> None:
    home = home_with_realms(demo_home.folder / "keycloak")
    port = free_port()
    variables = {"DEMO_FOLDER": str(demo_home.folder), "PORT": str(port), "ORIGIN": "http://localhost:4321"}
    running = launch("-m", "pizzeria.devtools.keycloak", **variables)
    running.wait_for_output("Ctrl-C closes", seconds=300)

    assert f"OIDC_ISSUER=http://localhost:{port}/realms/pizzeria" in running.output
    assert keycloak.admin_client_of(home.folder).client(OURS, WEB[OURS])["rootUrl"] == "http://localhost:4321"

    second = launch("-m", "pizzeria.devtools.keycloak", **variables)
    assert second.wait_for_exit() == 1
    assert f"running already at http://localhost:{port} (process {running.process.pid})" in second.output

    running.process.send_signal(signal.SIGINT)
    assert running.wait_for_exit() == 0
    assert "Keycloak is closed." in running.output
    assert is_free(port)
    assert keycloak.port_in(home.folder) == port


def test_make_keycloak_refuses_a_shop_that_others_can_reach_because_its_users_have_a_known_password(
    launch: Launch, demo_home: StateDir
) -> None:
    variables = {"DEMO_FOLDER": str(demo_home.folder), "PORT": str(free_port()), "ORIGIN": "http://192.168.1.5:8000"}

    running = launch("-m", "pizzeria.devtools.keycloak", **variables)

    assert running.wait_for_exit() == 1
    assert "http://192.168.1.5:8000 is another" in running.output
    assert not (demo_home.folder / "keycloak").exists()


def test_make_keycloak_says_what_to_install_where_there_is_no_java(launch: Launch, demo_home: StateDir) -> None:
    running = launch("-m", "pizzeria.devtools.keycloak", DEMO_FOLDER=str(demo_home.folder), JAVA_HOME="/nowhere")

    assert running.wait_for_exit() == 1
    assert "there is no Java here. Install one (Debian: apt install default-jre-headless maven)" in running.output


def test_make_keycloak_export_says_that_keycloak_is_not_running(launch: Launch, demo_home: StateDir) -> None:
    export = launch("-m", "pizzeria.devtools.keycloak.export", DEMO_FOLDER=str(demo_home.folder))

    assert export.wait_for_exit() == 1
    assert "Keycloak is not running. Start it with `make keycloak`" in export.output
