"""Managers change the menu by another program."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from functools import partial

import pytest
from django.db import transaction
from django.urls import reverse

from menu import services as menu_services
from menu.exceptions import ItemNotOnTheMenu
from menu.models import Allergen, Diet, Pizza, Topping
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.scopes import Scope
from tests.factories import CategoryFactory, PizzaFactory
from tests.menu.admin_forms import events_of
from tests.races.concurrency import a_session_waits_for_a_lock, with_a_connection
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused
from tests.waiting import until

pytestmark = pytest.mark.usefixtures("kitchen", "tonight")

ORTO = {
    "name": "Orto",
    "base_price": "11.00",
    "cooking_minutes": 7,
    "category_id": "pizzas",
    "diet": "vegetarian",
    "base_allergens": ["gluten", "milk"],
}
WHOLE = ORTO | {"description": "", "toppings": []}  # as PUT takes it
FIELDS_OF_PUT = {*WHOLE, "id", "is_available"}


DETAILS = menu_services.PizzaDetails("margherita", "Orto", Decimal(11), 7, "pizzas", "", (), "vegan", ())


@pytest.fixture
def program(caller):
    """Return a program with the token of a manager."""
    return caller("manager")


@pytest.fixture
def committed(django_capture_on_commit_callbacks):
    """Return a context manager at whose end what waits for the commit is done, as after a request."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def fields_of(response):
    return {error["field"] for error in response.json()["errors"]}


def test_a_new_pizza_is_created_with_defaults_and_is_where_its_location_says(program, committed):
    with committed():
        answer = program.post("/menu/pizzas", ORTO)

    pizza = answer.json()
    assert (answer.status_code, answer.headers["Location"]) == (201, "/api/menu/pizzas/orto")
    assert (pizza["id"], pizza["base_price"], pizza["cooking_minutes"]) == ("orto", "11.00", 7)
    assert (pizza["description"], pizza["toppings"], pizza["diet_labels"]) == ("", [], ["vegetarian"])
    assert (pizza["allergens"], pizza["allergens_declared"]) == (["gluten", "milk"], True)
    assert pizza["is_available"]
    assert program.get("/menu/pizzas/orto").json() == pizza


def test_a_new_pizza_takes_toppings_by_slug_ref_and_name_and_its_category_by_name(program):
    olives = Topping.objects.get(slug="olives")
    recipe = ["mushrooms", str(olives.ref), "BASIL", "mushrooms"]

    pizza = program.post("/menu/pizzas", ORTO | {"toppings": recipe, "category_id": " PIZZAS"}).json()

    assert {topping["id"] for topping in pizza["toppings"]} == {"mushrooms", "olives", "basil"}
    assert pizza["category"] == "Pizzas"


def test_a_new_pizza_is_recorded_as_one_that_was_added_in_the_admin(program):
    program.post("/menu/pizzas", ORTO | {"is_available": False})

    events = events_of(Pizza.objects.get(slug="orto"))
    assert [kind for kind, _data, _who in events] == ["menu.priced.v1", "menu.changed.v1", "menu.sold_out.v1"]
    assert {who for _kind, _data, who in events} == {str(program.user.pk)}


def test_a_pizza_that_is_sent_twice_with_one_key_is_created_once(program):
    first, again = (program.post("/menu/pizzas", ORTO, key="one") for _ in range(2))

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert Pizza.objects.filter(name="Orto").count() == 1
    assert_refused(program.post("/menu/pizzas", ORTO | {"name": "B"}, key="one"), 422, "idempotency_key_reused")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("same", [{"name": "orto"}, {"slug": "orto"}], ids=str)
def test_of_two_pizzas_that_get_one_name_or_slug_at_the_same_moment_the_second_is_refused(program, same):
    with ThreadPoolExecutor(1) as threads:
        with transaction.atomic():
            PizzaFactory(**{"name": "First", "slug": "first", **same})
            posting = threads.submit(with_a_connection(partial(program.post, "/menu/pizzas", ORTO)))
            until(a_session_waits_for_a_lock)
        second = posting.result()

    assert_refused(second, 409, "changed_meanwhile")
    assert Pizza.objects.count() == 3


