"""Steps of people who sign in by Keycloak, and the age of their sessions."""

import re
from importlib import import_module

from django.conf import settings
from playwright.sync_api import Page, expect

from tests.users.oidc_login import age_stored_session


def open_keycloak_form(page: Page) -> None:
    """Go to the shop's sign-in page, and from there to Keycloak."""
    page.goto("/accounts/sign-in/")
    page.get_by_role("main").get_by_role("link", name="Sign in by Keycloak").click()


def submit_credentials(page: Page, name: str) -> None:
    """Fill in Keycloak's sign-in form and submit it."""
    page.get_by_label("Username or email").fill(name)
    submit_password(page)


def submit_password(page: Page) -> None:
    page.get_by_label("Password", exact=True).fill("pizza")
    page.get_by_role("button", name="Sign In").click()


def sign_in(page: Page, name: str) -> None:
    open_keycloak_form(page)
    submit_credentials(page, name)
    expect(page).not_to_have_url(re.compile("/realms/|/accounts/"))


def expect_password_form(page: Page) -> None:
    """Assert that the page is Keycloak's form with the password."""
    expect(page.get_by_label("Password", exact=True)).to_be_visible()


def leave_and_age_session(page: Page, minutes: int) -> None:
    """
    Leave the shop's page, and make the browser's session older.

    A page that reloads itself, or reports that it is left, would send a request at the same moment as the test; and the
    server may still work on what it has sent before. So the browser first loads a page that sends nothing by itself.
    """
    page.goto("/menu/")
    page.wait_for_load_state("networkidle")
    page.goto("about:blank")
    age_browser_session(page, minutes)


def age_browser_session(page: Page, minutes: int) -> None:
    """Make the browser's session older without leaving the page that is open."""
    [key] = [cookie["value"] for cookie in page.context.cookies() if cookie["name"] == settings.SESSION_COOKIE_NAME]
    age_stored_session(import_module(settings.SESSION_ENGINE).SessionStore(key), minutes=minutes)
