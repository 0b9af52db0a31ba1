"""Query counts of the kitchen's selectors: the same for a full queue as for a few tickets."""

import pytest

from kitchen import selectors as kitchen_selectors
from kitchen.models import TicketState
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

FEW_AND_MANY = pytest.mark.parametrize("many", [2, 20])


def test_the_kitchen_selector_takes_one_query(kitchen, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert kitchen_selectors.the_kitchen() == kitchen


@FEW_AND_MANY
def test_the_board_selector_takes_one_query_for_all_three_columns(kitchen, many, django_assert_num_queries):
    in_queue(kitchen, *[TicketState.WAITING, TicketState.COOKING, TicketState.READY] * many)

    with django_assert_num_queries(1):
        board = kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT)

    assert [len(queue) for queue in (board.waiting, board.cooking, board.ready)] == [many] * 3


@FEW_AND_MANY
def test_the_quote_selector_takes_one_query(kitchen, many, django_assert_num_queries):
    kitchen.max_concurrent_orders = many + 1
    in_queue(kitchen, *[TicketState.WAITING] * many)

    with django_assert_num_queries(1):
        quoted = kitchen_selectors.quote(kitchen, pizza_minutes=[8], at=FRIDAY_NIGHT)

    assert quoted.accepts_orders