def test_one_answer_names_everything_that_is_wrong_with_a_pizza(program):
    wrong = {
        "name": "cola ",
        "base_price": "-0.01",
        "cooking_minutes": 0,
        "category_id": "soups",
        "description": "x" * 201,
        "toppings": ["gold"],
        "diet": "bacon",
        "base_allergens": ["gold"],
        "id": "Margherita!",
        "is_available": "yes",
        "price": "1.00",
    }

    answer = program.post("/menu/pizzas", wrong)

    assert_refused(answer, 422, "invalid")
    assert fields_of(answer) == {
        *(name for name in wrong if name not in ("toppings", "base_allergens")),
        "toppings.0",
        "base_allergens.0",
    }


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", "MARGHERITA"),
        ("name", "\u200b"),
        ("name", "x" * 61),
        ("id", "margherita"),
        ("id", "cola"),
        ("id", "sold-out"),
        ("base_price", "100000000.00"),
        ("base_price", "1.001"),
        ("base_price", "NaN"),
        ("category_id", "\0"),
    ],
    ids=ascii,
)
def test_what_the_admin_refuses_for_a_pizza_the_api_refuses(program, field, value):
    answer = program.post("/menu/pizzas", ORTO | {field: value})

    assert_refused(answer, 422, "invalid")
    assert fields_of(answer) == {field}


def test_a_name_of_which_no_address_can_be_made_needs_a_slug(program):
    answer = program.post("/menu/pizzas", ORTO | {"name": "\u62ab\u8428"})

    assert fields_of(answer) == {"id"}
    assert program.post("/menu/pizzas", ORTO | {"name": "\u62ab\u8428", "id": "pisa"}).status_code == 201


def test_a_pizza_needs_its_allergens_even_if_there_are_none(program):
    missing = program.post("/menu/pizzas", {name: value for name, value in ORTO.items() if name != "base_allergens"})

    assert fields_of(missing) == {"base_allergens"}
    assert program.post("/menu/pizzas", ORTO | {"base_allergens": []}).json()["allergens_declared"]


def test_put_of_what_get_has_said_with_another_price_changes_the_price_alone(program, committed, margherita):
    Pizza.objects.filter(pk=margherita.pk).update(
        description="Tomatoes, basil", diet=Diet.VEGAN, allergens=[Allergen.GLUTEN], allergens_declared=True
    )
    margherita.recipe.set(Topping.objects.filter(slug__in=["olives", "basil"]))
    Topping.objects.filter(slug="olives").update(allergens=[Allergen.SULPHITES], allergens_declared=True)
    before = program.get("/menu/pizzas/margherita").json()
    assert (before["diet"], before["base_allergens"]) == ("vegan", ["gluten"])
    assert before["allergens"] == ["gluten", "sulphites"]

    known = {name: value for name, value in before.items() if name in FIELDS_OF_PUT}
    with committed():
        answer = program.put("/menu/pizzas/margherita", known | {"base_price": "13.49"})

    after = answer.json()
    assert answer.status_code == 200, after
    assert {name for name in before if before[name] != after[name]} == {"base_price", "prices"}
    assert [kind for kind, _data, _who in events_of(margherita)] == ["menu.priced.v1"]
    assert known.keys() == FIELDS_OF_PUT


def test_put_needs_all_of_what_makes_a_pizza(program, margherita):
    answer = program.put("/menu/pizzas/margherita", {})

    assert fields_of(answer) == set(WHOLE)
    assert events_of(margherita) == []


def test_the_slug_of_a_category_goes_before_the_same_name_of_another_one(program):
    CategoryFactory(slug="others", name="pizzas-2", position=0)
    CategoryFactory(slug="pizzas-2", name="Second", position=9)

    assert program.post("/menu/pizzas", ORTO | {"category_id": "pizzas-2"}).json()["category"] == "Second"


def test_put_replaces_a_pizza_whole_but_for_its_slug_and_whether_it_is_available(program, committed, pepperoni, client):
    menu_services.mark_sold_out(item=pepperoni, until=None, by=SYSTEM, at=FRIDAY_NIGHT)
    before = program.get("/menu/pizzas/pepperoni").json()

    with committed():
        answer = program.put("/menu/pizzas/pepperoni", WHOLE)

    pizza = answer.json()
    assert (answer.status_code, pizza["id"], pizza["ref"]) == (200, "pepperoni", before["ref"])
    assert (pizza["name"], pizza["base_price"], pizza["toppings"]) == ("Orto", "11.00", [])
    assert not pizza["is_available"]
    assert program.get("/menu/pizzas/pepperoni").json() == pizza
    assert "11.00" in client.get(reverse("menu:pizza", args=["pepperoni"])).content.decode()


