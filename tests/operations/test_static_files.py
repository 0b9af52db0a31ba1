import pytest
from asgiref.sync import async_to_sync
from django.conf import settings
from django.test import AsyncClient

ADDRESS = "/static/css/components.css"


@pytest.fixture
def file():
    return (settings.ROOT / "static/css/components.css").read_bytes()


def ask(method="get", **headers):
    """Request the file from the ASGI application."""
    return async_to_sync(getattr(AsyncClient(), method))(ADDRESS, headers=headers)


def test_a_static_file_is_answered_whole_and_not_streamed(file):
    response = ask()

    assert (response.status_code, response.streaming, response.content) == (200, False, file)
    assert response["Content-Type"].startswith("text/css")
    assert response["Content-Length"] == str(len(file))


def test_a_static_file_is_answered_in_part_to_a_range_request(file):
    response = ask(Range="bytes=10-19")

    assert (response.status_code, response.content) == (206, file[10:20])


def test_a_static_file_is_not_sent_for_a_conditional_or_a_head_request():
    known = ask(**{"If-Modified-Since": ask()["Last-Modified"]})
    about = ask("head")

    assert (known.status_code, known.content, known.get("Content-Type")) == (304, b"", None)
    assert (about.status_code, about.content) == (200, b"")
