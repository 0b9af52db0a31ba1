"""The README's two clients of the API, as they are written there: they order, follow their order, and end."""

import os
import re
import subprocess
import sys

import pytest

from kitchen import services as kitchen_services
from orders.models import Order, OrderStatus
from pizzeria.devtools.state_dir import ROOT
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import Identity
from tests.e2e.browsers import checked_pages
from tests.keycloak.server import OURS, SECRET
from tests.live.lossy_proxy import losing_answers
from tests.waiting import TIMEOUT, until

pytestmark = pytest.mark.django_db(transaction=True)

API = (ROOT / "README.md").read_text().partition("## The API")[2].partition("\n## ")[0]


def client_in(language):
    [code] = re.findall(rf"^```{language}\n(.*?)^```$", API, re.MULTILINE | re.DOTALL)
    assert len(code.splitlines()) < 60
    return code


@pytest.fixture
def shop_with_losses(shop_of):
    with losing_answers(shop_of(OURS)) as proxy:
        yield proxy


def cook(proxy, page=None):
    """Cook the order that a client places, each step once the client has learned that nothing has changed."""
    order = until(lambda: Order.objects.filter(status=OrderStatus.CONFIRMED).first(), page=page)
    for step in (kitchen_services.start_cooking, kitchen_services.finish_ticket):
        until(lambda: proxy.statuses[-1:] == [304], page=page)
        step(ref=order.ref, by=SYSTEM, at=clock.now())
        until(lambda: proxy.statuses[-1:] == [200], page=page)


def assert_ordered_once(proxy):
    """Assert that three requests with one key, of which two had no answer, have placed one order of the client."""
    assert len(proxy.keys) == 3
    assert len(set(proxy.keys)) == 1
    assert Order.objects.get().customer.user == Identity.objects.get().user


def lines_of(order):
    return [f"#{order.number} Margherita, €16.89: {status}" for status in ("confirmed", "cooking", "ready")]


def test_the_python_client_of_the_readme_orders_once_whatever_is_lost_and_ends_when_the_order_is_ready(
    keycloak, shop_with_losses, tmp_path
):
    variables = {"ORIGIN": shop_with_losses.url, "OIDC_ISSUER": keycloak.issuer(OURS), "SECRET": SECRET}
    command = [sys.executable, "-c", client_in("python")]
    with subprocess.Popen(command, env={**os.environ, **variables}, stdout=subprocess.PIPE, text=True) as client:
        try:
            cook(shop_with_losses)
            printed, _errors = client.communicate(timeout=TIMEOUT)
        finally:
            client.kill()

    assert client.returncode == 0
    assert_ordered_once(shop_with_losses)
    no_answer, *statuses = printed.splitlines()
    assert no_answer.startswith("No answer")
    assert statuses == lines_of(Order.objects.get())


def test_the_javascript_client_of_the_readme_orders_once_on_a_page_of_the_shop_and_ends_when_the_order_is_ready(
    keycloak, shop_with_losses, browser
):
    expected = ("503", "ERR_EMPTY_RESPONSE")
    with checked_pages(browser, shop_with_losses.url, expected_statuses=expected) as open_page:
        page = open_page()
        page.goto("/menu/")
        start = f"token => {{ {client_in('javascript')} window.shown = []; "
        start += "window.ended = orderPizza(token, (line) => window.shown.push(line)); }"
        page.evaluate(start, keycloak.service_account_token())
        cook(shop_with_losses, page)

        assert page.evaluate("window.ended") == "ready"
        no_answer, *statuses = page.evaluate("window.shown")

    assert_ordered_once(shop_with_losses)
    assert no_answer.startswith("No answer")
    assert statuses == lines_of(Order.objects.get())