def test_put_records_what_changed_and_nothing_if_nothing_did(program, margherita):
    same = WHOLE | {"name": "Margherita", "base_price": "12.99", "cooking_minutes": 8, "base_allergens": []}

    program.put("/menu/pizzas/margherita", same)
    assert events_of(margherita) == []

    program.put("/menu/pizzas/margherita", same | {"toppings": ["olives"], "base_price": "13.49"})
    assert [(kind, data.get("fields")) for kind, data, _who in events_of(margherita)] == [
        ("menu.priced.v1", None),
        ("menu.changed.v1", ("recipe",)),
    ]


def test_put_can_change_the_slug_and_the_availability(program, margherita):
    pizza = program.put("/menu/pizzas/margherita", WHOLE | {"id": "orto", "is_available": False}).json()

    assert (pizza["id"], pizza["is_available"]) == ("orto", False)
    assert_refused(program.get("/menu/pizzas/margherita"), 404, "not_found")


def test_put_keeps_the_own_name_and_slug_but_takes_no_other_ones(program, margherita):
    assert program.put("/menu/pizzas/margherita", WHOLE | {"name": "Margherita", "id": "margherita"}).status_code == 200

    answer = program.put("/menu/pizzas/margherita", WHOLE | {"name": "Pepperoni", "id": "pepperoni"})
    assert fields_of(answer) == {"name", "id"}


def test_put_with_the_etag_of_get_is_refused_if_the_pizza_changed_meanwhile(program, committed, margherita):
    seen = program.get("/menu/pizzas/margherita").headers["ETag"]
    with committed():
        program.put("/menu/pizzas/margherita", WHOLE | {"base_price": "13.49"})

    late = program.put("/menu/pizzas/margherita", WHOLE, **{"If-Match": seen})

    assert_refused(late, 412, "precondition_failed")
    margherita.refresh_from_db()
    assert margherita.base_price == Decimal("13.49")
    now = program.get("/menu/pizzas/margherita").headers["ETag"]
    assert program.put("/menu/pizzas/margherita", WHOLE, **{"If-Match": f'"other", {now}'}).status_code == 200


def test_put_with_any_etag_or_without_one_is_done(program):
    assert program.put("/menu/pizzas/margherita", WHOLE, **{"If-Match": "*"}).status_code == 200
    assert program.put("/menu/pizzas/margherita", WHOLE | {"name": "Other"}).status_code == 200


