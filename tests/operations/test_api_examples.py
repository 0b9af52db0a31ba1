"""The examples in the OpenAPI document: each request body can be sent as it is, and is then accepted."""

import pytest

from kitchen.models import FulfillmentMethod
from orders.deliveries import services as delivery_services
from pizzeria.api import api
from pizzeria.users.roles import DRIVER
from tests import shop
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

DOCUMENT = api.get_openapi_schema(path_prefix="api")
BODIES = {
    f"{method.upper()} {path}": operation["requestBody"]["content"]["application/json"]
    for path, methods in DOCUMENT["paths"].items()
    for method, operation in methods.items()
    if "requestBody" in operation
}


@pytest.fixture
def admin(caller, resolver):
    """Return a program with the token of an admin, who is also the driver of the deliveries."""
    resolver.answer("example.com", ["93.184.216.34"])
    admin = caller("admin")
    admin.get("/me")
    return admin


@pytest.fixture
def paths(admin, chef):
    """Return the parameters of paths: of an order that is to be cooked, and for some bodies of another one."""
    shop.hire(DRIVER, username="dario")
    waiting = shop.place()
    free, out = (shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef) for _each in range(2))
    driver = shop.acting_as(DRIVER, admin.user.pk)
    delivery_services.claim_delivery(ref=out.ref, by=driver, at=FRIDAY_NIGHT)
    delivery_services.leave_for_delivery(ref=out.ref, by=driver, at=FRIDAY_NIGHT)
    orders = {"/assign": free.ref, "/fail": out.ref}

    def filled_in(path):
        order = next((ref for ending, ref in orders.items() if path.endswith(ending)), waiting.ref)
        return path.format(order_id=order, pizza_id="margherita").removeprefix("/api")

    return filled_in


@pytest.mark.parametrize("name", BODIES)
def test_the_example_of_every_body_is_accepted(admin, paths, name):
    method, _blank, path = name.partition(" ")

    answer = admin.send(method.lower(), paths(path), BODIES[name]["example"])

    assert answer.status_code in range(200, 300), answer.content
