"""What an orchestrator asks: is the process alive, and can it serve?"""

import socket
from contextlib import contextmanager

import pytest
from django.db import connection
from django.urls import reverse

LIVE, READY = "/health/live", "/health/ready"


@contextmanager
def silence():
    """Give the port of a server that takes calls and never says a word."""
    with socket.create_server(("127.0.0.1", 0), backlog=16) as server:
        yield server.getsockname()[1]


@contextmanager
def nobody():
    """Give a port at which nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    yield port


@pytest.fixture
def move_postgresql(db, monkeypatch):
    """Let PostgreSQL be looked for at another port, as the settings would say it."""
    return lambda port: monkeypatch.setitem(connection.settings_dict, "PORT", port)


@pytest.fixture
def move_redis(settings):
    def to(port):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"

    return to


def test_is_alive_without_asking_anybody(client, move_redis):
    """This test has no database: it fails if it is asked for one."""
    with nobody() as port:
        move_redis(port)
        answer = client.get(LIVE)

    assert (answer.status_code, answer.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_is_ready_when_both_answer(client):
    answer = client.get(READY)

    assert (answer.status_code, answer.json()) == (200, {"postgresql": "ok", "redis": "ok"})


@pytest.mark.parametrize("gone", [nobody, silence], ids=["gone", "silent"])
def test_is_not_ready_without_redis(client, db, move_redis, gone):
    with gone() as port:
        move_redis(port)
        answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json()["postgresql"] == "ok"
    assert answer.json()["redis"] != "ok"


@pytest.mark.parametrize("gone", [nobody, silence], ids=["gone", "silent"])
def test_is_not_ready_without_postgresql(client, move_postgresql, gone):
    with gone() as port:
        move_postgresql(port)
        answer = client.get(READY)

    assert answer.status_code == 503
    assert answer.json()["postgresql"] != "ok"
    assert answer.json()["redis"] == "ok"


def test_names_what_failed_and_tells_nothing_else(client, move_postgresql, move_redis):
    with nobody() as port:
        move_postgresql(port)
        move_redis(port)
        answer = client.get(READY)

    assert answer.json() == {"postgresql": "OperationalError", "redis": "ConnectionError"}


def test_is_ready_again_when_it_answers_again(client, db, move_redis, settings):
    url = settings.REDIS_URL
    with nobody() as port:
        move_redis(port)
        assert client.get(READY).status_code == 503

    settings.REDIS_URL = url
    assert client.get(READY).status_code == 200


@pytest.mark.parametrize("address", [LIVE, READY])
def test_is_asked_anew_every_time_and_by_anybody(client, db, address):
    answer = client.get(address)

    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert client.post(address).status_code == 405


def test_is_asked_in_plain_http_from_inside(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(LIVE).status_code == 200
    assert client.get(reverse("menu:card")).status_code == 301
