import math
import os
from dataclasses import replace

import pytest
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import TransactionTestCase, override_settings
from hypothesis import settings as hypothesis_settings

from orders.notifications.models import Notification
from orders.payments.gateways.breaker import stripe_breaker
from pizzeria.celery import app
from pizzeria.devtools.servers import message_sinks as sink_servers
from pizzeria.devtools.servers import stripe_server
from pizzeria.foundation import breaker, clock
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.breaker import Breaker
from pizzeria.foundation.shop import selectors as shop_selectors
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests import emptied_tables, migrated_databases, opened_shop, shop
from tests.factories import UserFactory
from tests.message_sinks import ANSWER_TIMEOUT, TestMessageSinks
from tests.xdist_plugin import IS_A_WORKER

pytest_plugins = (
    "tests.required_tools",
    "tests.keycloak.server",
    "tests.api_callers",
    "tests.http_receiver",
    "tests.live.shared_server",
)

# Hypothesis: the same examples in every run, and no deadline, as the machine may be slow.
hypothesis_settings.register_profile("shop", deadline=None, derandomize=True, database=None)
hypothesis_settings.load_profile("shop")


@pytest.fixture(scope="session", autouse=True)
def _long_redis_timeouts():
    """
    Make this process wait longer for Redis.

    The shop waits half a second, then goes on without Redis. On a loaded machine a test would then see more queries
    than it expects, or wait in vain for a message.
    """
    limits = dict.fromkeys(("socket_connect_timeout", "socket_timeout"), ANSWER_TIMEOUT)
    caches = {
        name: {**cache, "OPTIONS": {**cache["OPTIONS"], **(limits if name != "limits" else {})}}
        for name, cache in django_settings.CACHES.items()
    }
    with pytest.MonkeyPatch.context() as patch, override_settings(CACHES=caches):
        for limit, seconds in limits.items():
            patch.setitem(app.conf.broker_transport_options, limit, seconds)
        yield


@pytest.fixture(scope="session", autouse=True)
def _fast_password_hasher():
    """Use a fast password hasher: a secure one takes half a second, on purpose."""
    fast_hasher = "django.contrib.auth.hashers.MD5PasswordHasher"
    with override_settings(PASSWORD_HASHERS=[fast_hasher, *django_settings.PASSWORD_HASHERS]):
        yield


@pytest.fixture(scope="session", autouse=True)
def _static_files_found_when_requested():
    """Find a static file when it is requested: each test client would list all of them, which takes 50 ms."""
    with override_settings(WHITENOISE_AUTOREFRESH=True):
        yield


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings):
    """
    Make this process wait longer for a connection to the database.

    The shop waits two seconds, then answers 503. On a loaded machine a page of a browser test would get that.
    """
    connections["default"].settings_dict["OPTIONS"]["connect_timeout"] = ANSWER_TIMEOUT


@pytest.fixture(scope="session")
def migrated_template():
    """Yield the database that the first of several workers migrates for all; one at a time opens its own."""
    if not IS_A_WORKER:
        yield None
        return
    run = os.environ["PYTEST_XDIST_TESTRUNUID"]
    with migrated_databases.Template(os.environ["DATABASE_URL"], run=run) as template:
        yield template


@pytest.fixture(scope="session")
def django_db_keepdb(django_db_keepdb, django_db_modify_db_settings, migrated_template):
    """Copy the migrated database for each further worker, which pytest-django then keeps."""
    if migrated_template is None:
        return django_db_keepdb
    return migrated_template.copy_to(connection.creation._get_test_db_name())


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker, migrated_template):
    """Make the permission groups once; a test that empties the tables makes them anew if it needs them."""
    with django_db_blocker.unblock():
        sync_roles(by=SYSTEM)
        connections.close_all()
    if migrated_template is not None:
        migrated_template.keep(connection.settings_dict["NAME"])


@pytest.fixture(scope="session", autouse=True)
def _tables_emptied_quickly():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(TransactionTestCase, "_fixture_teardown", lambda _case: emptied_tables.empty_tables())
        yield


