"""What an orchestrator asks: is the process alive, and can it serve?"""

import socket
from contextlib import contextmanager

import pytest
from django.db import connection
from django.urls import reverse

from tests.waiting import until

LIVE, READY = "/health/live", "/health/ready"


@contextmanager
def silence():
    """Give the port of a server that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


@contextmanager
def nobody():
    """Yield a port that nothing listens on, and that no other process can take meanwhile."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield held.getsockname()[1]


@pytest.fixture
def move_postgresql(db, monkeypatch):
    """Let PostgreSQL be looked for at another port, as the settings would say it."""
    return lambda port: monkeypatch.setitem(connection.settings_dict, "PORT", port)


@pytest.fixture
def move_redis(settings):
    def to(port):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"

    return to


def probed_until(client, **said):
    """
    Probe again and again until this is said of PostgreSQL or Redis; give that answer.

    A probe takes two seconds at most, which the machine may need for something else; whoever probes asks again.
    """

    def probe():
        answer = client.get(READY)
        return answer if said.items() <= answer.json().items() else None

    return until(probe)


def test_is_alive_without_asking_anybody(client, move_redis):
    """This test has no database: it fails if it is asked for one."""
    with nobody() as port:
        move_redis(port)
        answer = client.get(LIVE)

    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_is_ready_when_both_answer(client):
    answer = probed_until(client, postgresql="ok", redis="ok")

    assert (answer.status_code, answer.json()) == (200, {"postgresql": "ok", "redis": "ok"})


@pytest.mark.parametrize("gone", [nobody, silence], ids=["gone", "silent"])
def test_is_not_ready_without_redis(client, db, move_redis, gone):
    with gone() as port:
        move_redis(port)
        answer = probed_until(client, postgresql="ok")

    assert answer.status_code == 503
    assert answer.json()["redis"] != "ok"


@pytest.mark.parametrize("gone", [nobody, silence], ids=["gone", "silent"])
def test_is_not_ready_without_postgresql(client, move_postgresql, gone):
    with gone() as port:
        move_postgresql(port)
        answer = probed_until(client, redis="ok")

    assert answer.status_code == 503
    assert answer.json()["postgresql"] != "ok"


def test_names_what_failed_and_tells_nothing_else(client, move_postgresql, move_redis):
    with nobody() as port:
        move_postgresql(port)
        move_redis(port)
        answer = probed_until(client, postgresql="OperationalError", redis="ConnectionError")

    assert set(answer.json()) == {"postgresql", "redis"}


def test_is_ready_again_when_it_answers_again(client, db, move_redis, settings):
    url = settings.REDIS_URL
    with nobody() as port:
        move_redis(port)
        assert client.get(READY).status_code == 503

    settings.REDIS_URL = url
    assert probed_until(client, postgresql="ok", redis="ok").status_code == 200


@pytest.mark.parametrize("address", [LIVE, READY])
def test_is_asked_anew_every_time_and_by_anybody(client, db, address):
    answer = client.get(address)

    assert answer.status_code in (200, 503)  # ready or not: it is answered
    assert "no-store" in answer["Cache-Control"]
    assert client.post(address).status_code == 405


def test_is_asked_in_plain_http_from_inside(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(LIVE).status_code == 200
    assert client.get(reverse("menu:index")).status_code == 301
