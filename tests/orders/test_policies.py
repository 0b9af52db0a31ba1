"""Who may see and cancel an order. Commands check it themselves, because pages are not their only callers."""

import pytest

from kitchen.models import Ticket, TicketState
from orders import policies
from orders import services as order_services
from orders.models import CancelReason, Order, OrderStatus
from orders.models.contact import new_guest_token
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.factories import UserFactory
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def carla(kitchen):
    return shop.acting_as(CUSTOMER, UserFactory().pk)


@pytest.fixture
def orders(carla):
    """Return a guest's order and Carla's order, by their owner."""
    return {"a guest's": shop.place(), "Carla's": shop.place(by=carla)}


@pytest.fixture
def actors(orders, carla):
    other = shop.acting_as(CUSTOMER, UserFactory().pk)
    token = orders["a guest's"].contact.guest_token
    return {
        "a guest with the link": GUEST.with_guest_token(token),
        "a customer with the link": other.with_guest_token(token),
        "a guest with another link": GUEST.with_guest_token(new_guest_token()),
        "a guest without a link": GUEST,
        "Carla": carla,
        "another customer": other,
        "a driver": shop.acting_as(DRIVER, UserFactory().pk),
        "a cook": shop.acting_as(KITCHEN, UserFactory().pk),
        "a manager": shop.acting_as(MANAGER, UserFactory().pk),
        "the system": SYSTEM,
    }


STAFF = {"a cook", "a manager", "the system"}
VISIBLE = {
    "a guest's": STAFF | {"a guest with the link", "a customer with the link"},
    "Carla's": STAFF | {"Carla"},
}


@pytest.mark.parametrize("whose", VISIBLE)
def test_an_order_is_visible_to_its_owner_to_actors_with_its_link_and_to_staff(orders, actors, whose):
    order = Order.objects.get(pk=orders[whose].pk)

    assert {who for who, actor in actors.items() if policies.is_visible(order, actor)} == VISIBLE[whose]


@pytest.mark.parametrize("whose", VISIBLE)
def test_cancelling_raises_order_not_found_for_an_order_that_the_actor_may_not_see(orders, actors, whose):
    for who in actors.keys() - VISIBLE[whose]:
        with pytest.raises(order_services.OrderNotFound):
            cancel(orders[whose], actors[who])

    assert Order.objects.get(pk=orders[whose].pk).status == OrderStatus.CONFIRMED
    assert Ticket.objects.get(ref=orders[whose].ref).state == TicketState.WAITING


@pytest.mark.parametrize(("whose", "who"), [("a guest's", "a guest with the link"), ("Carla's", "Carla")])
def test_an_owner_and_a_guest_with_the_link_may_cancel_an_order(orders, actors, whose, who):
    assert cancel(orders[whose], actors[who]).status == OrderStatus.CANCELLED


def test_the_text_forms_of_an_actor_do_not_contain_its_guest_token(actors):
    actor = actors["a guest with the link"]

    assert actor.guest_token not in f"{actor} {actor!r}"


def cancel(order, by):
    return order_services.cancel_order(ref=order.ref, reason=CancelReason.CHANGED_MIND, by=by, at=FRIDAY_NIGHT)
