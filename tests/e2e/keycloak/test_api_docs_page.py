"""Trying an endpoint on the page of the API's documentation, signed in by Keycloak."""

from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from playwright.sync_api import expect

from tests.e2e.browsers import checked_pages
from tests.e2e.keycloak.people import submit_credentials
from tests.keycloak.server import OURS

pytestmark = pytest.mark.django_db(transaction=True)

SIGN_IN = "Apply given OAuth2 credentials"  # what Swagger UI calls the button "Authorize" below the scopes


@pytest.fixture
def docs(keycloak, shop_of, browser):
    """Yield the page; its `.sent` has method, URL and body of the requests that it has sent."""
    with checked_pages(browser, shop_of(OURS), expected_statuses=()) as open_page:
        page = open_page()
        page.sent = []
        page.on("request", lambda request: page.sent.append((request.method, request.url, request.post_data)))
        page.goto("/api/docs")
        yield page


def begin_sign_in(page):
    """Press "Authorize"; return the part of the dialog with the state, and the window of the sign-in server."""
    page.get_by_role("button", name="Authorize").first.click()
    dialog = page.locator(".auth-container").filter(has_text="SignIn")
    with page.expect_popup() as opened:
        dialog.get_by_role("button", name=SIGN_IN).click()
    return dialog, opened.value


def test_a_manager_signs_in_on_the_documentation_by_keycloak_and_tries_an_endpoint(docs, keycloak, shop_of):
    dialog, window = begin_sign_in(docs)
    asked = parse_qs(urlsplit(window.url).query)
    submit_credentials(window, "manager")
    expect(dialog.get_by_role("button", name="Remove authorization")).to_be_visible()
    dialog.get_by_role("button", name="Close").click()

    docs.get_by_text("The principal of the token").click()
    docs.get_by_role("button", name="Try it out").click()
    docs.get_by_role("button", name="Execute").click()

    answer = docs.locator(".live-responses-table")
    expect(answer.locator(".response-col_status").last).to_contain_text("200")
    expect(answer).to_contain_text("Marta Greco")
    assert (asked["client_id"], asked["code_challenge_method"]) == (["api-docs"], ["S256"])
    tokens = f"{keycloak.issuer()}/protocol/openid-connect/token"
    elsewhere = [sent for sent in docs.sent if not sent[1].startswith((shop_of(OURS), "data:"))]
    assert {url for _method, url, _body in elsewhere} == {tokens}
    [sent] = [parse_qs(body) for method, _url, body in elsewhere if method == "POST"]
    assert sent["grant_type"] == ["authorization_code"]
    assert "client_secret" not in sent
    assert "code_verifier" in sent
    stored = "JSON.stringify([{...localStorage}, {...sessionStorage}])"
    assert docs.evaluate(stored) == "[{},{}]"


def test_the_dialog_of_the_documentation_asks_for_no_secret_and_takes_a_token_as_well(docs):
    docs.get_by_role("button", name="Authorize").first.click()

    expect(docs.get_by_text("BearerToken")).to_be_visible()
    expect(docs.get_by_label("client_id:")).to_have_value("api-docs")
    expect(docs.get_by_text("client_secret:")).to_be_hidden()


def test_the_documentation_ignores_the_answer_of_another_sign_in_and_shows_an_error_of_its_own(docs):
    dialog, window = begin_sign_in(docs)
    [state] = parse_qs(urlsplit(window.url).query)["state"]

    for answer in ({"code": "stolen", "state": "another"}, {"error": "access_denied", "state": state}):
        send = "query => new BroadcastChannel('api-docs').postMessage(query)"
        docs.evaluate(send, f"?{urlencode(answer)}")

    expect(dialog.get_by_text("access_denied")).to_be_visible()
    expect(dialog.get_by_role("button", name=SIGN_IN)).to_be_visible()
    assert not [sent for sent in docs.sent if sent[0] == "POST"]
