"""Connections to PostgreSQL that are kept between requests: a broken one is noticed, without a query each time."""

import select

import pytest
from django.db import connection, connections
from django.db.backends.postgresql import base

from pizzeria.operations.postgresql.base import DatabaseWrapper

pytestmark = pytest.mark.django_db


@pytest.fixture
def another():
    """Return a connection of its own to the same database, as a request finds it that is not the first one."""
    another = DatabaseWrapper(connection.settings_dict)
    another.inc_thread_sharing()
    another.connect()
    yield another
    another.close()


def asked(monkeypatch):
    """Return a list to which each check of a connection by a query is added."""
    questions = []
    ask = base.DatabaseWrapper.is_usable
    monkeypatch.setattr(base.DatabaseWrapper, "is_usable", lambda self: questions.append(self) or ask(self))
    return questions


def test_the_shop_uses_this_backend():
    assert isinstance(connections["default"], DatabaseWrapper)


def test_a_connection_that_works_is_usable_without_a_query(another, monkeypatch):
    questions = asked(monkeypatch)

    assert another.is_usable()
    assert not questions


def test_a_connection_that_the_server_has_closed_is_not_usable(another):
    pid = another.connection.info.backend_pid
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])

    assert not another.is_usable()


@pytest.mark.django_db(transaction=True)
def test_a_connection_with_something_to_be_read_is_checked_by_a_query_and_stays_usable(another, monkeypatch):
    questions = asked(monkeypatch)
    with another.cursor() as cursor:
        cursor.execute("LISTEN news")
    with connection.cursor() as cursor:
        cursor.execute("NOTIFY news")
    select.select([another.connection.fileno()], [], [], 5)

    assert another.is_usable()
    assert len(questions) == 1


def test_a_connection_whose_query_was_interrupted_is_not_usable(another):
    another.connection.pgconn.send_query(b"SELECT pg_sleep(60)")  # whose result nobody waits for

    assert not another.is_usable()


def test_a_connection_with_an_error_is_checked_by_a_query(another, monkeypatch):
    questions = asked(monkeypatch)
    another.errors_occurred = True

    assert another.is_usable()
    assert len(questions) == 1


def test_a_connection_that_we_have_closed_is_not_usable(another):
    another.connection.close()

    assert not another.is_usable()
