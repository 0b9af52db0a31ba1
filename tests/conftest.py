import pytest
from django.core.cache import cache
from django.db import connection
from hypothesis import settings as trials

from orders.models import Notification
from pizzeria.foundation import breaker
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.breaker import Breaker
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests import message_sinks, shop
from tests.factories import UserFactory

pytest_plugins = ("tests.left_out", "tests.keycloak.server")

# The same trials every time, however slow the machine is.
trials.register_profile("shop", deadline=None, derandomize=True, database=None)
trials.load_profile("shop")


@pytest.fixture(autouse=True)
def _afresh(monkeypatch):
    """Start every test without pictures of another test's menu, and without its outage of Redis."""
    of_this_test = Breaker(breaker.ask_redis)
    monkeypatch.setattr(breaker, "of_redis", of_this_test)
    monkeypatch.setattr("pizzeria.operations.cache._old_copies", set())
    cache.clear()
    yield
    of_this_test.stop()


@pytest.fixture
def kitchen(db):
    """An open shop; gives its kitchen."""
    return shop.open_shop()


@pytest.fixture
def guest():
    return GUEST


@pytest.fixture
def chef():
    return shop.acting_as(KITCHEN, 11)


@pytest.fixture
def manager():
    return shop.acting_as(MANAGER, 12)


@pytest.fixture
def driver():
    return shop.acting_as(DRIVER, 13)


@pytest.fixture
def placed_order(kitchen):
    return shop.place()


@pytest.fixture
def sign_in(db, client):
    """Sign somebody of a role in: `sign_in(KITCHEN)`; gives the browser, with `.user` of it."""
    sync_roles(by=SYSTEM)

    def sign_in_as(*roles, **fields):
        user = UserFactory(**fields)
        assign_roles(user, roles or [CUSTOMER])
        client.force_login(user)
        client.user = user
        return client

    return sign_in_as


@pytest.fixture(scope="session")
def _postbox(tmp_path_factory):
    with message_sinks.running(tmp_path_factory.mktemp("home")) as post:
        yield post


@pytest.fixture
def post(_postbox, settings):
    """Both channels open, to servers of their own that outlive a killed worker; gives what they took, as a Post."""
    _postbox.box.store.forget()
    _postbox.behaves()
    message_sinks.connect(settings, _postbox)
    return _postbox


@pytest.fixture
def without_the_unique_row(kitchen):
    """Take out what keeps a notice from being written twice: for controls."""
    constraint = next(each for each in Notification._meta.constraints if each.name == "notification_once")
    with connection.schema_editor() as schema:
        schema.remove_constraint(Notification, constraint)
    yield
    Notification.objects.all().delete()
    with connection.schema_editor() as schema:
        schema.add_constraint(Notification, constraint)
