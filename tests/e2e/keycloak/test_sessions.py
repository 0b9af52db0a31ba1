"""Sessions of people who signed in by Keycloak: removed roles, disabled accounts, and the end from either side."""

import re
from contextlib import closing
from urllib.parse import urlsplit

import pytest
from django.test import Client
from playwright.sync_api import expect

from pizzeria.users.models import User
from tests.e2e.keycloak.conftest import PLAIN_REALM_IN_LONG_RUNS
from tests.e2e.keycloak.people import (
    age_browser_session,
    expect_password_form,
    leave_and_age_session,
    open_keycloak_form,
    sign_in,
    submit_credentials,
)
from tests.e2e.people import sign_up
from tests.keycloak.server import OURS, PLAIN, WEB
from tests.live.server_process import StreamReader
from tests.users.account_holders import newest_email
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def remove_chef_role(keycloak, realm):
    """Return a function that removes the cook's role, which is one of the realm or of a client."""
    return lambda: keycloak.remove_role("chef", "chef", realm=realm, client=WEB[PLAIN] if realm == PLAIN else None)


@pytest.fixture
def ciro(open_page):
    page = open_page()
    sign_in(page, "chef")
    expect(page).to_have_url(re.compile("/kitchen/$"))
    return page


def test_a_session_loses_a_role_that_was_removed_in_keycloak(ciro, remove_chef_role):
    remove_chef_role()
    leave_and_age_session(ciro, 5)

    assert ciro.goto("/kitchen/").status == 403
    expect(ciro.get_by_role("navigation", name="Main")).not_to_contain_text("Kitchen")
    assert ciro.goto("/orders/").status == 200


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_an_open_board_and_its_stream_are_closed_when_the_role_was_removed_in_keycloak(ciro, remove_chef_role, address):
    with closing(stream_to(ciro, address)) as stream:
        stream.next()
        # The page can only poll. If it also requested its stream at the same moment, the later of the two requests
        # would sign it out, because the earlier one has changed the session's key.
        ciro.route("**/stream/**", lambda route: route.fulfill(status=503))
        remove_chef_role()
        age_browser_session(ciro, 5)

        stream.read_to_end()
    expect(ciro.get_by_role("heading", name="This door is for the crew")).to_be_visible()


def stream_to(page, address):
    """Open the board's stream with the cookies of a page."""
    client = Client()
    client.cookies.load({cookie["name"]: cookie["value"] for cookie in page.context.cookies(address)})
    return StreamReader(urlsplit(address), "/stream/board/", client)


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_a_session_ends_when_the_account_was_disabled_in_keycloak(ciro, keycloak, realm):
    keycloak.disable("chef", realm=realm)
    leave_and_age_session(ciro, 5)

    ciro.goto("/kitchen/")

    expect(ciro).to_have_url(re.compile(r"/accounts/sign-in/\?next=/kitchen/$"))
    open_keycloak_form(ciro)
    submit_credentials(ciro, "chef")
    expect(ciro.get_by_text("Account is disabled")).to_be_visible()


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_a_cook_disabled_in_keycloak_gets_no_access_by_a_password_reset_or_a_new_account(
    ciro, keycloak, realm, message_sinks
):
    assert ciro.goto("/accounts/passkeys/add/").status == 403
    keycloak.disable("chef", realm=realm)
    leave_and_age_session(ciro, 5)
    email = User.objects.get().email

    ciro.goto("/accounts/sign-in-by-e-mail/")
    ciro.get_by_role("link", name="I do not remember my password").click()
    ciro.get_by_label("E-mail").fill(email)
    ciro.get_by_role("button", name="Send me a code").click()
    ciro.get_by_label("The code in our letter").fill("ABCD-EFGH")
    ciro.get_by_role("button", name="Go on").click()
    expect(ciro.get_by_text("That is not the code in our letter.")).to_be_visible()
    assert "No password of yours" in newest_email(message_sinks, email).subject

    ciro.goto("/accounts/sign-up/")
    sign_up(ciro, message_sinks, email=email)
    expect(ciro).to_have_url(re.compile("/orders/$"))
    assert ciro.goto("/kitchen/").status == 403
    cook, customer = User.objects.order_by("pk")
    assert not customer.groups.exists()
    assert not cook.has_usable_password()


@pytest.mark.parametrize(
    ("realm", "name", "button"), [(OURS, "chef", "Sign out"), (PLAIN, "manager", "Log out")], indirect=["realm"]
)
def test_signing_out_of_the_shop_ends_the_session_at_keycloak_too(open_page, scripted, address, name, button):
    person = open_page(java_script_enabled=scripted)
    sign_in(person, name)

    person.get_by_role("button", name=button).click()

    expect(person).to_have_url(f"{address}/")
    open_keycloak_form(person)
    expect_password_form(person)


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_a_session_that_was_ended_in_keycloak_ends_in_the_shop_too(ciro, keycloak, realm):
    keycloak.end_sessions("chef", realm=realm)

    until(lambda: ciro.goto("/kitchen/").url.endswith("/accounts/sign-in/?next=/kitchen/"))

    open_keycloak_form(ciro)
    expect_password_form(ciro)
