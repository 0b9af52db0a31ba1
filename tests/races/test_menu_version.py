"""Changes of the menu at the same time: none waits for another one because of the version, and each one sets it."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial
from importlib import import_module
from threading import Event

import pytest
from django.db import OperationalError, connection, transaction

from menu import catalogue
from menu import services as menu_services
from menu.models import MenuVersion, Pizza, Topping
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import SYSTEM
from tests.menu.pictures import encode, jpeg
from tests.races.concurrency import THREAD_TIMEOUT, a_session_waits_for_a_lock, all_at_once, with_a_connection
from tests.shop import FRIDAY_NIGHT
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]

ONE_ROW_FOR_ALL = """
    CREATE OR REPLACE FUNCTION set_menu_version() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        UPDATE menu_menuversion SET version = gen_random_uuid();
        RETURN NULL;
    END $$;
"""


def execute(statement):
    with connection.cursor() as cursor:
        cursor.execute(statement)


@pytest.fixture
def one_row_for_all():
    """Make every transaction that changes the menu write the same row, and wait for it."""
    execute(ONE_ROW_FOR_ALL)
    yield
    execute(import_module("menu.migrations.0012_menu_version").SET_MENU_VERSION)


def edit_two_while_a_cook_sells_out_one(chef, *, first, second, sold_out, is_deferred=True):
    """Edit two pizzas together as a manager while a cook marks one of them sold out; return both outcomes."""
    first_is_changed, cook_has_changed, manager_is_done = Event(), Event(), Event()

    @with_a_connection
    def manager():
        try:
            with transaction.atomic():
                if not is_deferred:
                    execute("SET CONSTRAINTS ALL IMMEDIATE")
                Pizza.objects.filter(slug=first).update(base_price=Decimal("13.49"))
                first_is_changed.set()
                until(lambda: cook_has_changed.is_set() or a_session_waits_for_a_lock())
                Pizza.objects.filter(slug=second).update(base_price=Decimal("13.49"))
            return "done"
        except OperationalError as error:
            return type(error.__cause__).__name__
        finally:
            manager_is_done.set()

    @with_a_connection
    def cook():
        first_is_changed.wait(timeout=THREAD_TIMEOUT)
        pizza = Pizza.objects.get(slug=sold_out)
        try:
            if is_deferred:
                menu_services.mark_sold_out(item=pizza, until=None, by=chef, at=FRIDAY_NIGHT)
            else:
                with transaction.atomic():
                    execute("SET CONSTRAINTS ALL IMMEDIATE")
                    Pizza.objects.filter(pk=pizza.pk).update(sold_out_since=FRIDAY_NIGHT)
                    hold()
            return "done"
        except OperationalError as error:
            return type(error.__cause__).__name__

    def hold():
        """Hold the locks of a change that is not committed until the manager waits for one of them, or is done."""
        cook_has_changed.set()
        until(lambda: manager_is_done.is_set() or a_session_waits_for_a_lock())

    with ThreadPoolExecutor(max_workers=2) as people:
        if is_deferred:
            with failpoints.armed("menu.mark_sold_out.before_commit", hold):
                return outcomes(people, manager, cook)
        return outcomes(people, manager, cook)


def outcomes(people, *actions):
    return sorted(future.result() for future in [people.submit(action) for action in actions])


@pytest.mark.parametrize(
    ("first", "second"), [("margherita", "pepperoni"), ("pepperoni", "margherita")], ids=["B last", "B first"]
)
def test_a_manager_edits_two_pizzas_together_while_a_cook_sells_out_one_of_them(chef, first, second):
    before = catalogue.current_menu()

    done = edit_two_while_a_cook_sells_out_one(chef, first=first, second=second, sold_out="pepperoni")

    assert done == ["done", "done"]
    after = catalogue.current_menu()
    assert after.version not in (before.version, None)
    assert {pizza.base_price.current for pizza in after.snapshot.pizzas.values()} == {Decimal("13.49")}
    assert not after.snapshot.pizzas["pepperoni"].is_available(FRIDAY_NIGHT)


@pytest.mark.usefixtures("one_row_for_all")
def test_control_with_one_row_that_is_written_before_the_commit_they_deadlock(chef):
    done = edit_two_while_a_cook_sells_out_one(
        chef, first="margherita", second="pepperoni", sold_out="pepperoni", is_deferred=False
    )

    assert done == ["DeadlockDetected", "done"]


def lengthen_a_recipe_while_its_topping_gets_a_picture():
    """
    Let two managers commit at the same time; return both outcomes.

    The foreign key of the recipe is checked at commit as well: the check locks the topping, which the other one holds,
    as its `picture` is a unique column.
    """
    picture_is_set = Event()

    @with_a_connection
    def marta():
        picture_is_set.wait(timeout=THREAD_TIMEOUT)
        try:
            with transaction.atomic():
                margherita = Pizza.objects.get(slug="margherita")
                margherita.description = "With basil"
                margherita.save()
                margherita.recipe.add(Topping.objects.get(slug="basil"))
            return "done"
        except OperationalError as error:
            return type(error.__cause__).__name__

    @with_a_connection
    def paolo():
        try:
            with transaction.atomic():
                menu_services.set_picture(
                    Topping.objects.get(slug="basil"), picture=photo, alt_text="", by=SYSTEM, at=FRIDAY_NIGHT
                )
                picture_is_set.set()
                until(a_session_waits_for_a_lock)
            return "done"
        except OperationalError as error:
            return type(error.__cause__).__name__

    photo = encode(jpeg())
    with ThreadPoolExecutor(max_workers=2) as people:
        return outcomes(people, marta, paolo)


def test_two_managers_who_commit_at_the_same_time_do_not_wait_for_each_others_version():
    assert lengthen_a_recipe_while_its_topping_gets_a_picture() == ["done", "done"]

    snapshot = catalogue.current_snapshot()
    assert [topping.slug for topping in snapshot.pizzas["margherita"].recipe] == ["basil"]
    assert snapshot.toppings["basil"].picture is not None


@pytest.mark.usefixtures("one_row_for_all")
def test_control_with_one_row_they_deadlock_at_the_commit():
    assert lengthen_a_recipe_while_its_topping_gets_a_picture() == ["DeadlockDetected", "done"]


def test_each_of_many_commits_at_the_same_time_sets_another_version():
    pizzas = list(Pizza.objects.all())
    seen = {catalogue.current_version()}

    def edit(number):
        for turn in range(10):
            Topping.objects.filter(slug="olives").update(price=Decimal(turn))
            Pizza.objects.filter(pk=pizzas[number % 2].pk).update(base_price=Decimal(turn))
            seen.add(catalogue.current_version())

    all_at_once([partial(edit, number) for number in range(4)])

    assert MenuVersion.objects.count() <= 4
    assert len(seen) > 10
    kept, read = catalogue.current_snapshot(), catalogue.fresh_snapshot()
    assert kept == read
