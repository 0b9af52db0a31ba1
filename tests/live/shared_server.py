"""
A plugin with one server process for all tests of a worker that change nothing about it: to start one takes seconds.

Its connections to Redis go through a proxy with faults; a test that uses one waits until the server is live again.
"""

from contextlib import closing

import pytest
from django.conf import settings
from django.db import connection

from tests.live.fault_proxy import FaultProxy
from tests.live.server_process import serving
from tests.waiting import until

IN_TRANSACTIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend'
    AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
"""


@pytest.fixture(scope="session")
def redis_proxy():
    """Yield the proxy between the shared server and Redis; the commands of the tests connect to Redis directly."""
    with closing(FaultProxy(int(settings.REDIS_URL.rpartition(":")[2].partition("/")[0]))) as proxy:
        yield proxy


@pytest.fixture(scope="session")
def _shared_server(redis_proxy, django_db_setup):
    with serving(redis_port=redis_proxy.port) as server:
        yield server


@pytest.fixture
def server(transactional_db, _shared_server):
    """Yield the shared server; wait afterwards until it has done with its requests, before the tables are emptied."""
    yield _shared_server
    until(_is_idle)


def _is_idle():
    with connection.cursor() as cursor:
        cursor.execute(IN_TRANSACTIONS)
        [(count,)] = cursor.fetchall()
    return count == 0
