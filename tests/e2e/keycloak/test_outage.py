"""An outage of Keycloak: it is stopped while people are signed in, and started again."""

from functools import partial

import pytest
import requests
from playwright.sync_api import expect

from tests.e2e.browsers import checked_pages
from tests.e2e.keycloak.conftest import EXPECTED_STATUSES
from tests.e2e.keycloak.people import leave_and_age_session, open_keycloak_form, sign_in
from tests.keycloak.server import OURS, PLAIN
from tests.users.account_holders import clear_rate_limits
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def both(shop_of, browser):
    """Yield, for each realm, a function that opens a page of its shop."""
    with (
        checked_pages(browser, shop_of(OURS), expected_statuses=EXPECTED_STATUSES) as ours,
        checked_pages(browser, shop_of(PLAIN), expected_statuses=EXPECTED_STATUSES) as plain,
    ):
        yield {OURS: ours, PLAIN: plain}


def test_while_keycloak_is_down_sessions_and_tokens_stay_valid_and_a_sign_in_gets_an_error_page(
    both, shop_of, keycloak
):
    pages, tokens = {}, {}
    for realm, open_page in both.items():
        pages[realm] = open_page()
        sign_in(pages[realm], "chef")
        tokens[realm] = keycloak.service_account_token(realm)

    keycloak.stop()

    for realm, open_page in both.items():
        ciro = pages[realm]
        leave_and_age_session(ciro, 5)
        assert [ciro.goto("/kitchen/").status for _time in range(2)] == [200, 200]
        assert call(shop_of(realm), tokens[realm]).status_code == 200
        expect_sign_in_to_fail(open_page())

    keycloak.start()

    for realm, open_page in both.items():
        assert pages[realm].goto("/kitchen/").status == 200
        until(partial(leads_to_keycloak, shop_of(realm)))
        dina = open_page()
        sign_in(dina, "driver")
        assert dina.goto("/delivery/").status == 200


def call(address, token):
    return requests.get(f"{address}/api/me", headers={"Authorization": f"Bearer {token}"}, timeout=30)


def expect_sign_in_to_fail(page):
    """Assert that a sign-in leads to a page of the shop which says that it is not possible now."""
    responses = []
    page.on(
        "response",
        lambda response: responses.append(response.status) if response.request.is_navigation_request() else 0,
    )
    open_keycloak_form(page)
    expect(page.get_by_role("heading", name="We cannot sign you in just now")).to_be_visible()
    until(lambda: responses == [200, 503], describe=lambda: responses, page=page)


def leads_to_keycloak(address):
    """Return whether a shop redirects to Keycloak again; it remembers a failure for a few seconds."""
    clear_rate_limits()
    return requests.get(f"{address}/accounts/keycloak/", timeout=30, allow_redirects=False).status_code == 302
