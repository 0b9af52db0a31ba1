"""The version of the menu: what sets it, how often, and how long a process uses what it keeps by it."""

import re
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from menu import catalogue
from menu.models import Category, MenuVersion, Pizza, Topping
from tests.factories import PizzaFactory
from tests.races.concurrency import with_a_connection

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


def base_price(snapshot):
    return snapshot.pizzas["margherita"].base_price.current


STATEMENTS = {
    "update": "UPDATE menu_pizza SET base_price = 13.49 WHERE slug = 'margherita'",
    "insert into a recipe": """
        INSERT INTO menu_pizza_recipe (pizza_id, topping_id)
        SELECT menu_pizza.id, menu_topping.id FROM menu_pizza, menu_topping
        WHERE menu_pizza.slug = 'margherita' AND menu_topping.slug = 'basil'
    """,
    "delete": "DELETE FROM menu_pizza_recipe",
    "truncate": "TRUNCATE menu_pizza_recipe",
}


@pytest.mark.parametrize("statement", STATEMENTS.values(), ids=STATEMENTS)
def test_every_statement_that_changes_the_menu_sets_another_version_at_commit(statement):
    before = catalogue.current_version()

    execute(statement)

    assert catalogue.current_version() not in (before, None)


def test_each_table_that_a_snapshot_is_read_from_has_the_triggers():
    with CaptureQueriesContext(connection) as captured:
        catalogue.fresh_snapshot()
    read = {table for query in captured for table in re.findall(r'"(menu_\w+)"', query["sql"])} - {"menu_menuversion"}

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text FROM pg_trigger WHERE tgname = 'menu_version_is_set' AND tginitdeferred"
        )
        watched = {table for (table,) in cursor.fetchall()}

    assert len(read) >= 8
    assert read - {"menu_menuitem"} <= watched


def test_a_version_that_a_transaction_has_changed_back_does_not_come_again():
    versions = [catalogue.current_version()]

    for price in ("13.49", "12.99", "13.49", "12.99"):
        Pizza.objects.filter(slug="margherita").update(base_price=Decimal(price))
        versions.append(catalogue.current_version())

    assert len(set(versions)) == 5


def test_a_transaction_that_is_rolled_back_leaves_the_version():
    before = catalogue.current_version()

    with transaction.atomic():
        Pizza.objects.update(base_price=1)
        transaction.set_rollback(True)
    with transaction.atomic(), suppress(ZeroDivisionError), transaction.atomic():
        Pizza.objects.update(base_price=1)
        _ = 1 / 0

    assert catalogue.current_version() == before


def test_a_change_beside_a_rolled_back_savepoint_sets_another_version():
    before = catalogue.current_version()

    with transaction.atomic():
        with suppress(ZeroDivisionError), transaction.atomic():
            Pizza.objects.update(base_price=1)
            execute("SET CONSTRAINTS ALL IMMEDIATE")  # as if the savepoint's version were written already
            _ = 1 / 0
        execute("SET CONSTRAINTS ALL DEFERRED")
        Topping.objects.update(price=1)

    assert catalogue.current_version() not in (before, None)


def writes_of_the_version():
    """Return how often this session has written the version, in this transaction and in those lately."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_updated('menu_menuversion'::regclass)")
        [written] = cursor.fetchone()
    return written


def test_the_version_is_written_once_and_at_the_commit_however_much_a_transaction_changes():
    with transaction.atomic():
        before = writes_of_the_version()
        Pizza.objects.update(base_price=1)
        Topping.objects.update(price=1)
        for _ in range(20):
            PizzaFactory(recipe=Topping.objects.all())
        assert writes_of_the_version() - before == 0
        execute("SET CONSTRAINTS ALL IMMEDIATE")  # as the commit does
        assert writes_of_the_version() - before == 1

    assert MenuVersion.objects.count() == 1


def test_a_process_reads_the_menu_once_and_then_its_version_only(django_assert_num_queries):
    first = catalogue.current_menu()

    with django_assert_num_queries(1):
        assert catalogue.current_menu() is first
    with transaction.atomic(), django_assert_num_queries(1):
        assert catalogue.current_menu() is first


def test_the_snapshot_is_of_the_new_version_as_soon_as_a_change_is_committed():
    before = catalogue.current_menu()

    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.49"))

    after = catalogue.current_menu()
    assert after.version not in (before.version, None)
    assert (base_price(before.snapshot), base_price(after.snapshot)) == (Decimal("12.99"), Decimal("13.49"))


def test_a_transaction_sees_its_own_change_of_the_menu_and_keeps_nothing_of_it():
    before = catalogue.current_menu()

    with transaction.atomic():
        Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.49"))
        own = catalogue.current_menu()
        assert (own.version, base_price(own.snapshot)) == (None, Decimal("13.49"))
        transaction.set_rollback(True)

    assert catalogue.current_menu() is before


def test_a_transaction_that_began_before_a_change_uses_the_new_prices_after_its_commit():
    catalogue.current_menu()

    with transaction.atomic():
        assert base_price(catalogue.current_snapshot()) == Decimal("12.99")
        elsewhere(lambda: Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.49")))
        assert base_price(catalogue.current_snapshot()) == Decimal("13.49")


def test_a_change_while_a_snapshot_is_read_is_not_in_it_in_part(monkeypatch):
    Pizza.objects.update(description="before")  # another version than the one that is kept
    read_sizes = catalogue.sizes

    def sizes_after_a_change():
        """Read the sizes, the first of the tables after the toppings, after another transaction has changed all."""
        monkeypatch.setattr(catalogue, "sizes", read_sizes)
        elsewhere(change_all)
        return read_sizes()

    def change_all():
        with transaction.atomic():
            Topping.objects.update(price=Decimal("9.99"))
            Pizza.objects.update(description="after")
            Category.objects.filter(slug="pizzas").update(name="after")

    monkeypatch.setattr(catalogue, "sizes", sizes_after_a_change)
    old, new = catalogue.current_menu(), catalogue.current_menu()

    def facts(menu):
        margherita, olives = menu.snapshot.pizzas["margherita"], menu.snapshot.toppings["olives"]
        return olives.price.current, margherita.description, margherita.category

    assert facts(old) == (Decimal("2.50"), "before", "Pizzas")
    assert facts(new) == (Decimal("9.99"), "after", "after")


def elsewhere(change):
    """Carry out a change on a connection of its own."""
    with ThreadPoolExecutor(max_workers=1) as executor:
        executor.submit(with_a_connection(change)).result()
