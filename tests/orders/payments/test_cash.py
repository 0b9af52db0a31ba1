"""Cash: taken at handover, with who took it; given back with the undo."""

import pytest

from orders import services as order_services
from orders.models import PaymentMethod, PaymentStatus
from orders.payments.models import AttemptState, GatewayName, PaymentAttempt
from tests import shop
from tests.orders.payments.payment_helpers import now
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.django_db


@pytest.fixture
def handed_over(placed_order, chef):
    order_services.hand_over(ref=shop.cooked(placed_order, by=chef).ref, by=chef, at=FRIDAY_NIGHT)
    return now(placed_order)


def test_an_order_in_cash_has_no_payment_before_it_is_handed_over(placed_order):
    assert placed_order.payment_status == PaymentStatus.DUE
    assert not PaymentAttempt.objects.exists()


def test_cash_is_recorded_at_handover_with_who_took_it(handed_over, chef):
    taken = PaymentAttempt.objects.get()

    assert (taken.gateway, taken.method, taken.state) == (GatewayName.CASH, PaymentMethod.CASH, AttemptState.PAID)
    assert (taken.captured, taken.taken_by, taken.captured_at) == (handed_over.total, str(chef), FRIDAY_NIGHT)
    assert handed_over.payment_status == PaymentStatus.PAID


def test_cash_is_given_back_when_the_handover_is_undone_and_taken_again_later(handed_over, chef):
    order_services.undo_hand_over(ref=handed_over.ref, by=chef, at=FRIDAY_NIGHT)

    assert PaymentAttempt.objects.get().state == AttemptState.RETURNED
    assert now(handed_over).payment_status == PaymentStatus.DUE
    order_services.hand_over(ref=handed_over.ref, by=chef, at=FRIDAY_NIGHT)
    assert [each.state for each in PaymentAttempt.objects.order_by("pk")] == ["returned", "paid"]
