"""Two managers edit one row of the menu: both changes are kept, or the later one is asked."""

import re
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.test import Client

from menu.models import Category, Pizza, Size, Topping
from pizzeria.users.roles import MANAGER
from pizzeria.users.services.roles import assign_roles
from tests.factories import UserFactory
from tests.menu.admin_forms import admin_of, edit, errors_of, events_of, form_of
from tests.races.concurrency import a_session_waits_for_a_lock, with_a_connection
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def paolo(marta):
    """Return the browser of another manager."""
    browser = Client()
    browser.user = UserFactory(first_name="Paolo", last_name="Verdi")
    assign_roles(browser.user, [MANAGER])
    browser.force_login(browser.user)
    return browser


def resubmitted(browser, response, item):
    """Submit a form with errors again, as its page shows it."""
    form = response.context["adminform"].form
    return browser.post(admin_of(item), form.data)


def test_a_form_opened_before_another_managers_save_keeps_what_it_has_not_changed(marta, paolo, margherita, olives):
    older = form_of(marta, margherita, description="With love.")
    edit(paolo, margherita, base_price="13.49", recipe=[olives.pk], allergens=["milk"])

    assert marta.post(admin_of(margherita), older).status_code == 302

    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.allergens) == (Decimal("13.49"), ["milk"])
    assert (margherita.description, [*margherita.recipe.all()]) == ("With love.", [olives])
    assert events_of(margherita)[-1] == ("menu.changed.v1", {"fields": ("description",)}, str(marta.user.pk))


def test_a_form_that_changes_what_another_manager_has_changed_meanwhile_asks_who_shall_have_it(
    marta, paolo, margherita
):
    older = form_of(marta, margherita, base_price="11.99", description="With love.")
    edit(paolo, margherita, base_price="13.49", minutes="10")

    asked = marta.post(admin_of(margherita), older)

    [question] = errors_of(asked).pop("base_price")
    assert question.startswith("Paolo Verdi changed this to “13.49” (")
    assert "Save again to replace that with what you typed." in question
    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.description) == (Decimal("13.49"), "")
    html = asked.content.decode()
    assert re.search(r'<input type="number" name="base_price" value="11.99"', html)
    assert re.search(r'<input type="hidden" name="initial-base_price" value="13.49"', html)
    assert re.search(r'<input type="number" name="minutes" value="10"', html)

    assert resubmitted(marta, asked, margherita).status_code == 302
    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.minutes, margherita.description) == (Decimal("11.99"), 10, "With love.")


def test_what_was_ticked_beside_another_error_is_saved_with_the_correction(marta, margherita, olives):
    assert (margherita.allergens, [*margherita.recipe.all()]) == ([], [])
    ticked = form_of(marta, margherita, allergens=["gluten", "milk"], recipe=[olives.pk], base_price="a lot")
    refused = marta.post(admin_of(margherita), ticked)
    assert [*errors_of(refused)] == ["base_price"]
    shown = {
        f"initial-{name}": re.findall(rf'name="initial-{name}" value="(\w+)"', refused.content.decode())
        for name in ("allergens", "recipe")
    }

    assert marta.post(admin_of(margherita), ticked | shown | {"base_price": "13.49"}).status_code == 302

    margherita.refresh_from_db()
    assert margherita.allergens == ["gluten", "milk"]
    assert [*margherita.recipe.all()] == [olives]


def test_a_form_is_asked_again_if_the_value_changes_once_more_before_it_is_sent_again(marta, paolo, margherita):
    older = form_of(marta, margherita, base_price="11.99")
    edit(paolo, margherita, base_price="13.49")
    asked = marta.post(admin_of(margherita), older)
    edit(paolo, margherita, base_price="13.99")

    [question] = errors_of(resubmitted(marta, asked, margherita))["base_price"]

    assert "to “13.99”" in question


def test_two_managers_who_change_a_value_to_the_same_are_not_asked(marta, paolo, margherita):
    older = form_of(marta, margherita, base_price="13.49")
    edit(paolo, margherita, base_price="13.49")

    assert marta.post(admin_of(margherita), older).status_code == 302


@pytest.mark.parametrize(
    ("paolos", "martas", "shown"),
    [
        ({"recipe": ["olives", "basil"]}, {"recipe": ["mushrooms"]}, "Olives, Basil"),
        ({"allergens": ["milk", "gluten"]}, {"allergens": ["eggs"]}, "gluten, milk"),
        ({"category": "drinks"}, {"category": ""}, "Drinks"),
        ({"diet": "vegan"}, {"diet": "meat"}, "vegan"),
    ],
    ids=["recipe", "allergens", "category", "diet"],
)
def test_the_question_shows_the_other_managers_choice_as_people_read_it(marta, paolo, paolos, martas, shown):
    dish, [field] = Pizza.objects.get(slug="margherita"), paolos
    older = form_of(marta, dish, **with_keys(martas))
    edit(paolo, dish, **with_keys(paolos))

    assert f"Paolo Verdi changed this to “{shown}”" in errors_of(marta.post(admin_of(dish), older))[field][-1]


def with_keys(changes):
    """Return changes with the primary keys of rows in place of their slugs."""
    keys = {row.slug: row.pk for row in (*Topping.objects.all(), *Category.objects.all())}
    return {
        field: [keys.get(each, each) for each in value] if isinstance(value, list) else keys.get(value, value)
        for field, value in changes.items()
    }


@pytest.mark.parametrize(("kind", "slug"), [(Size, "large"), (Category, "drinks")])
def test_sizes_and_categories_are_not_overwritten_by_an_older_form_either(marta, paolo, kind, slug):
    row = kind.objects.get(slug=slug)
    older = form_of(marta, row, position="7")
    edit(paolo, row, name="Renamed")
    marta.post(admin_of(row), older)
    row.refresh_from_db()
    assert (row.name, row.position) == ("Renamed", 7)

    older = form_of(marta, row, name="Mine")
    edit(paolo, row, name="His")

    assert "Paolo Verdi changed this to “His”" in errors_of(marta.post(admin_of(row), older))["name"][0]


@pytest.mark.django_db(transaction=True)
def test_a_save_waits_for_another_one_of_the_same_item_and_then_knows_its_values(marta, margherita):
    older = form_of(marta, margherita, base_price="11.99")

    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            Pizza.objects.update(base_price="13.49")
            saving = threads.submit(with_a_connection(partial(marta.post, admin_of(margherita), older)))
            until(a_session_waits_for_a_lock)
        response = saving.result()

    assert errors_of(response)["base_price"][0].startswith("This was changed to “13.49” while the page was open.")
