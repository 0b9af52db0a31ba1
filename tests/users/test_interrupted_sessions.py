"""A session that another request ends while this one runs: the browser asks again, instead of showing an error."""

import pytest
from django.conf import settings
from django.contrib.sessions.backends.cached_db import SessionStore
from django.urls import reverse

from pizzeria.users import sessions
from pizzeria.users.roles import KITCHEN

BOARD = reverse("kitchen:board")
SIGN_IN = reverse("users:sign_in")


@pytest.fixture
def interrupted(sign_in, kitchen, monkeypatch):
    """Return the browser of a cook whose session is ended by another request in the middle of each of its own."""
    browser = sign_in(KITCHEN)

    def end_and_store(session, **_):
        SessionStore(browser.cookies[settings.SESSION_COOKIE_NAME].value).delete()
        session["stored"] = True

    monkeypatch.setattr(sessions, "mark_used", end_and_store)
    return browser


def test_a_page_is_asked_for_again(interrupted):
    response = interrupted.get(f"{BOARD}?station=pizza")

    assert (response.status_code, response["Location"]) == (302, f"{BOARD}?station=pizza")
    again = interrupted.get(response["Location"])
    assert again["Location"].startswith(SIGN_IN)


def test_an_htmx_request_reloads_the_page(interrupted):
    response = interrupted.get(BOARD, headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("referer", "expected"),
    [(f"http://testserver{BOARD}", BOARD), ("http://elsewhere.example/", SIGN_IN), ("", SIGN_IN)],
)
def test_after_a_form_the_page_with_the_form_is_asked_for(interrupted, referer, expected):
    response = interrupted.post(reverse("kitchen:resume"), headers={"Referer": referer})

    assert (response.status_code, response["Location"]) == (302, expected)
