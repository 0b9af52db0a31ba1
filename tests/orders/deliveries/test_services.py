from decimal import Decimal

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Ticket, TicketState
from orders import replay
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.deliveries.selectors import drivers
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.models import User
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.factories import UserFactory
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def dario(db):
    return shop.hire(DRIVER, first_name="Dario")


@pytest.fixture
def delivery(kitchen, chef):
    """A delivery, out of the oven."""
    return shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)


def step(verb, order, by, **more):
    return verb(ref=order.ref, by=by, at=FRIDAY_NIGHT, **more)


def test_brings_the_pizza_and_the_cash_home(delivery, dina):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)
    step(delivery_services.deliver, delivery, dina)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.paid, delivery.driver_id) == (
        OrderStatus.DELIVERED,
        Decimal("12.99"),
        dina.user_id,
    )
    types = StoredEvent.objects.filter(aggregate_ref=delivery.ref, seq__gt=4).values_list("type", flat=True)
    assert list(types) == ["order.driver_assigned.v1", "order.out_for_delivery.v1", "order.delivered.v1"]
    assert list(replay.differences()) == []


def test_promises_the_drive_too(kitchen):
    order = shop.place(method=FulfillmentMethod.DELIVERY)

    assert (order.promise_from - FRIDAY_NIGHT).total_seconds() == (8 + 2 + 20) * 60


def test_without_an_address_is_refused(kitchen):
    with pytest.raises(order_services.AddressMissing, match="where we shall bring it"):
        shop.place(method=FulfillmentMethod.DELIVERY, contact=shop.ANNA)

    assert not Order.objects.exists()


def test_is_one_drivers_at_a_time(delivery, dina, dario):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.claim_delivery, delivery, dina)  # once more: it is hers already

    with pytest.raises(delivery_services.AnotherDriverHasIt, match=r"Dina has #1 already\."):
        step(delivery_services.claim_delivery, delivery, dario)
    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.leave_for_delivery, delivery, dario)
    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.release_delivery, delivery, dario)
    assert StoredEvent.objects.filter(type="order.driver_assigned.v1").count() == 1


def test_can_be_given_back_and_claimed_by_another(delivery, dina, dario):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.release_delivery, delivery, dina)

    step(delivery_services.claim_delivery, delivery, dario)

    assert Order.objects.get().driver_id == dario.user_id


def test_can_be_assigned_by_a_manager_only(delivery, dina, dario, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    with pytest.raises(NotAllowed):
        step(delivery_services.assign_delivery, delivery, dario, driver=dario.user_id)

    step(delivery_services.assign_delivery, delivery, manager, driver=dario.user_id)

    assert Order.objects.get().driver_id == dario.user_id
    assert list(replay.differences()) == []


def test_is_assigned_to_nobody_who_does_not_deliver(delivery, manager, dina):
    User.objects.filter(pk=dina.user_id).update(is_active=False)

    for driver in (UserFactory().pk, shop.hire(KITCHEN).user_id, dina.user_id, 0, 2**70):
        with pytest.raises(delivery_services.NotADriver):
            step(delivery_services.assign_delivery, delivery, manager, driver=driver)

    assert Order.objects.get().driver_id is None


def test_can_be_assigned_to_whoever_delivers(kitchen):
    people = {"Dina": DRIVER, "Mario": MANAGER, "Ada": ADMIN, "Ciro": KITCHEN, "Carla": CUSTOMER}
    for first_name, role in people.items():
        shop.hire(role, first_name=first_name)

    assert [driver.first_name for driver in drivers()] == ["Ada", "Dina", "Mario"]


def test_waits_for_the_oven(kitchen, dina):
    order = shop.place(method=FulfillmentMethod.DELIVERY)

    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.claim_delivery, order, dina)


def test_of_a_pickup_is_not_offered(placed_order, chef, dina):
    shop.cooked(placed_order, by=chef)

    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.claim_delivery, placed_order, dina)


