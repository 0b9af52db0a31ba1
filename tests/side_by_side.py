"""
Several tests at a time (`-n`): each worker has a Redis of its own, as pytest-django gives it a database of its own.

It is started before anybody reads the settings; so this plugin is loaded by `-p`, ahead of the others.
"""

import os
from contextlib import ExitStack

import pytest

from pizzeria.demo.borrowed_servers import temporary_home
from pizzeria.demo.servers import redis, rooms

IS_A_WORKER = "PYTEST_XDIST_WORKER" in os.environ


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config):
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
