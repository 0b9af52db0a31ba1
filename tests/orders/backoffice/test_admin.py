"""Orders in the admin: what a manager sees of an order, and the actions on it."""

import re

import pytest
from django.urls import reverse

from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import User
from pizzeria.users.roles import ADMIN, KITCHEN, MANAGER
from tests import shop

LIST = reverse("admin:orders_order_changelist")

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def ready(chef):
    """Return a function that returns a new ready order: `ready(FulfillmentMethod.DELIVERY)`."""
    return lambda method=FulfillmentMethod.PICKUP: shop.cooked(
        shop.place(method=method, at=clock.now()), by=chef, at=clock.now()
    )


def page_of(order):
    return reverse("admin:orders_order_change", args=[order.pk])


def run_action(browser, action, *orders, **form_data):
    """Run an action on orders of the list; return the page that follows."""
    selected = {"action": action, "_selected_action": [order.pk for order in orders]}
    return browser.post(LIST, {**selected, **form_data}, follow=True)


def run_action_on_form(browser, action, order, **form_data):
    selected = {"CHANGE_FORM-action": action, "_selected_action": order.pk}
    return browser.post(page_of(order), {**selected, **form_data}, follow=True)


FROM_EITHER = pytest.mark.parametrize(
    "run_action", [run_action, run_action_on_form], ids=["from the list", "from its page"]
)


def messages_on(response):
    return [str(message) for message in response.context["messages"]]


def name_of(driver):
    return User.objects.get(pk=driver.user_id).username


def test_the_admin_page_of_an_order_shows_address_driver_and_cancel_reason_but_no_guest_token(marta, dina, ready):
    order = ready(FulfillmentMethod.DELIVERY)
    for step in (delivery_services.claim_delivery, delivery_services.leave_for_delivery):
        step(ref=order.ref, by=dina, at=clock.now())
    why = {"reason": CancelReason.OTHER, "note": "The car broke down."}
    order_services.cancel_order(ref=order.ref, **why, by=SYSTEM, at=clock.now())

    html = marta.get(page_of(order)).content.decode()

    for words in ("Via Appia 7", "00183", "Roma", "third floor", "Dina Neri", "something else", "The car broke down."):
        assert words in html
    assert order.contact.guest_token not in html


def test_the_admin_list_of_orders_opens_for_admins_and_not_for_cooks(sign_in):
    assert sign_in(ADMIN).get(LIST).status_code == 200
    assert sign_in(KITCHEN).get(LIST, follow=True).status_code == 403


def test_an_order_cannot_be_edited_by_a_form_in_the_admin(marta, placed_order):
    response = marta.post(page_of(placed_order), {"status": "delivered"})

    assert response.status_code == 403
    assert Order.objects.get().status == OrderStatus.CONFIRMED


@FROM_EITHER
def test_an_order_can_be_handed_over_in_the_admin(marta, ready, run_action):
    order = ready()

    response = run_action(marta, "hand_over", order)

    assert messages_on(response) == [f"{order} is handed over."]
    order.refresh_from_db()
    assert order.status == OrderStatus.DELIVERED


def test_handing_over_several_orders_in_the_admin_hands_over_ready_ones_and_reports_the_others(marta, ready):
    waiting, first, second = shop.place(at=clock.now()), ready(), ready()

    response = run_action(marta, "hand_over", waiting, first, second)

    assert messages_on(response) == ["#1 is not ready yet.", f"{first} is handed over.", f"{second} is handed over."]


@FROM_EITHER
def test_a_delivery_can_be_assigned_to_a_driver_and_released_in_the_admin(marta, dina, ready, run_action):
    order = ready(FulfillmentMethod.DELIVERY)

    question = run_action(marta, "assign_driver", order)
    assert re.findall(r'<option value="(\w+)"', question.content.decode()) == [name_of(dina), marta.user.username]
    form = dict(re.findall(r'<input type="hidden" name="([\w-]+)" value="(\w+)">', question.content.decode()))

    response = marta.post(question.request["PATH_INFO"], {**form, "driver": name_of(dina)}, follow=True)
    order.refresh_from_db()
    assert (messages_on(response), order.driver_id) == ([f"{order} has its driver."], dina.user_id)

    response = run_action(marta, "unassign_driver", order)
    order.refresh_from_db()
    assert (messages_on(response), order.driver_id) == ([f"{order} waits for a driver."], None)


@FROM_EITHER
def test_the_admin_refuses_to_assign_a_delivery_to_a_user_who_does_not_deliver(marta, ready, run_action):
    order = ready(FulfillmentMethod.DELIVERY)
    ciro = shop.hire(KITCHEN)

    response = run_action(marta, "assign_driver", order, driver=name_of(ciro))

    assert response.status_code == 422
    assert "Please choose somebody who delivers." in response.content.decode()
    assert Order.objects.get().driver_id is None


@FROM_EITHER
def test_cancelling_an_order_in_the_admin_leads_to_the_page_that_asks_for_the_reason(marta, placed_order, run_action):
    response = run_action(marta, "cancel", placed_order)

    assert response.redirect_chain[-1][0] == reverse("orders:cancel", args=[placed_order.ref])
    assert "Cancel order #1?" in response.content.decode()


def test_the_admin_refuses_to_cancel_several_orders_at_once(marta):
    response = run_action(marta, "cancel", shop.place(), shop.place())

    assert messages_on(response) == ["One at a time, please: each guest reads why."]


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_the_list_offers_all_actions_on_orders_to_managers_and_admins(sign_in, placed_order, role):
    offered = re.findall(r'<option value="(\w+)"', sign_in(role).get(LIST).content.decode())

    assert offered == ["hand_over", "assign_driver", "unassign_driver", "cancel", "refund"]