@pytest.fixture(autouse=True)
def _empty_cache_and_new_breaker(monkeypatch):
    """
    Start every test with an empty cache, and with a circuit breaker that no other test has tripped.

    The shop's settings are those of the environment, without a query, until a test changes or invalidates them.
    """
    new_breaker = Breaker(breaker.ping_redis)
    monkeypatch.setattr(breaker, "redis_breaker", new_breaker)
    monkeypatch.setattr("pizzeria.operations.cache._stale_keys", set())
    monkeypatch.setattr("kitchen.views.content._kept", {})
    monkeypatch.setattr("menu.catalogue._newest", None)
    monkeypatch.setattr("pizzeria.foundation.fragments._kept", {})
    monkeypatch.setattr("orders.selectors.quotes._copy", None)
    monkeypatch.setattr(
        shop_selectors, "_cached", (shop_selectors._generation, math.inf, shop_selectors.initial_shop())
    )
    cache.clear()
    yield
    new_breaker.stop()


@pytest.fixture
def kitchen(db):
    """Set up an open shop; return its kitchen."""
    return opened_shop.open_shop()


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
    """Return a function that signs in a user with roles: `sign_in(KITCHEN)`; it returns the client, with `.user`."""
    sync_roles(by=SYSTEM)

    def sign_in_as(*roles, **fields):
        user = UserFactory(**fields)
        assign_roles(user, roles or [CUSTOMER])
        client.force_login(user)
        client.user = user
        return client

    return sign_in_as


@pytest.fixture
def change_shop(monkeypatch):
    """Return a function that changes settings of the shop for the test: `change_shop(open_orders_per_phone=3)`."""

    def change(**changes):
        generation, valid_until, shop = shop_selectors._cached
        monkeypatch.setattr(shop_selectors, "_cached", (generation, valid_until, replace(shop, **changes)))

    return change


@pytest.fixture
def tonight(monkeypatch):
    """Stop the shop's clock at Friday night."""
    monkeypatch.setattr(clock, "now", lambda: shop.FRIDAY_NIGHT)


@pytest.fixture
def no_undo(settings):
    """Make a shop in which no step can be undone, so that its messages are due at once."""
    settings.SHOP_UNDO_SECONDS = 0


@pytest.fixture(scope="session")
def message_servers(tmp_path_factory):
    """Yield the servers of both channels as `MessageSinks`; they run in a process that outlives a killed worker."""
    with sink_servers.running(home=tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def message_sinks(message_servers, settings):
    """Configure both channels; return the sinks at which their messages arrive, as `TestMessageSinks`."""
    message_servers.store.clear()
    return TestMessageSinks(message_servers, settings)


@pytest.fixture(scope="session")
def stripe_process(tmp_path_factory):
    """Yield the stand-in for Stripe; it runs in a process that outlives a killed shop."""
    with stripe_server.running(home=tmp_path_factory.mktemp("home")) as running:
        yield running


@pytest.fixture
def stripe(kitchen, stripe_process, settings):
    """Configure cards, which are paid at the stand-in for Stripe, without faults and webhooks; return the stand-in."""
    stripe_process.faults.change()
    stripe_process.send_webhooks_to("")
    stripe_breaker.reset()
    settings.STRIPE_SECRET_KEY = stripe_process.api_key
    settings.STRIPE_WEBHOOK_SECRETS = [stripe_process.webhook_secret]
    settings.STRIPE_API_BASE = stripe_process.url
    yield stripe_process
    stripe_process.faults.change()
    stripe_breaker.reset()


@pytest.fixture
def without_unique_constraint(kitchen):
    """Drop the constraint that keeps a notification from being created twice, for controls."""
    constraint = next(each for each in Notification._meta.constraints if each.name == "notification_once")
    with connection.schema_editor() as schema:
        schema.remove_constraint(Notification, constraint)
    yield
    Notification.objects.all().delete()
    with connection.schema_editor() as schema:
        schema.add_constraint(Notification, constraint)
