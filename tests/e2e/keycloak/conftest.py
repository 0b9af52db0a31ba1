"""Browsers, a real Keycloak, and shops that are connected to it by their environment only."""

from contextlib import ExitStack
from functools import cache

import pytest
from django.core.management import call_command

from pizzeria.demo.management.commands.set_up_demo import fill_menu
from pizzeria.devtools.servers.ports import free_port
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from tests.e2e.browsers import checked_pages
from tests.keycloak.server import OURS, PLAIN
from tests.length import by_length
from tests.live.server_process import serving
from tests.message_sinks import environment_of

EXPECTED_STATUSES = ("401", "403", "422", "503")


def set_up_shop_without_users():
    call_command("set_up_shop", verbosity=0)
    fill_menu(by=SYSTEM, at=clock.now())


@pytest.fixture
def shop(set_up_once):
    """Set up a shop without users: they come from Keycloak."""
    set_up_once(set_up_shop_without_users)


# For tests of what is the same in both realms; such a test is marked `long`.
PLAIN_REALM_IN_LONG_RUNS = pytest.mark.parametrize("realm", by_length([OURS], long=[OURS, PLAIN]), indirect=True)


@pytest.fixture(params=[OURS, PLAIN])
def realm(request):
    return request.param


@pytest.fixture(scope="package")
def _opened(django_db_setup, _real_keycloak, message_servers):
    """Yield a function that serves a shop for a realm, once, and returns its address."""
    with ExitStack() as shops:

        @cache
        def opened(realm):
            address = f"http://localhost:{free_port()}"
            _real_keycloak.set_shop_origin(address, realm=realm)
            port = int(address.rpartition(":")[2])
            variables = {**_real_keycloak.environment(realm), **environment_of(message_servers), "ORIGIN": address}
            shops.enter_context(serving(port=port, **variables))
            return address

        yield opened


@pytest.fixture
def scripted(realm):
    """Return whether JavaScript is on: it is for one realm, and off for the other."""
    return realm == OURS


@pytest.fixture
def shop_of(shop, keycloak, _opened):
    """Return a function that returns the address of a realm's shop."""
    return _opened


@pytest.fixture
def address(shop_of, realm):
    return shop_of(realm)


@pytest.fixture
def open_page(browser, address):
    """Yield a function that opens a page in a browser context of its own; fail if a page logs an unexpected error."""
    with checked_pages(browser, address, expected_statuses=EXPECTED_STATUSES) as open_page:
        yield open_page
