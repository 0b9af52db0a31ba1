import pytest

from pizzeria.users.roles import DRIVER, MANAGER
from tests import shop
from tests.orders.notifications.notification_helpers import EMAIL, SMS, newest


@pytest.fixture
def mario(sign_in):
    """The manager's browser."""
    return sign_in(MANAGER, first_name="Mario", last_name="Rossi")


@pytest.fixture
def dina(db):
    """A driver, as a user."""
    return shop.hire(DRIVER, first_name="Dina", last_name="Neri")


@pytest.fixture
def sms(placed_order):
    """An SMS to be sent: the order is confirmed."""
    return newest(placed_order, SMS)


@pytest.fixture
def email(placed_order):
    """An e-mail to be sent: the order is confirmed."""
    return newest(placed_order, EMAIL)


@pytest.fixture
def ready_sms(placed_order, chef):
    """An SMS to be sent: the order is ready."""
    return newest(shop.cooked(placed_order, by=chef), SMS, "ready")
