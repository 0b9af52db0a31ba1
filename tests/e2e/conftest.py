"""Browser tests: the system's Chromium against a live server."""

import os
from functools import cache
from uuid import uuid4

import pytest
from django.contrib.auth.hashers import PBKDF2PasswordHasher, make_password
from django.core.management import call_command
from playwright.sync_api import expect

from kitchen.models import Kitchen
from pizzeria.users.demo_people import PASSWORD
from pizzeria.users.models import User
from tests.chromium import CHROMIUM
from tests.e2e.browsers import PAGE_TIMEOUT_MS, checked_pages
from tests.e2e.table_rows import all_rows, put_back

# Playwright's synchronous API runs an event loop in this thread, in which Django would refuse to use the database.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

expect.set_options(timeout=PAGE_TIMEOUT_MS)


@pytest.fixture(scope="session")
def browser_type_launch_args():
    if CHROMIUM is None:
        pytest.fail("There is no Chromium on this machine, and CI runs every journey.")
    flags = "no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-component-update"
    # Sound is blocked until a page is used, as on tablets.
    flags += " disable-sync autoplay-policy=document-user-activation-required"
    return {"executable_path": CHROMIUM, "args": [f"--{flag}" for flag in flags.split()]}


@pytest.fixture(scope="session")
def _rows_of_shops():
    """Return, for each shop that was set up in this worker, the ref of its kitchen and its rows."""
    return {}


@pytest.fixture
def set_up_once(transactional_db, _rows_of_shops):
    """Return a function that sets up a shop by `set_up`, or puts back what it has made before: a second per test."""

    def make_or_put_back(set_up):
        if set_up in _rows_of_shops:
            kitchen_ref, rows = _rows_of_shops[set_up]
            # Another kitchen: a server process keeps what it has made for that of the last test.
            put_back(rows, replacing=kitchen_ref, by=uuid4())
        else:
            set_up()
            _rows_of_shops[set_up] = Kitchen.objects.get().ref, all_rows()

    return make_or_put_back


def set_up_demo_shop():
    call_command("set_up_shop", verbosity=0)
    call_command("set_up_demo", verbosity=0)


@pytest.fixture
def shop(set_up_once):
    """Set up the demo's shop: its kitchen, menu and people."""
    set_up_once(set_up_demo_shop)


@pytest.fixture
def served_shop(shop):
    """Set up the demo's shop for a server process, which does not accept this process's fast password hashes."""
    User.objects.update(password=password_hash())


@cache
def password_hash():
    return make_password(PASSWORD, hasher=PBKDF2PasswordHasher.algorithm)


@pytest.fixture(params=[True, False], ids=["with a script", "without a script"])
def scripted(request):
    """Return whether JavaScript is on; tests run with both values."""
    return request.param


@pytest.fixture
def open_page(shop, live_server, browser, scripted):
    """Yield a function that opens a page in a browser context of its own; fail if a page logs an error."""
    with checked_pages(browser, live_server.url, java_script_enabled=scripted) as open_page:
        yield open_page
