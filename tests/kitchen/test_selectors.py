"""What is seen of the line: its selectors ask the database as often for a full line as for two tickets."""

import pytest

from kitchen import selectors as kitchen_selectors
from kitchen.models import TicketState
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

FEW_AND_MANY = pytest.mark.parametrize("many", [2, 20])


def test_of_the_kitchen_take_one_query(kitchen, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert kitchen_selectors.the_kitchen() == kitchen


@FEW_AND_MANY
def test_of_the_board_and_its_three_queues_take_one_query(kitchen, many, django_assert_num_queries):
    in_queue(kitchen, *[TicketState.WAITING, TicketState.COOKING, TicketState.READY] * many)

    with django_assert_num_queries(1):
        board = kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT)

    assert [len(queue) for queue in (board.waiting, board.cooking, board.ready)] == [many] * 3


@FEW_AND_MANY
def test_of_what_is_told_before_ordering_take_one_query(kitchen, many, django_assert_num_queries):
    kitchen.max_concurrent_orders = many + 1
    in_queue(kitchen, *[TicketState.WAITING] * many)

    with django_assert_num_queries(1):
        told = kitchen_selectors.quote(kitchen, pizza_minutes=[8], at=FRIDAY_NIGHT)

    assert told.accepts_orders
