"""A worker's tasks share a database connection, as requests do, and one that broke is replaced."""

from unittest.mock import Mock

import pytest
from celery.fixups.django import DjangoWorkerFixup
from celery.signals import task_postrun, task_prerun
from django.db import connection

from pizzeria.celery import app

pytestmark = pytest.mark.django_db(transaction=True)

TASK = Mock(request=Mock(is_eager=False))


@pytest.fixture
def worker():
    """What Celery does in a worker before and after each task."""
    return DjangoWorkerFixup(app)


def run_task(worker):
    """Run a task that asks the database for its connection's process, as a worker does; return that."""
    task_prerun.send(sender=TASK)
    worker.on_task_prerun(sender=TASK)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    task_postrun.send(sender=TASK)
    worker.on_task_postrun(sender=TASK)
    return pid


def test_a_task_uses_the_database_connection_of_the_task_before_it(worker):
    assert run_task(worker) == run_task(worker)


def test_a_task_gets_a_new_database_connection_if_the_server_has_closed_the_one_before(worker):
    before = run_task(worker)
    terminate(before)

    assert run_task(worker) != before


def terminate(pid):
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
    finally:
        other.close()
