"""The printer's settings: read by type, refused by name, and checked at a deployment."""

import pytest
from environs import EnvError

from kitchen.printing import tasks
from kitchen.printing.checks import check_printer_is_private
from kitchen.printing.printer import configured_printer
from pizzeria.celery import app
from tests.operations.test_settings import SHOP, read_settings

__all__ = ["read_settings"]


@pytest.mark.parametrize("address", ["192.168.1.20:9100", "printer.local:9100", "[fd00::20]:9100"])
def test_a_shop_with_a_printer_sweeps_for_what_is_due(read_settings, address):
    shop = read_settings(**SHOP, KITCHEN_PRINTER=address)

    assert (shop["KITCHEN_PRINTER"], shop["KITCHEN_PRINTER_COLUMNS"]) == (address, 42)
    assert "print-due-tickets" in shop["CELERY_BEAT_SCHEDULE"]


def test_a_shop_without_a_printer_has_no_task_that_no_worker_would_take(read_settings):
    assert "print-due-tickets" not in read_settings(**SHOP, KITCHEN_PRINTER="")["CELERY_BEAT_SCHEDULE"]


@pytest.mark.parametrize(
    "variables",
    [
        {"KITCHEN_PRINTER": "192.168.1.20"},
        {"KITCHEN_PRINTER": "192.168.1.20:0"},
        {"KITCHEN_PRINTER": "192.168.1.20:70000"},
        {"KITCHEN_PRINTER": "http://printer:9100"},
        {"KITCHEN_PRINTER_COLUMNS": "40"},
        {"KITCHEN_PRINTER_CONFIRMS": "perhaps"},
    ],
    ids=str,
)
def test_an_invalid_setting_of_the_printer_is_named_at_the_start(read_settings, variables):
    with pytest.raises(EnvError, match=next(iter(variables))):
        read_settings(**SHOP, **variables)


@pytest.mark.parametrize(
    ("address", "host", "port"),
    [("192.168.1.20:9100", "192.168.1.20", 9100), ("[fd00::20]:9101", "fd00::20", 9101)],
)
def test_the_address_of_the_printer_is_split_into_host_and_port(settings, address, host, port):
    settings.KITCHEN_PRINTER = address

    printer = configured_printer()
    assert (printer.host, printer.port) == (host, port)


@pytest.mark.parametrize(
    ("address", "warnings"),
    [("", 0), ("192.168.1.20:9100", 0), ("[fd00::20]:9100", 0), ("printer.local:9100", 0), ("203.0.113.7:9100", 1)],
)
def test_a_deployment_is_warned_of_a_printer_outside_the_private_networks(settings, address, warnings):
    settings.KITCHEN_PRINTER = address

    assert [found.id for found in check_printer_is_private()] == ["printing.W001"] * warnings


def test_tasks_of_the_printer_have_a_queue_of_their_own():
    router = app.amqp.router

    for task in (tasks.print_next_job, tasks.queue_due_prints):
        assert router.route({}, task.name)["queue"].name == "printing"
