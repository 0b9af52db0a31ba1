"""The store of sessions: a session is written by one statement, and behaves as Django's."""

import pytest
from django.contrib.sessions.backends.base import CreateError, UpdateError
from django.contrib.sessions.models import Session
from django.db import connection
from django.test.utils import CaptureQueriesContext

from pizzeria.users.session_store import SessionStore


def statements(captured):
    return [query["sql"].split()[0] for query in captured]


@pytest.mark.django_db(transaction=True)
def test_a_session_is_created_and_saved_by_one_statement_each():
    session = SessionStore()
    session["basket"] = "1"

    with CaptureQueriesContext(connection) as creating:
        session.save()
    session["basket"] = "2"
    with CaptureQueriesContext(connection) as saving:
        session.save()

    assert (statements(creating), statements(saving)) == (["INSERT"], ["UPDATE"])
    assert SessionStore(session.session_key)["basket"] == "2"
    assert Session.objects.get().get_decoded() == {"basket": "2"}


@pytest.mark.django_db(transaction=True)
def test_a_session_that_has_been_deleted_meanwhile_is_not_saved():
    session = SessionStore()
    session.save()
    Session.objects.all().delete()

    with pytest.raises(UpdateError):
        session.save()

    assert not Session.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_key_that_exists_is_not_taken_again(monkeypatch):
    first = SessionStore()
    first.save()
    taken = SessionStore(first.session_key)
    with pytest.raises(CreateError):
        taken.save(must_create=True)

    keys = iter([first.session_key, "k" * 32])
    monkeypatch.setattr(SessionStore, "_get_new_session_key", lambda _self: next(keys))
    second = SessionStore()
    second.save()

    assert second.session_key == "k" * 32
    assert Session.objects.count() == 2


@pytest.mark.django_db
def test_a_session_can_be_saved_within_a_transaction():
    session = SessionStore()
    session["basket"] = "1"
    session.save()

    assert SessionStore(session.session_key)["basket"] == "1"
