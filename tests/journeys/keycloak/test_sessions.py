"""A session that Keycloak began, followed to its end: on pages, on an open board, and from either side."""

import re
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import expect

from pizzeria.users.models import User
from tests.journeys.keycloak.people import (
    is_asked_who_it_is,
    minutes_pass,
    prove,
    session_grows_older,
    set_out,
    sign_in,
)
from tests.journeys.people import make_an_account
from tests.keycloak.server import PLAIN, WEB
from tests.live.serving import Reader
from tests.users.account_holders import newest_letter
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def take_kitchen(keycloak, realm):
    """Take the cook's role from the cook, wherever the realm keeps it."""
    return lambda: keycloak.take_role("chef", "chef", realm=realm, client=WEB[PLAIN] if realm == PLAIN else None)


@pytest.fixture
def ciro(somebody):
    page = somebody()
    sign_in(page, "chef")
    expect(page).to_have_url(re.compile("/kitchen/$"))
    return page


def test_loses_a_role_that_was_taken_away(ciro, take_kitchen):
    take_kitchen()
    minutes_pass(ciro, 5)

    assert ciro.goto("/kitchen/").status == 403
    expect(ciro.get_by_role("navigation", name="Main")).not_to_contain_text("Kitchen")
    assert ciro.goto("/orders/").status == 200


def test_keeps_no_board_open_without_the_role(ciro, take_kitchen, address):
    with closing(stream_to(ciro, address)) as stream:
        stream.next()
        # Let the page only poll: were it to ask for its stream again at the same moment, the later of the two requests
        # would sign it out, because the earlier one has given the session another key.
        ciro.route("**/stream/**", lambda route: route.fulfill(status=503))
        take_kitchen()
        session_grows_older(ciro, 5)

        stream.read_on()
    expect(ciro.get_by_role("heading", name="This door is for the crew")).to_be_visible()


def stream_to(page, address):
    """Open the board's stream by itself, as the browser of a page would."""
    client = Client()
    client.cookies.load({cookie["name"]: cookie["value"] for cookie in page.context.cookies(address)})
    return Reader(urlsplit(address), "/stream/board/", client)


def test_ends_for_a_cook_who_was_dismissed(ciro, keycloak, realm):
    keycloak.disable("chef", realm=realm)
    minutes_pass(ciro, 5)

    ciro.goto("/kitchen/")

    expect(ciro).to_have_url(re.compile(r"/accounts/sign-in/\?next=/kitchen/$"))
    set_out(ciro)
    prove(ciro, "chef")
    expect(ciro.get_by_text("Account is disabled")).to_be_visible()


def test_is_not_begun_anew_by_an_account_of_a_dismissed_cook(ciro, keycloak, realm, post):
    assert ciro.goto("/accounts/passkeys/add/").status == 403
    keycloak.disable("chef", realm=realm)
    minutes_pass(ciro, 5)
    email = User.objects.get().email

    ciro.goto("/accounts/by-e-mail/")
    ciro.get_by_role("link", name="I do not remember my password").click()
    ciro.get_by_label("E-mail").fill(email)
    ciro.get_by_role("button", name="Send me a code").click()
    ciro.get_by_label("The code in our letter").fill("ABCD-EFGH")
    ciro.get_by_role("button", name="Go on").click()
    expect(ciro.get_by_text("That is not the code in our letter.")).to_be_visible()
    assert "No password of yours" in newest_letter(post, email).subject

    ciro.goto("/accounts/sign-up/")
    make_an_account(ciro, post, email=email)
    expect(ciro).to_have_url(re.compile("/orders/$"))
    assert ciro.goto("/kitchen/").status == 403
    cook, customer = User.objects.order_by("pk")
    assert not customer.groups.exists()
    assert not cook.has_usable_password()


@pytest.mark.parametrize(("name", "button"), [("chef", "Sign out"), ("manager", "Log out")])
def test_ends_at_keycloak_too_when_somebody_signs_out(somebody, scripted, address, name, button):
    person = somebody(java_script_enabled=scripted)
    sign_in(person, name)

    person.get_by_role("button", name=button).click()

    expect(person).to_have_url(f"{address}/")
    set_out(person)
    is_asked_who_it_is(person)


def test_ends_here_too_when_keycloak_ends_it(ciro, keycloak, realm):
    keycloak.end_sessions("chef", realm=realm)

    until(lambda: ciro.goto("/kitchen/").url.endswith("/accounts/sign-in/?next=/kitchen/"))

    set_out(ciro)
    is_asked_who_it_is(ciro)
