"""Step-up: a manager who signed in long ago authenticates again before cancelling an order in the oven."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from orders.models import Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import OidcSession
from tests.e2e.keycloak.conftest import PLAIN_REALM_IN_LONG_RUNS
from tests.e2e.keycloak.people import expect_password_form, leave_and_age_session, sign_in, submit_password
from tests.e2e.people import press
from tests.shop import basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def in_the_oven(shop):
    at = clock.now()
    order = place(basket_of(pizza(), at=at), at=at)
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=at)
    return order


@pytest.mark.long
@PLAIN_REALM_IN_LONG_RUNS
def test_cancelling_an_order_in_the_oven_asks_for_the_password_again_and_then_returns_to_the_page(
    open_page, scripted, in_the_oven
):
    marta = open_page(java_script_enabled=scripted)
    sign_in(marta, "manager")
    signed_in_at = OidcSession.objects.get().authenticated_at
    until(lambda: clock.now() - signed_in_at > timedelta(seconds=1))  # the resolution of Keycloak's clock
    leave_and_age_session(marta, 11)
    it_was_as_long_ago_at_keycloak(marta)

    page = f"/orders/{in_the_oven.ref}/cancel/"
    marta.goto(page)
    expect_password_form(marta)
    submit_password(marta)

    expect(marta).to_have_url(re.compile(f"{page}$"))
    marta.get_by_role("radio", name="we cannot make it in time").check()
    press(marta.get_by_role("button", name="Cancel order #1"))
    expect(marta).not_to_have_url(re.compile(f"{page}$"))
    assert Order.objects.get().status == OrderStatus.CANCELLED


def it_was_as_long_ago_at_keycloak(page):
    """Replace `max_age=600` by `max_age=0` in the request to Keycloak, whose clock the test cannot set."""
    tools = page.context.new_cdp_session(page)
    tools.send("Fetch.enable", {"patterns": [{"urlPattern": "*/protocol/openid-connect/auth?*"}]})

    def hand_on(paused):
        address = paused["request"]["url"]
        assert "max_age=600" in address
        younger = {"requestId": paused["requestId"], "url": address.replace("max_age=600", "max_age=0")}
        tools.send("Fetch.continueRequest", younger)

    tools.on("Fetch.requestPaused", hand_on)
