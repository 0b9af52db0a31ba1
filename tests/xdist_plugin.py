"""
A plugin that keeps tests of several workers (`-n`) apart, and tests with a browser from those without one.

It is loaded by `-p`, ahead of other plugins: before the settings are read and the database is opened.
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
ACCESS_MATRIX = "tests/users/test_access_matrix.py"


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
    """
    Start a Redis for each worker, as pytest-django creates a database for each; use one database connection per thread.

    Without the latter, Django would open another connection beside the event loop that a browser's driver leaves
    running.
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


class _SharersInOneWorker(LoadScopeScheduling):
    """
    A scheduler that sends tests which share what takes long to start or to set up to one worker, and others to any.

    These are the tests of Keycloak, and those of the access matrix, whose fixture opens a whole shop for the module.
    It recognizes them by their path, the only information available here. The usual way, the mark `xdist_group`, does
    nothing with pytest 9.2: https://github.com/pytest-dev/pytest-xdist/issues/1386
    """

    def _split_scope(self, nodeid):
        if is_of_keycloak(nodeid):
            return "keycloak"
        return ACCESS_MATRIX if nodeid.startswith(ACCESS_MATRIX) else nodeid


def is_of_keycloak(nodeid):
    path = nodeid.partition("::")[0].split("/")
    return not {"keycloak", "test_keycloak.py"}.isdisjoint(path)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return _SharersInOneWorker(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def _no_loop_of_a_browser(request):
    """Hide the event loop that a browser's driver leaves running in this thread from tests without a browser."""
    loop = asyncio._get_running_loop()
    if "browser" not in request.fixturenames:
        asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
