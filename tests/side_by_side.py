"""
What lets tests stand side by side, those of several workers (`-n`) and those with and without a browser.

A plugin that is loaded by `-p`, ahead of the others: before anybody reads the settings or opens the database.
"""

import asyncio
import os
from contextlib import ExitStack
from threading import local

import pytest
from django.db import connections
from xdist.scheduler import LoadScopeScheduling

from pizzeria.devtools.ephemeral_servers import temporary_state_dir
from pizzeria.devtools.servers import data_dirs, redis

IS_A_WORKER = "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """
    Give each worker a Redis of its own, as pytest-django gives it a database of its own; and each thread one
    connection to that: beside an event loop, which a browser's driver leaves running, Django would open another.
    """
    connections._connections = local()
    if IS_A_WORKER:
        servers = ExitStack()
        early_config.add_cleanup(servers.close)
        folder = servers.enter_context(temporary_state_dir()).folder
        store = servers.enter_context(redis.running(data_dirs.data_dir_in(folder), home=folder))
        os.environ["REDIS_URL"] = store.url
    return (yield)


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers():
    """Return twice as many workers as there are cores: half of the tests wait for a browser or another process."""
    return 2 * (os.cpu_count() or 1)


class _KeycloakInOneWorker(LoadScopeScheduling):
    """
    Gives any test to any worker, but all tests of Keycloak to one: it takes long to start.

    They are known by their path, which is all that is known here. The usual way, the mark `xdist_group`, does nothing
    with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386
    """

    def _split_scope(self, nodeid):
        return "keycloak" if is_of_keycloak(nodeid) else nodeid


def is_of_keycloak(nodeid):
    path = nodeid.partition("::")[0].split("/")
    return not {"keycloak", "test_keycloak.py"}.isdisjoint(path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return _KeycloakInOneWorker(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def _no_loop_of_a_browser(request):
    """Hide the event loop that a browser's driver leaves running in this thread from tests without a browser."""
    loop = asyncio._get_running_loop()
    if "browser" not in request.fixturenames:
        asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
