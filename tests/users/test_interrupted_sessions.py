"""
A session that another request ends while this one runs: the browser asks again, instead of showing an error.

The row of the session is deleted, but not what the cache has of it: another request may have put that there meanwhile.
"""

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.urls import reverse

from pizzeria.users import sessions
from pizzeria.users.roles import KITCHEN

BOARD = reverse("kitchen:board")
PAGE = {"Accept": "text/html,*/*;q=0.8"}
SIGN_IN = reverse("users:sign_in")


@pytest.fixture
def interrupted(sign_in, kitchen, monkeypatch):
    """Return the browser of a cook whose session is ended by another request in the middle of each of its own."""
    browser = sign_in(KITCHEN)

    def end_and_store(session, **_):
        Session.objects.filter(session_key=browser.cookies[settings.SESSION_COOKIE_NAME].value).delete()
        session["stored"] = True

    monkeypatch.setattr(sessions, "mark_used", end_and_store)
    return browser


def test_a_page_is_asked_for_again(interrupted):
    response = interrupted.get(f"{BOARD}?station=pizza", headers=PAGE)

    assert (response.status_code, response["Location"]) == (302, f"{BOARD}?station=pizza")
    again = interrupted.get(response["Location"], headers=PAGE)
    assert again["Location"].startswith(SIGN_IN)


def test_an_htmx_request_reloads_the_page(interrupted):
    response = interrupted.get(BOARD, headers={"HX-Request": "true"})

    assert response["HX-Refresh"] == "true"


@pytest.mark.parametrize(
    ("referer", "expected"),
    [(f"http://testserver{BOARD}", BOARD), ("http://elsewhere.example/", SIGN_IN), ("", SIGN_IN)],
)
def test_after_a_form_the_page_with_the_form_is_asked_for(interrupted, referer, expected):
    response = interrupted.post(reverse("kitchen:resume"), headers={**PAGE, "Referer": referer})

    assert (response.status_code, response["Location"]) == (302, expected)


@pytest.mark.parametrize("accept", ["*/*", "application/json"])
def test_a_script_is_told_to_send_it_again(interrupted, accept):
    response = interrupted.post(reverse("kitchen:resume"), headers={"Accept": accept})

    assert (response.status_code, response["Retry-After"]) == (503, "1")