def test_comes_back_when_nobody_is_home_and_goes_out_again(delivery, dina):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)
    assert Ticket.objects.get(ref=delivery.ref).state == TicketState.GONE

    step(delivery_services.fail_delivery, delivery, dina, reason=CancelReason.NOBODY_HOME)
    delivery.refresh_from_db()
    assert (delivery.status, delivery.driver_id) == (OrderStatus.READY, dina.user_id)
    assert Ticket.objects.get(ref=delivery.ref).state == TicketState.READY

    step(delivery_services.leave_for_delivery, delivery, dina)
    step(delivery_services.deliver, delivery, dina)
    assert Order.objects.get().status == OrderStatus.DELIVERED
    assert list(replay.differences()) == []


def test_that_comes_back_for_something_else_needs_words_and_keeps_them_out_of_the_log(delivery, dina):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(order_services.ReasonMissing) as refused:
        step(delivery_services.fail_delivery, delivery, dina, reason=CancelReason.OTHER)
    assert (refused.value.field, Order.objects.get().status) == ("note", OrderStatus.DELIVERING)

    step(delivery_services.fail_delivery, delivery, dina, reason=CancelReason.OTHER, note="A dog at the gate.")
    assert Order.objects.get().contact.reason_note == "A dog at the gate."
    came_back = StoredEvent.objects.get(type="order.delivery_failed.v1")
    assert came_back.data == {"driver": dina.user_id, "reason": "other"}


def test_whose_driver_went_home_is_brought_back_by_a_manager_and_goes_out_with_another(delivery, dina, dario, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)
    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.fail_delivery, delivery, dario, reason=CancelReason.NOBODY_HOME)

    step(delivery_services.fail_delivery, delivery, manager, reason=CancelReason.OTHER, note="Her tyre is flat.")

    delivery.refresh_from_db()
    assert (delivery.status, delivery.driver_id) == (OrderStatus.READY, dina.user_id)
    assert Ticket.objects.get(ref=delivery.ref).state == TicketState.READY
    came_back = StoredEvent.objects.get(type="order.delivery_failed.v1")
    assert (came_back.actor, came_back.data["driver"]) == (str(manager.user_id), dina.user_id)

    step(delivery_services.assign_delivery, delivery, manager, driver=dario.user_id)
    step(delivery_services.leave_for_delivery, delivery, dario)
    step(delivery_services.deliver, delivery, dario)
    assert Order.objects.get().status == OrderStatus.DELIVERED
    assert list(replay.differences()) == []


def test_that_its_driver_forgot_to_report_is_handed_over_by_a_manager(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    step(delivery_services.deliver, delivery, manager)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.driver_id, delivery.paid) == (
        OrderStatus.DELIVERED,
        dina.user_id,
        Decimal("12.99"),
    )


def test_leaves_with_its_own_driver_only_managers_included(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)

    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.leave_for_delivery, delivery, manager)


def test_is_handed_over_by_its_driver_on_the_way_only(delivery, dina, dario, chef):
    step(delivery_services.claim_delivery, delivery, dina)
    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.deliver, delivery, dina)  # has not left
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.deliver, delivery, dario)
    with pytest.raises(NotAllowed):
        step(delivery_services.deliver, delivery, chef)


def test_recalled_to_the_oven_leaves_its_driver_free(delivery, dina, chef):
    step(delivery_services.claim_delivery, delivery, dina)

    step(kitchen_services.recall_ticket, delivery, chef)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.driver_id, delivery.ready_at) == (OrderStatus.COOKING, None, None)
    assert list(replay.differences()) == []


def test_on_its_way_is_not_recalled(delivery, dina, chef):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(kitchen_services.TicketStateConflict):
        step(kitchen_services.recall_ticket, delivery, chef)


def test_on_its_way_can_still_be_cancelled_by_a_manager(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    step(order_services.cancel_order, delivery, manager, reason=CancelReason.WRONG_ADDRESS)

    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert Ticket.objects.get().state == TicketState.WITHDRAWN
