import pytest

from orders import services as order_services
from orders.models import CancelReason, OrderStatus
from orders.selectors.order_list import active_orders, all_orders, ready_orders
from tests import shop
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def evening(kitchen, chef, manager):
    """Return four orders: one waiting, one ready, one handed over, one cancelled."""
    orders = [shop.place() for _ in range(4)]
    for order in orders[1:3]:
        shop.cooked(order, by=chef)
    order_services.hand_over(ref=orders[2].ref, by=chef, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=orders[3].ref, reason=CancelReason.SOLD_OUT, by=manager, at=FRIDAY_NIGHT)
    return orders


def test_active_orders_are_those_neither_delivered_nor_cancelled(evening):
    assert [order.number for order in active_orders()] == [1, 2]


def test_ready_orders_are_those_that_wait_at_the_counter(evening):
    assert [order.number for order in ready_orders()] == [2]


def test_all_orders_are_listed_newest_first_and_can_be_filtered_by_status_number_and_day(evening):
    assert [order.number for order in all_orders()] == [4, 3, 2, 1]
    assert [order.number for order in all_orders(status=OrderStatus.CANCELLED)] == [4]
    assert [order.number for order in all_orders(number=3, day=evening[2].business_date)] == [3]
