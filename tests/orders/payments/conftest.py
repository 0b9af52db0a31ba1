import pytest

from tests.orders.payments.payment_helpers import place_by_card


@pytest.fixture
def card_order(stripe):
    """Return a guest's order that waits for its payment by card."""
    return place_by_card()
