import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import AsyncClient

ADDRESS = "/static/css/pieces.css"


@pytest.fixture
def file():
    return (settings.ROOT / "static/css/pieces.css").read_bytes()


def ask(method="get", **headers):
    """Ask as somebody who is answered by the ASGI process."""
    return async_to_sync(getattr(AsyncClient(), method))(ADDRESS, headers=headers)


def test_are_read_at_once(file):
    answer = ask()

    assert (answer.status_code, answer.streaming, answer.content) == (200, False, file)
    assert answer["Content-Type"].startswith("text/css")
    assert answer["Content-Length"] == str(len(file))


def test_are_sent_in_part_to_whoever_has_the_rest(file):
    answer = ask(Range="bytes=10-19")

    assert (answer.status_code, answer.content) == (206, file[10:20])


def test_are_not_sent_to_whoever_has_them_or_asks_about_them_only():
    known = ask(**{"If-Modified-Since": ask()["Last-Modified"]})
    about = ask("head")

    assert (known.status_code, known.content, known.get("Content-Type")) == (304, b"", None)
    assert (about.status_code, about.content) == (200, b"")
