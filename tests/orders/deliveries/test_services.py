from datetime import timedelta
from decimal import Decimal

import pytest

from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import FulfillmentMethod, Ticket, TicketState
from orders import replay
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.deliveries.selectors import drivers, tour
from orders.models import CancelReason, Order, OrderStatus
from pizzeria.foundation.actor import SYSTEM
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
    """Return a delivery that is ready."""
    return shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)


def step(verb, order, by, **more):
    return verb(ref=order.ref, by=by, at=FRIDAY_NIGHT, **more)


def test_a_driver_claims_a_delivery_leaves_with_it_and_delivers_it_for_cash(delivery, dina):
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


def test_a_delivery_is_promised_with_the_driving_time(kitchen):
    order = shop.place(method=FulfillmentMethod.DELIVERY)

    assert (order.promise_from - FRIDAY_NIGHT).total_seconds() == (8 + 2 + 20) * 60


def test_a_delivery_without_an_address_is_refused(kitchen):
    with pytest.raises(order_services.AddressMissing, match="where we shall bring it"):
        shop.place(method=FulfillmentMethod.DELIVERY, contact=shop.ANNA)

    assert not Order.objects.exists()


def test_a_delivery_belongs_to_one_driver_at_a_time(delivery, dina, dario):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.claim_delivery, delivery, dina)  # the second claim changes nothing: it is hers already

    with pytest.raises(delivery_services.DeliveryAlreadyClaimed, match=r"Dina has #1 already\."):
        step(delivery_services.claim_delivery, delivery, dario)
    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.leave_for_delivery, delivery, dario)
    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.release_delivery, delivery, dario)
    assert StoredEvent.objects.filter(type="order.driver_assigned.v1").count() == 1


def test_a_released_delivery_can_be_claimed_by_another_driver(delivery, dina, dario):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.release_delivery, delivery, dina)

    step(delivery_services.claim_delivery, delivery, dario)

    assert Order.objects.get().driver_id == dario.user_id


def test_a_delivery_can_be_assigned_by_a_manager_but_not_by_a_driver(delivery, dina, dario, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    with pytest.raises(NotAllowed):
        step(delivery_services.assign_delivery, delivery, dario, driver=dario.user_id)

    step(delivery_services.assign_delivery, delivery, manager, driver=dario.user_id)

    assert Order.objects.get().driver_id == dario.user_id
    assert list(replay.differences()) == []


def test_a_delivery_cannot_be_assigned_to_a_user_who_may_not_deliver(delivery, manager, dina):
    User.objects.filter(pk=dina.user_id).update(is_active=False)

    for driver in (UserFactory().pk, shop.hire(KITCHEN).user_id, dina.user_id, 0, 2**70):
        with pytest.raises(delivery_services.NotADriver):
            step(delivery_services.assign_delivery, delivery, manager, driver=driver)

    assert Order.objects.get().driver_id is None


def test_the_list_of_drivers_contains_those_who_may_deliver_by_their_group_and_no_mere_superuser(kitchen):
    people = {"Dina": DRIVER, "Marta": MANAGER, "Ada": ADMIN, "Ciro": KITCHEN, "Carla": CUSTOMER}
    for first_name, role in people.items():
        shop.hire(role, first_name=first_name)

    assert [driver.first_name for driver in drivers()] == ["Dina", "Marta"]


def test_the_system_claims_no_delivery_and_leaves_with_none(delivery):
    for verb in (delivery_services.claim_delivery, delivery_services.leave_for_delivery):
        with pytest.raises(NotAllowed, match="Only a driver"):
            step(verb, delivery, SYSTEM)

    assert Order.objects.get().driver_id is None


def test_an_event_of_a_delivery_names_the_driver_whoever_took_the_step(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.release_delivery, delivery, SYSTEM)
    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.release_delivery, delivery, manager)  # no driver to name
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)
    step(delivery_services.fail_delivery, delivery, SYSTEM, reason=CancelReason.NOBODY_HOME)

    named = [event.data["driver"] for event in StoredEvent.objects.filter(data__has_key="driver")]
    assert named == [dina.user_id] * 5


def test_the_system_sees_no_delivery_as_its_own(delivery, dina):
    step(delivery_services.claim_delivery, delivery, dina)
    waiting = tour(SYSTEM)
    step(delivery_services.leave_for_delivery, delivery, dina)
    on_road = tour(SYSTEM)

    assert (len(waiting.own_at_counter), len(waiting.others_at_counter)) == (0, 1)
    assert (len(on_road.own_on_road), len(on_road.others_on_road)) == (0, 1)


def test_claiming_a_delivery_is_refused_before_it_is_ready(kitchen, dina):
    order = shop.place(method=FulfillmentMethod.DELIVERY)

    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.claim_delivery, order, dina)


def test_claiming_a_pickup_order_is_refused(placed_order, chef, dina):
    shop.cooked(placed_order, by=chef)

    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.claim_delivery, placed_order, dina)


def test_a_delivery_that_failed_is_ready_again_and_can_be_delivered_by_a_second_trip(delivery, dina):
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


