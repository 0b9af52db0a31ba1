from contextlib import suppress

import pytest
from django.db import connection, transaction
from django.db.utils import OperationalError
from prometheus_client import REGISTRY

from kitchen.models import Kitchen
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.commands import COMMANDS, command
from pizzeria.foundation.refusals import Busy, Refusal
from tests.factories import KitchenFactory

pytestmark = pytest.mark.django_db


class OvenCold(Refusal):
    code = "test_oven_cold"


@command
def rename(*, kitchen, name, by, then=lambda: None):
    Kitchen.objects.filter(pk=kitchen.pk).update(name=name)
    then()
    return name


def refuse():
    raise OvenCold("The oven is cold.")


def fail():
    raise ZeroDivisionError


def times(outcome):
    """Return how often the command above has ended with an outcome."""
    labels = {"command": "tests.rename", "outcome": outcome}
    return REGISTRY.get_sample_value("pizzeria_commands_total", labels) or 0


@pytest.fixture
def via_roma():
    return KitchenFactory(name="Via Roma")


def test_a_command_keeps_its_changes(via_roma):
    assert rename(kitchen=via_roma, name="Via Appia", by=SYSTEM) == "Via Appia"

    via_roma.refresh_from_db()
    assert via_roma.name == "Via Appia"


def test_a_command_that_cannot_be_counted_is_done_nevertheless(via_roma, monkeypatch):
    """The files of the metrics may be gone, or their disk full."""

    def fail_to_count(*_labels):
        raise FileNotFoundError

    monkeypatch.setattr(COMMANDS, "labels", fail_to_count)

    assert rename(kitchen=via_roma, name="Via Appia", by=SYSTEM) == "Via Appia"


@pytest.mark.parametrize(("end", "raised"), [(refuse, OvenCold), (fail, ZeroDivisionError)])
def test_a_command_that_is_refused_or_fails_changes_nothing(via_roma, end, raised):
    with pytest.raises(raised):
        rename(kitchen=via_roma, name="Via Appia", by=SYSTEM, then=end)

    via_roma.refresh_from_db()
    assert via_roma.name == "Via Roma"


@pytest.mark.parametrize(
    ("then", "outcome"),
    [(lambda: None, "done"), (refuse, "refused"), (fail, "failed")],
    ids=["done", "refused", "failed"],
)
def test_commands_are_counted_by_outcome(via_roma, then, outcome):
    before = {name: times(name) for name in ("done", "refused", "failed")}

    with suppress(OvenCold, ZeroDivisionError):
        rename(kitchen=via_roma, name="Via Appia", by=SYSTEM, then=then)

    assert {name: times(name) - before[name] for name in before} == {**dict.fromkeys(before, 0), outcome: 1}


def test_a_command_is_timed_even_if_it_fails(via_roma):
    def count():
        return REGISTRY.get_sample_value("pizzeria_command_seconds_count", {"command": "tests.rename"}) or 0

    before = count()

    with pytest.raises(ZeroDivisionError):
        rename(kitchen=via_roma, name="Via Appia", by=SYSTEM, then=fail)

    assert count() == before + 1


@pytest.mark.django_db(transaction=True)
def test_a_command_cannot_be_called_inside_a_transaction(via_roma):
    with pytest.raises(RuntimeError, match="durable"), transaction.atomic():
        rename(kitchen=via_roma, name="Via Appia", by=SYSTEM)


@pytest.mark.django_db(transaction=True)
def test_a_command_has_committed_when_it_returns(via_roma):
    during, after = [], []

    with (
        failpoints.armed("tests.rename.begun", lambda: during.append(connection.in_atomic_block)),
        failpoints.armed("tests.rename.before_commit", lambda: during.append(connection.in_atomic_block)),
        failpoints.armed("tests.rename.after_commit", lambda: after.append(connection.in_atomic_block)),
    ):
        rename(kitchen=via_roma, name="Via Appia", by=SYSTEM)

    assert (during, after) == ([True, True], [False])


@pytest.fixture
def other_connection():
    """Another connection to the same database."""
    other = connection.copy()
    yield other
    other.close()


@pytest.mark.django_db(transaction=True)
def test_a_command_is_refused_as_busy_while_another_connection_holds_a_lock_it_needs(via_roma, other_connection):
    @command
    def hold(*, by):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = '20ms'")
        Kitchen.objects.for_update().get(pk=via_roma.pk)

    other_connection.set_autocommit(False)
    with other_connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM kitchen_kitchen FOR UPDATE")

    with pytest.raises(Busy) as busy:
        hold(by=SYSTEM)
    assert busy.value.message == "A lot is going on right now. Please try again in a moment."

    other_connection.rollback()
    hold(by=SYSTEM)


def test_a_command_does_not_report_every_database_error_as_busy(via_roma):
    @command
    def sleep_too_long(*, by):
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = '20ms'")
            cursor.execute("SELECT pg_sleep(60)")

    with pytest.raises(OperationalError, match="statement timeout"):
        sleep_too_long(by=SYSTEM)
