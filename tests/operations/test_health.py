"""Health checks for an orchestrator: liveness and readiness."""

import socket
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from django.db import connection
from django.urls import reverse

from pizzeria.operations import health
from tests.waiting import until

LIVE, READY = "/health/live", "/health/ready"


@contextmanager
def silence():
    """Yield the port of a server that accepts connections and never answers."""
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
    """Return a function that sets the port of PostgreSQL in the settings of the connection."""
    return lambda port: monkeypatch.setitem(connection.settings_dict, "PORT", port)


@pytest.fixture
def move_redis(settings):
    def to(port):
        settings.REDIS_URL = f"redis://127.0.0.1:{port}/0"

    return to


def probed_until(client, **expected):
    """
    Probe repeatedly until the response reports these states of PostgreSQL and Redis; return that response.

    A check has a time limit, which a loaded machine may exceed. An orchestrator probes repeatedly, too.
    """

    def probe():
        response = client.get(READY)
        return response if expected.items() <= response.json().items() else None

    return until(probe)


def test_the_liveness_check_uses_neither_redis_nor_the_database(client, move_redis):
    """This test has no database, so a query would fail it."""
    with nobody() as port:
        move_redis(port)
        response = client.get(LIVE)

    assert (response.status_code, response.content) == (200, b"alive\n")


@pytest.mark.django_db
def test_the_shop_is_ready_when_postgresql_and_redis_answer(client):
    response = probed_until(client, postgresql="ok", redis="ok")

    assert (response.status_code, response.json()) == (200, {"status": "ok", "postgresql": "ok", "redis": "ok"})


@pytest.mark.parametrize(("gone", "error"), [(nobody, "ConnectionError"), (silence, "TimeoutError")])
def test_the_shop_is_ready_but_degraded_without_redis(client, db, move_redis, gone, error):
    with gone() as port:
        move_redis(port)
        response = probed_until(client, postgresql="ok", redis=error)

    assert response.status_code == 200
    assert response.json() == {"status": "degraded", "postgresql": "ok", "redis": error}


@pytest.mark.parametrize("gone", [nobody, silence], ids=["gone", "silent"])
def test_the_shop_is_not_ready_without_postgresql(client, move_postgresql, gone):
    with gone() as port:
        move_postgresql(port)
        response = probed_until(client, redis="ok")

    assert response.status_code == 503
    assert response.json()["postgresql"] != "ok"


def test_checks_of_redis_that_hang_keep_no_check_of_postgresql_waiting(client, db, monkeypatch):
    monkeypatch.setattr(health, "TIMEOUT_SECONDS", 0.5)
    with ThreadPoolExecutor(max_workers=1) as busy:
        released = Event()
        busy.submit(released.wait)
        monkeypatch.setitem(health._threads, "redis", busy)
        response = probed_until(client, postgresql="ok")
        released.set()

    assert (response.status_code, response.json()["redis"]) == (200, "TimeoutError")


def test_the_readiness_check_names_the_errors_and_nothing_else_in_the_answer_and_in_the_log(
    client, move_postgresql, move_redis, caplog, monkeypatch
):
    monkeypatch.setattr(health, "_last_outcomes", {})
    with nobody() as port:
        move_postgresql(port)
        move_redis(port)
        response = probed_until(client, postgresql="OperationalError", redis="ConnectionError")

    assert set(response.json()) == {"status", "postgresql", "redis"}
    logged = [record.msg for record in caplog.records if "dependency_changed" in str(record.msg)]
    assert {(line["dependency"], line["outcome"]) for line in logged} >= {
        ("postgresql", "OperationalError"),
        ("redis", "ConnectionError"),
    }


def test_the_readiness_check_reports_redis_as_available_again_when_it_answers_again(client, db, move_redis, settings):
    url = settings.REDIS_URL
    with nobody() as port:
        move_redis(port)
        assert client.get(READY).json()["status"] != "ok"

    settings.REDIS_URL = url
    assert probed_until(client, status="ok").status_code == 200


@pytest.mark.parametrize("address", [LIVE, READY])
def test_the_health_checks_are_never_cached_and_need_no_sign_in(client, db, address):
    response = client.get(address)

    assert response.status_code in (200, 503)  # whether it is ready or not
    assert "no-store" in response["Cache-Control"]
    assert client.post(address).status_code == 405


def test_the_liveness_check_answers_plain_http_where_pages_redirect_to_https(client, db, settings):
    settings.SECURE_SSL_REDIRECT = True

    assert client.get(LIVE).status_code == 200
    assert client.get(reverse("menu:index")).status_code == 301
