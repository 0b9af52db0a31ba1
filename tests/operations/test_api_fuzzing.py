"""
The API, tried by every role with requests that are generated from its OpenAPI document.

Each answer must be one that the document has for the endpoint, in the shape that it has there: never a 5xx, and never
a success of a request that the document calls invalid.
"""

from collections import Counter

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.specs.openapi.checks import positive_data_acceptance

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from orders.deliveries import services as delivery_services
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import DRIVER
from tests import shop
from tests.length import IS_LONG, by_length
from tests.transactions import connection_kept, undone

pytestmark = [pytest.mark.long, pytest.mark.usefixtures("kitchen", "resolver")]

ROLES = ("customer", "pos", "chef", "driver", "manager", "admin")
TOKENS = ("none", *by_length(("customer", "admin"), long=ROLES))
CASES_PER_OPERATION = by_length(3, 55)  # an operation without parameters has fewer different ones
MIN_CASES = by_length(90, 1_430)  # for each token: in the long version, 10,000 for all


@pytest.fixture
def program(request, caller, settings):
    """Return a program with the token that the test is parametrized with, which may call as often as it likes."""
    settings.SHOP_API_REQUESTS_PER_MINUTE = settings.SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS = 0
    role = request.param
    program = caller(None if role == "none" else role)
    program.get("/me")  # makes its user
    return program


def orders_in_every_state(*, driver):
    """Place orders; return their refs: waiting, cooking, ready, and deliveries free, claimed and out with a driver."""
    at = clock.now()

    def placed(method=FulfillmentMethod.PICKUP):
        return shop.place(shop.basket_of(at=at), at=at, method=method, contact=shop.AT_HOME)

    def cooked(method=FulfillmentMethod.PICKUP):
        return shop.cooked(placed(method), by=SYSTEM, at=at)

    waiting, cooking, ready = placed(), placed(), cooked()
    free, claimed, out = (cooked(FulfillmentMethod.DELIVERY) for _each in range(3))
    kitchen_services.start_cooking(ref=cooking.ref, by=SYSTEM, at=at)
    for order in (claimed, out):
        delivery_services.claim_delivery(ref=order.ref, by=driver, at=at)
    delivery_services.leave_for_delivery(ref=out.ref, by=driver, at=at)
    return [str(order.ref) for order in (waiting, cooking, ready, free, claimed, out)]


def name_what_exists(case, data, refs):
    """Put what exists into a generated request, so that it is not refused only for what it names."""
    if "order_id" in (case.path_parameters or {}):
        case.path_parameters["order_id"] = data.draw(st.sampled_from(refs))
    if "pizza_id" in (case.path_parameters or {}):
        case.path_parameters["pizza_id"] = "margherita"
    if isinstance(case.body, dict) and "pizzas" in case.body:
        case.body |= {"customer_name": "Anna", "customer_phone": "+390612345678", "payment_method": "cash"}
        case.body |= {"coupon": "", "wanted_at": None, "tip": 0, "expected_total": None, "items": []}
        for pizza in case.body["pizzas"]:
            pizza |= {"pizza_id": "margherita", "size": "small", "toppings": [], "without": []}


def what_is_read_by_everybody_still_works(manager, browser):
    """Read what a successful request may have spoilt: pages of guests, the kitchen, all orders, the menu."""
    statuses = {path: browser.get(path).status_code for path in ("/", "/menu/", "/basket/")}
    statuses |= {path: manager.get(path).status_code for path in ("/kitchen/queue", "/kitchen/status", "/menu")}
    statuses |= {path: manager.get(path).status_code for path in ("/orders?limit=100", "/delivery/ready")}
    assert set(statuses.values()) == {200}, statuses


def send_generated_requests(operation, *, headers, refs, answers, manager, browser):
    """Send requests of an endpoint, valid and invalid ones, and check each answer; count the answers by status."""

    @settings(max_examples=CASES_PER_OPERATION, suppress_health_check=list(HealthCheck))
    @given(data=st.data(), is_valid=st.booleans())
    def send(data, is_valid):
        mode = GenerationMode.POSITIVE if is_valid else GenerationMode.NEGATIVE
        case = data.draw(operation.as_strategy(generation_mode=mode))
        if is_valid and data.draw(st.booleans()):
            name_what_exists(case, data, refs)
        with undone():
            with connection_kept():
                response = case.call_and_validate(headers=headers, excluded_checks=[positive_data_acceptance])
            if case.method != "GET" and response.status_code < 300:
                what_is_read_by_everybody_still_works(manager, browser)
        answers[case.method == "GET", response.status_code] += 1

    send()


@pytest.mark.parametrize("program", TOKENS, indirect=True)
def test_every_answer_to_a_generated_request_is_documented_and_spoils_nothing(program, caller, client):
    headers = {"Authorization": f"Bearer {program.token}"} if program.token else {}
    driver = shop.acting_as(DRIVER, program.user.pk) if program.token else shop.hire(DRIVER)
    refs, answers = orders_in_every_state(driver=driver), Counter()

    with connection_kept():
        schema = schemathesis.openapi.from_wsgi("/api/openapi.json", WSGIHandler())
    for operation in schema.get_all_operations():
        send_generated_requests(
            operation.ok(), headers=headers, refs=refs, answers=answers, manager=caller("manager"), browser=client
        )

    assert answers.total() >= MIN_CASES
    assert answers[True, 200]
    has_changed_something = any(status < 300 for is_get, status in answers if not is_get)
    assert has_changed_something == bool(program.token) or not IS_LONG