def test_a_change_between_the_comparison_of_etags_and_the_lock_is_refused_too(manager, margherita):
    menu_services.mark_sold_out(item=margherita, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    with pytest.raises(Exception, match="Somebody else has changed that meanwhile"):
        menu_services.change_pizza(
            pizza=margherita, details=DETAILS, is_available=None, seen_seq=margherita.seq, by=manager, at=FRIDAY_NIGHT
        )


def test_delete_archives_a_pizza_and_its_slug_and_name_stay_taken(program, committed, margherita):
    with committed():
        answer = program.delete("/menu/pizzas/margherita")

    assert (answer.status_code, answer.content) == (204, b"")
    assert_refused(program.get("/menu/pizzas/margherita"), 404, "not_found")
    assert_refused(program.delete("/menu/pizzas/margherita"), 404, "not_found")
    assert_refused(program.put("/menu/pizzas/margherita", WHOLE), 404, "not_found")
    assert events_of(margherita) == [("menu.archived.v1", {"slug": "margherita"}, str(program.user.pk))]
    again = program.post("/menu/pizzas", ORTO | {"name": "Margherita", "id": "margherita"})
    assert {error["field"]: error["detail"] for error in again.json()["errors"]} == {
        "name": "“Margherita” is in the archive.",
        "id": "Something in the archive has this address.",
    }


def test_a_pizza_that_is_sent_again_after_it_was_archived_is_answered_as_it_is_now(program):
    first = program.post("/menu/pizzas", ORTO, key="one")
    program.delete("/menu/pizzas/orto")

    again = program.post("/menu/pizzas", ORTO, key="one")

    assert (again.status_code, again.headers["Location"]) == (201, first.headers["Location"])
    assert again.json() == first.json() | {"is_available": False}


@pytest.mark.parametrize(
    "change",
    [
        partial(menu_services.change_pizza, details=DETAILS, is_available=None),
        partial(menu_services.mark_sold_out, until=None),
        menu_services.mark_available,
    ],
    ids=["change", "mark sold out", "mark available"],
)
def test_a_pizza_that_is_archived_before_a_command_has_its_lock_is_not_found(manager, margherita, change):
    item = "pizza" if getattr(change, "func", None) is menu_services.change_pizza else "item"
    menu_services.archive_item(item=Pizza.objects.get(pk=margherita.pk), by=manager, at=FRIDAY_NIGHT)

    with pytest.raises(ItemNotOnTheMenu):
        change(**{item: margherita}, by=manager, at=FRIDAY_NIGHT)

    assert [kind for kind, _data, _who in events_of(margherita)] == ["menu.archived.v1"]


def test_a_change_is_answered_with_the_etag_of_the_new_state(program, committed):
    with committed():
        created = program.post("/menu/pizzas", ORTO)
    assert created.headers["ETag"] == program.get("/menu/pizzas/orto").headers["ETag"]

    with committed():
        changed = program.put("/menu/pizzas/orto", WHOLE | {"base_price": "12.00"})
    assert changed.headers["ETag"] == program.get("/menu/pizzas/orto").headers["ETag"] != created.headers["ETag"]

    again = program.put("/menu/pizzas/orto", WHOLE, **{"If-Match": changed.headers["ETag"]})
    assert again.status_code == 200


def test_a_pizza_is_marked_sold_out_until_a_time_or_further_notice_and_available_again(program, committed):
    path = "/menu/pizzas/margherita/availability"
    with committed():
        until = program.put(path, {"is_available": False, "until": "2026-11-20T22:00:00+01:00"}).json()
    assert (until["is_available"], until["available_from"]) == (False, "2026-11-20T21:00:00Z")
    assert program.get("/menu/pizzas/margherita").json() == until

    notice = program.put(path, {"is_available": False}).json()
    assert (notice["is_available"], notice["available_from"]) == (False, None)

    assert program.put(path, {"is_available": True}).json()["is_available"]


def test_cooks_mark_pizzas_sold_out_but_do_not_change_them(caller):
    cook = caller("kitchen_staff")

    assert cook.put("/menu/pizzas/margherita/availability", {"is_available": False}).status_code == 200
    assert_refused(cook.put("/menu/pizzas/margherita", WHOLE), 403, "insufficient_scope")
    writes_only = caller("manager", scope=Scope.MENU_WRITE)
    assert writes_only.put("/menu/pizzas/margherita/availability", {"is_available": True}).status_code == 200


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"is_available": False, "until": "2026-11-20T18:00:00Z"}, "until"),
        ({"is_available": False, "until": "2026-11-20T21:00:00"}, "until"),
        ({"is_available": False, "until": "9999-12-31T23:59:59-12:00"}, "until"),
        ({"is_available": False, "until": "9999-12-31T23:59:59Z"}, "until"),
        ({"is_available": False, "until": "0001-01-01T00:00:00+12:00"}, "until"),
        ({"is_available": True, "until": "2026-11-20T21:00:00Z"}, "until"),
        ({"is_available": 0}, "is_available"),
        ({}, "is_available"),
    ],
    ids=str,
)
def test_an_availability_that_cannot_be_is_refused(program, body, field):
    answer = program.put("/menu/pizzas/margherita/availability", body)

    assert answer.status_code == 422
    assert fields_of(answer) == {field}
    assert not StoredEvent.objects.filter(stream="menu").exists()


@pytest.mark.parametrize("path", ["/menu/pizzas/calzone", "/menu/pizzas/cola"])
def test_a_pizza_that_is_not_on_the_menu_is_not_found(program, path):
    assert_refused(program.put(path, WHOLE), 404, "not_found")
    assert_refused(program.delete(path), 404, "not_found")
    assert_refused(program.put(f"{path}/availability", {"is_available": True}), 404, "not_found")
