"""Error pages: 400 for a malformed request, 503 while PostgreSQL is unavailable, 500 for every other error."""

import io
import logging

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from orders.models import Basket
from pizzeria.operations.logs import LineFormatter


@pytest.mark.django_db
def test_a_page_answers_503_with_retry_after_while_postgresql_is_unavailable(client, kitchen, monkeypatch):
    def gone(*_args, **_kwargs):
        raise OperationalError("connection refused")

    monkeypatch.setattr("orders.selectors.basket", gone)
    client.raise_request_exception = False

    response = client.get(reverse("orders:basket"))

    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Nothing is lost" in response.content.decode()
    assert Basket.objects.count() == 0


@pytest.mark.django_db
def test_a_page_answers_500_to_any_other_error(client, kitchen, monkeypatch):
    def broken(*_args, **_kwargs):
        raise ZeroDivisionError

    monkeypatch.setattr("orders.selectors.basket", broken)
    client.raise_request_exception = False

    assert client.get(reverse("orders:basket")).status_code == 500


MALFORMED = {
    "another charset": "application/x-www-form-urlencoded; charset=latin-1",
    "no boundary": "multipart/form-data",
    "a boundary that is too long": f"multipart/form-data; boundary={'x' * 300}",
    "a boundary that is no ASCII": "multipart/form-data; boundary=\xe9",
}


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/checkout/",
        "/accounts/sign-in/",
        "/kitchen/pause/",
        "/accounts/keycloak/logout/back-channel/",
        "/nothing/here/",
    ],
)
@pytest.mark.parametrize("content_type", MALFORMED.values(), ids=MALFORMED.keys())
def test_a_form_that_cannot_be_read_gets_a_page_that_says_so(kitchen, path, content_type):
    browser = Client(enforce_csrf_checks=True, raise_request_exception=False)
    browser.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32

    response = browser.generic("POST", path, b"name=%E9", content_type=content_type)

    assert response.status_code == 400
    assert "Please go back and try once more." in response.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("host", ["elsewhere.example", "localhost:x", "a b", ""])
def test_a_foreign_host_gets_400_and_one_line_in_the_log_without_a_traceback(client, kitchen, host):
    paper = io.StringIO()
    handler = logging.StreamHandler(paper)
    handler.setFormatter(LineFormatter(human=False))
    logging.getLogger().addHandler(handler)

    status = client.get("/", headers={"host": host}).status_code
    logging.getLogger().removeHandler(handler)

    assert status == 400
    assert "Invalid HTTP_HOST header" in paper.getvalue()
    assert "exception" not in paper.getvalue()
    assert "Traceback" not in paper.getvalue()
