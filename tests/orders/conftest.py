import pytest
import redis

from pizzeria.celery import app
from pizzeria.users.roles import DRIVER, MANAGER
from tests import shop
from tests.orders.notifications.notification_helpers import EMAIL, SMS, newest


@pytest.fixture
def marta(sign_in):
    """Return the browser of a signed-in manager."""
    return sign_in(MANAGER, first_name="Marta", last_name="Rossi")


@pytest.fixture
def dina(db):
    """Return a driver who is a user in the database."""
    return shop.hire(DRIVER, first_name="Dina", last_name="Neri")


@pytest.fixture
def sms(placed_order):
    """Return an unsent SMS: the order is confirmed."""
    return newest(placed_order, SMS)


@pytest.fixture
def email(placed_order):
    """Return an unsent e-mail: the order is confirmed."""
    return newest(placed_order, EMAIL)


@pytest.fixture
def ready_sms(placed_order, chef):
    """Return an unsent SMS: the order is ready."""
    return newest(shop.cooked(placed_order, by=chef), SMS, "ready")


@pytest.fixture
def broker(settings):
    """Yield a Redis client of the broker, to read its queues."""
    with redis.Redis.from_url(settings.REDIS_URL) as queues:
        yield queues


@pytest.fixture
def broker_gone(monkeypatch):
    """Point Celery's producer at a port where no broker listens."""
    monkeypatch.setattr(app.conf, "broker_write_url", "redis://127.0.0.1:1/0")
    monkeypatch.setattr(app.amqp, "_producer_pool", None)
