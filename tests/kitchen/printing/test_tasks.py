"""The tasks that print: one after another, and none lost with the broker."""

from datetime import timedelta

import pytest
from kombu.exceptions import OperationalError as BrokerGone

from kitchen.printing import tasks
from kitchen.printing.models import PrintJob
from pizzeria.foundation import clock
from tests import shop
from tests.kitchen.printing.print_helpers import only_job

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def queued(monkeypatch):
    """Return the list of what is queued, as arguments and options; nothing reaches the broker."""
    queued = []
    monkeypatch.setattr(
        tasks.print_next_job, "apply_async", lambda arguments, **options: queued.append((arguments, options))
    )
    return queued


@pytest.fixture
def submitted(monkeypatch):
    """Return the list of background jobs, by name, which are not run."""
    submitted = []
    monkeypatch.setattr("pizzeria.foundation.background.submit", lambda name, job: submitted.append((name, job.args)))
    return submitted


def test_placing_an_order_wakes_the_printer_after_the_commit(
    kitchen, printer, submitted, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        shop.place()
    assert ("print_next_job", (kitchen.pk,)) not in submitted

    for callback in callbacks:
        callback()

    assert submitted.count(("print_next_job", (kitchen.pk,))) == 1


def test_a_task_queues_the_next_one_as_long_as_jobs_are_due(kitchen, printer, queued):
    for _order in range(2):
        shop.place()
    PrintJob.objects.update(due_at=clock.now())

    tasks.print_next_job(kitchen.pk)
    assert queued == [((kitchen.pk,), {})]
    tasks.print_next_job(kitchen.pk)
    tasks.print_next_job(kitchen.pk)

    assert len(queued) == 1
    assert len(printer.documents) == 2


def test_the_sweep_queues_one_task_for_a_kitchen_with_due_jobs(kitchen, printer, queued):
    for _order in range(2):
        shop.place()
    PrintJob.objects.update(due_at=clock.now())

    tasks.queue_due_prints()

    assert queued == [((kitchen.pk,), {"expires": 10})]


def test_the_sweep_queues_nothing_that_is_not_due_yet(kitchen, printer, queued):
    shop.place()
    PrintJob.objects.update(due_at=clock.now() + timedelta(minutes=1))

    tasks.queue_due_prints()

    assert queued == []


def test_the_sweep_gives_way_when_the_broker_is_gone(kitchen, printer, monkeypatch):
    def refuse(*_arguments, **_options):
        raise BrokerGone

    shop.place()
    PrintJob.objects.update(due_at=clock.now())
    monkeypatch.setattr(tasks.print_next_job, "apply_async", refuse)

    tasks.queue_due_prints()

    assert only_job().attempts == 0
