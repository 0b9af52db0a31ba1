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

from pizzeria.demo.borrowed_servers import temporary_home
from pizzeria.demo.servers import redis, rooms

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
        folder = servers.enter_context(temporary_home()).folder
        store = servers.enter_context(redis.running(rooms.room_in(folder), home=folder))
        os.environ["REDIS_URL"] = store.url
    return (yield)


def pytest_collection_modifyitems(items):
    """Have one worker run all tests that share a server which takes long to start."""
    for item in items:
        if "keycloak" in item.fixturenames:
            item.add_marker(pytest.mark.xdist_group("keycloak"))


@pytest.fixture(autouse=True)
def _no_loop_of_a_browser(request):
    """Hide the event loop that a browser's driver leaves running in this thread from tests without a browser."""
    loop = asyncio._get_running_loop()
    if "browser" not in request.fixturenames:
        asyncio._set_running_loop(None)
    yield
    asyncio._set_running_loop(loop)