def test_failing_a_delivery_for_another_reason_needs_a_note_that_is_not_stored_in_the_event(delivery, dina):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(order_services.ReasonMissing) as refused:
        step(delivery_services.fail_delivery, delivery, dina, reason=CancelReason.OTHER)
    assert (refused.value.field, Order.objects.get().status) == ("note", OrderStatus.DELIVERING)

    step(delivery_services.fail_delivery, delivery, dina, reason=CancelReason.OTHER, note="A dog at the gate.")
    assert Order.objects.get().contact.reason_note == "A dog at the gate."
    came_back = StoredEvent.objects.get(type="order.delivery_failed.v1")
    assert came_back.data == {"driver": dina.user_id, "reason": "other"}


def test_a_manager_can_fail_a_delivery_on_the_road_and_assign_it_to_another_driver(delivery, dina, dario, manager):
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


def test_a_manager_can_complete_a_delivery_that_its_driver_did_not_report(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    step(delivery_services.deliver, delivery, manager)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.driver_id, delivery.paid) == (
        OrderStatus.DELIVERED,
        dina.user_id,
        Decimal("12.99"),
    )


def test_a_manager_may_not_leave_with_the_delivery_of_a_driver(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)

    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.leave_for_delivery, delivery, manager)


def test_a_delivery_can_be_completed_only_on_the_road_and_only_by_its_driver(delivery, dina, dario, chef):
    step(delivery_services.claim_delivery, delivery, dina)
    with pytest.raises(order_services.OrderStateConflict):
        step(delivery_services.deliver, delivery, dina)  # she has not left yet
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(delivery_services.NotYourDelivery):
        step(delivery_services.deliver, delivery, dario)
    with pytest.raises(NotAllowed):
        step(delivery_services.deliver, delivery, chef)


def test_recalling_a_claimed_delivery_releases_it_from_its_driver(delivery, dina, chef):
    step(delivery_services.claim_delivery, delivery, dina)

    step(kitchen_services.recall_ticket, delivery, chef)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.driver_id, delivery.ready_at) == (OrderStatus.COOKING, None, None)
    assert list(replay.differences()) == []


def test_a_delivery_on_the_road_cannot_be_recalled(delivery, dina, chef):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(kitchen_services.TicketStateConflict):
        step(kitchen_services.recall_ticket, delivery, chef)


def test_a_delivery_on_the_road_can_still_be_cancelled_by_a_manager(delivery, dina, manager):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    step(order_services.cancel_order, delivery, manager, reason=CancelReason.WRONG_ADDRESS)

    assert Order.objects.get().status == OrderStatus.CANCELLED
    assert Ticket.objects.get().state == TicketState.WITHDRAWN


def test_an_undone_delivery_is_on_the_road_again_and_the_cash_is_given_back(delivery, dina):
    for verb in (delivery_services.claim_delivery, delivery_services.leave_for_delivery, delivery_services.deliver):
        step(verb, delivery, dina)

    step(delivery_services.undo_deliver, delivery, dina)

    delivery.refresh_from_db()
    assert (delivery.status, delivery.delivered_at, delivery.paid) == (OrderStatus.DELIVERING, None, Decimal(0))
    assert delivery.out_for_delivery_at == FRIDAY_NIGHT
    assert Ticket.objects.get().state == TicketState.GONE
    step(delivery_services.deliver, delivery, dina)
    delivery.refresh_from_db()
    assert delivery.paid == Decimal("12.99")
    assert list(replay.differences()) == []


def test_a_delivery_can_be_undone_only_by_its_actor_and_for_ten_seconds(delivery, dina, dario, manager, guest):
    for verb in (delivery_services.claim_delivery, delivery_services.leave_for_delivery, delivery_services.deliver):
        step(verb, delivery, dina)

    for other in (dario, manager):
        with pytest.raises(TooLateToUndo):
            step(delivery_services.undo_deliver, delivery, other)
    with pytest.raises(NotAllowed):
        step(delivery_services.undo_deliver, delivery, guest)
    with pytest.raises(TooLateToUndo):
        delivery_services.undo_deliver(ref=delivery.ref, by=dina, at=FRIDAY_NIGHT + timedelta(seconds=10))

    delivery.refresh_from_db()
    assert delivery.status == OrderStatus.DELIVERED


def test_leaving_with_a_delivery_is_undone_neither_at_the_counter_nor_on_the_road(delivery, dina, chef):
    step(delivery_services.claim_delivery, delivery, dina)
    step(delivery_services.leave_for_delivery, delivery, dina)

    with pytest.raises(TooLateToUndo):
        step(delivery_services.undo_deliver, delivery, dina)
    with pytest.raises(TooLateToUndo):
        step(order_services.undo_hand_over, delivery, chef)


def test_a_handover_at_the_counter_is_not_undone_by_a_driver(placed_order, manager):
    order_services.hand_over(ref=shop.cooked(placed_order, by=manager).ref, by=manager, at=FRIDAY_NIGHT)

    with pytest.raises(TooLateToUndo):
        step(delivery_services.undo_deliver, placed_order, manager)
