"""Accounts of customers: sign-up with an earlier guest order, a forgotten password, passkeys."""

import re

import pytest
from playwright.sync_api import expect

from pizzeria.users.models import Identity, User
from tests.e2e.browsers import WITH_JAVASCRIPT, WITHOUT_JAVASCRIPT_IN_LONG_RUNS
from tests.e2e.people import order, sign_out, sign_up
from tests.users.account_holders import ANOTHER_PASSWORD, CARLA, PASSWORD, code_in

pytestmark = pytest.mark.django_db(transaction=True)

MY_ORDERS = re.compile("/orders/$")


@pytest.fixture
def sinks(message_sinks, settings, live_server):
    """Return the message sinks; links in the e-mails lead to the live server."""
    settings.SHOP_ORIGIN = live_server.url
    return message_sinks


def sign_in(page, password=PASSWORD):
    page.goto("/accounts/sign-in-by-e-mail/")
    page.get_by_label("E-mail").fill(CARLA)
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


@pytest.mark.long
@WITHOUT_JAVASCRIPT_IN_LONG_RUNS
def test_a_guest_who_signs_up_can_link_an_earlier_order_to_the_new_account(open_page, sinks):
    carla = open_page()
    order(carla)
    the_link = carla.url
    carla.get_by_role("main").get_by_role("link", name="Sign in").click()
    carla.get_by_role("link", name="Make an account").click()

    sign_up(carla, sinks)

    expect(carla).to_have_url(the_link)
    carla.wait_for_load_state()  # until its scripts run, which close the stream before the form is sent
    carla.get_by_role("button", name="Put it into my account").click()
    expect(carla.locator("#messages")).to_contain_text("It is in your account now")
    carla.get_by_role("link", name="My orders").first.click()
    expect(carla).to_have_url(MY_ORDERS)
    expect(carla.get_by_role("main")).to_contain_text("Margherita")
    assert open_page().request.get(the_link).status == 404


@WITH_JAVASCRIPT
def test_a_customer_who_resets_a_forgotten_password_is_signed_in_and_other_sessions_end(open_page, sinks):
    carla, thief = open_page(), open_page()
    carla.goto("/accounts/sign-up/")
    sign_up(carla, sinks)
    expect(carla).to_have_url(MY_ORDERS)
    sign_in(thief)
    expect(thief).to_have_url(MY_ORDERS)
    sign_out(carla)

    carla.goto("/accounts/sign-in-by-e-mail/")
    carla.get_by_role("link", name="I do not remember my password").click()
    carla.get_by_label("E-mail").fill(CARLA)
    carla.get_by_role("button", name="Send me a code").click()
    expect(carla.get_by_role("heading", name="Look into your mailbox")).to_be_visible()
    carla.get_by_label("The code in our letter").fill(code_in(sinks))
    carla.get_by_role("button", name="Go on").click()
    carla.get_by_label("New password").fill(ANOTHER_PASSWORD)
    carla.get_by_role("button", name="Take this one").click()

    expect(carla).to_have_url(MY_ORDERS)
    thief.goto("/orders/")
    expect(thief.get_by_role("heading", name="Come in")).to_be_visible()


def a_device(page):
    """Add a virtual authenticator to a browser, which creates passkeys and confirms every request."""
    devices = page.context.new_cdp_session(page)
    devices.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    always = {"isUserVerified": True, "automaticPresenceSimulation": True}
    made = devices.send("WebAuthn.addVirtualAuthenticator", {"options": options | always})
    return devices, made["authenticatorId"]


@pytest.fixture
def at_home(sinks, open_page):
    """Return the page of a customer who has just signed up."""
    page = open_page()
    page.goto("/accounts/sign-up/")
    sign_up(page, sinks)
    expect(page).to_have_url(MY_ORDERS)
    return page


def add_a_passkey(page):
    page.goto("/profile/")
    page.get_by_role("link", name="My passkeys").click()
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="It is me").click()
    page.get_by_label("What shall we call it?").fill("The blue key")
    page.get_by_role("button", name="Ask my device").click()
    expect(page.locator("#messages")).to_contain_text("Your passkey is kept.")
    expect(page.get_by_role("main")).to_contain_text("The blue key")


def sign_in_by_passkey(page):
    page.goto("/accounts/sign-in-by-e-mail/")
    page.get_by_role("button", name="Sign in with a passkey").click()


@WITH_JAVASCRIPT
def test_a_customer_can_sign_in_with_a_passkey_until_it_is_removed(open_page, sinks, at_home):
    a_device(at_home)
    add_a_passkey(at_home)
    sign_out(at_home)

    sign_in_by_passkey(at_home)
    expect(at_home).to_have_url(MY_ORDERS)

    at_home.goto("/accounts/passkeys/")
    at_home.get_by_role("button", name="Remove").click()
    at_home.get_by_label("Password").fill(PASSWORD)
    at_home.get_by_role("button", name="It is me").click()
    expect(at_home.get_by_role("main")).to_contain_text("You have none yet.")
    sign_out(at_home)
    sign_in_by_passkey(at_home)
    expect(at_home.locator("#messages")).to_contain_text("That passkey did not fit.")


@WITH_JAVASCRIPT
def test_signing_in_with_a_passkey_on_a_device_without_one_says_that_none_was_used(open_page, sinks, at_home):
    sign_out(at_home)
    _devices, _device = a_device(at_home)

    sign_in_by_passkey(at_home)

    expect(at_home.get_by_text("No passkey was used.")).to_be_visible()


@WITH_JAVASCRIPT
def test_a_passkey_does_not_sign_in_a_user_who_is_inactive_or_known_to_a_sign_in_server(open_page, sinks, at_home):
    a_device(at_home)
    add_a_passkey(at_home)
    sign_out(at_home)
    carla = User.objects.get(emailaddress__email=CARLA)
    identity = Identity.objects.create(user=carla, issuer="https://sso.example", subject="carla")
    expect_refusal(at_home)

    identity.delete()
    User.objects.filter(pk=carla.pk).update(is_active=False)
    expect_refusal(at_home)


def expect_refusal(page):
    """Assert that the passkey of a browser is refused, and signs nobody in."""
    sign_in_by_passkey(page)
    expect(page.locator("#messages")).to_contain_text("That passkey did not fit.")
    page.goto("/orders/")
    expect(page.get_by_role("heading", name="Come in")).to_be_visible()


@WITH_JAVASCRIPT
def test_a_rejected_account_form_has_the_focus_on_its_first_invalid_field(open_page, sinks):
    page = open_page()

    sign_in(page, "a guess")
    expect(page.get_by_label("E-mail")).to_be_focused()

    page.goto("/accounts/sign-up/")
    page.get_by_label("Your name").fill("Carla")
    page.get_by_label("E-mail").fill("carla at home")
    page.get_by_role("button", name="Make my account").click()
    expect(page.get_by_label("E-mail")).to_be_focused()


def test_the_button_to_sign_in_with_a_passkey_is_visible_only_with_javascript(open_page, scripted):
    page = open_page()
    page.goto("/accounts/sign-in-by-e-mail/")

    expect(page.get_by_role("button", name="Sign in with a passkey")).to_be_visible(visible=scripted)
