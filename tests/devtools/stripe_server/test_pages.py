"""The payment page: what a person reads and can do there."""

import http.client
import re
from html import unescape
from urllib.parse import urlsplit

import pytest

from tests.devtools.stripe_server.shopping import MARGHERITA, SHOP, open_session

STAND_IN = "This page stands in for Stripe. No money moves"


@pytest.fixture
def visit(server):
    """Return a function that requests a page, and with `outcome` presses a button; it returns status, headers, text."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)

    def visit(address, *, outcome=None):
        body = f"outcome={outcome}" if outcome else None
        connection.request("POST" if outcome else "GET", urlsplit(address).path, body)
        response = connection.getresponse()
        return response.status, response.headers, unescape(response.read().decode())

    yield visit

    connection.close()


def test_the_page_shows_what_is_paid_to_whom_and_how_it_can_end(client, visit):
    session = open_session(client)

    status, headers, text = visit(session.url)

    assert status == 200
    for words in (STAND_IN, "Mario's Pizzeria", "€25.98", "2 × Margherita <large>", "anna@example.com"):
        assert words in text
    assert re.findall(r'<button name=outcome value="(\w+)">', text) == [
        "pay",
        "authenticate",
        "generic_decline",
        "insufficient_funds",
    ]
    assert f'href="{SHOP}/checkout/"' in text
    assert "<script" not in text
    assert headers["Content-Security-Policy"] == (
        "default-src 'none'; style-src 'self'; base-uri 'none'; frame-ancestors 'none'; "
        f"form-action 'self' {SHOP}"  # the redirect after a form ends at the shop
    )
    assert visit("/c/page.css")[0] == 200


def test_what_the_shop_sends_is_escaped(client, server, visit):
    item = {**MARGHERITA, "price_data": {**MARGHERITA["price_data"], "product_data": {"name": "<b>&amp;"}}}
    session = open_session(client, line_items=[item])

    connection = http.client.HTTPConnection(urlsplit(server.url).netloc)
    connection.request("GET", urlsplit(session.url).path)

    assert b"&lt;b&gt;&amp;amp;" in connection.getresponse().read()
    connection.close()


def test_paying_redirects_by_get_to_the_shop_and_the_page_says_that_it_is_paid(client, visit):
    session = open_session(client)

    status, headers, _text = visit(session.url, outcome="pay")
    _status, _headers, text = visit(session.url)

    assert (status, headers["Location"]) == (303, f"{SHOP}/paid/?session={session.id}")
    assert "This has been paid" in text
    assert "<button" not in text


@pytest.mark.parametrize(
    ("outcome", "message"),
    [("generic_decline", "Your card was declined."), ("insufficient_funds", "Your card has insufficient funds.")],
)
def test_a_decline_is_shown_on_the_page_which_stays_open(client, visit, outcome, message):
    session = open_session(client)

    status, headers, _text = visit(session.url, outcome=outcome)
    _status, _headers, text = visit(headers["Location"])

    assert status == 303
    assert f"<p role=alert>{message}" in text
    assert 'value="pay"' in text


@pytest.mark.parametrize("outcome", ["confirm", "abandon"])
def test_the_bank_asks_on_a_page_of_its_own(client, visit, outcome):
    session = open_session(client)

    _status, headers, _text = visit(session.url, outcome="authenticate")
    _status, _headers, bank = visit(headers["Location"])
    _status, end, _text = visit(session.url, outcome=outcome)

    assert headers["Location"].endswith("/authenticate")
    assert STAND_IN in bank
    assert re.findall(r'<button name=outcome value="(\w+)">', bank) == ["confirm", "abandon"]
    if outcome == "confirm":
        assert end["Location"].startswith(SHOP)
    else:
        assert "Your bank could not confirm" in visit(end["Location"])[2]
    assert visit(headers["Location"])[0] == 303  # the bank asks nothing any more


def test_an_expired_page_says_so_and_leads_back(client, server, visit):
    session = open_session(client)
    server.expire_now(session.id)

    status, _headers, text = visit(session.url)

    assert status == 200
    assert "has expired, and nothing was charged" in text
    assert f'href="{SHOP}/checkout/"' in text
    assert "<button" not in text


def test_another_button_or_page_is_refused(client, visit):
    assert visit(open_session(client).url, outcome="free")[0] == 400
    assert visit("/c/pay/cs_test_unknown")[0] == 404
    assert visit("/c/pay/cs_test_unknown", outcome="pay")[0] == 404
    assert visit("/elsewhere")[0] == 404


def test_driving_needs_the_key_of_the_account(visit):
    assert visit("/driver/expire/cs_test_1", outcome="pay")[0] == 401
