"""No price survives a change of the menu: what is kept of it is always what would be read and rendered anew."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, example, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from kitchen.models import Kitchen
from menu import catalogue, fragments, prices
from menu import services as menu_services
from menu.models import Category, Picture, Pizza, ScheduledPrice, SimpleItem, Size, Topping
from orders import selectors as order_selectors
from orders import services as order_services
from orders.selectors import quotes
from pizzeria.foundation import clock
from pizzeria.foundation import fragments as kept_fragments
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Refusal
from pizzeria.users.services.roles import sync_roles
from tests import shop
from tests.length import by_length
from tests.menu import menu_changes
from tests.menu.menu_changes import WAYS, change
from tests.shop import FRIDAY_NIGHT
from tests.transactions import connection_kept, undone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("kitchen")]

ADDRESSES = (
    reverse("orders:home"),
    reverse("menu:index"),
    reverse("menu:pizza", args=["margherita"]),
    reverse("menu:pizza", args=["pepperoni"]),
)
SELECTIONS = (
    shop.pizza("margherita", size="large", added=("olives",)),
    shop.pizza("pepperoni"),
    shop.simple_item("cola"),
)
# What a page has that is never twice the same.
OF_ONE_REQUEST = re.compile(r'(name="(?:csrfmiddlewaretoken|key)" value="|nonce=")[^"]+')

MINUTES = (1, 30, 59, 60, 61, 240, 24 * 60, -30)
CHANGES = st.tuples(st.sampled_from(sorted(WAYS)), st.integers(0, 999))
MOVES = st.tuples(st.just("the clock"), st.sampled_from(MINUTES))


def uncached_menu():
    return catalogue.VersionedMenu(None, catalogue.fresh_snapshot())


def texts(client):
    """Return the pages, without what is never twice the same."""
    quotes.invalidate_quote()  # which is not of the menu
    pages = [client.get(address) for address in ADDRESSES]
    return [(page.status_code, OF_ONE_REQUEST.sub(r"\1", page.content.decode())) for page in pages]


def price_read(selection, *, at):
    """Return the price of a selection by the rows of the tables, or the kind of its refusal."""
    try:
        return prices.price(selection, snapshot=catalogue.fresh_snapshot(), at=at).unit_price
    except Refusal as refusal:
        return type(refusal)


def prices_agreed(selection, *, at):
    """Return the prices that a guest gets when it is added, in the basket, and in the order, or the refusal's kind."""
    with undone():
        try:
            basket = shop.basket_of(selection, at=at)
        except Refusal as refusal:
            return {type(refusal)}
        [line] = order_selectors.basket(basket.ref, at=at).lines
        order = shop.place(basket, at=at)
        return {basket.lines.get().shown_price, line.line.unit_price, order.lines.get().unit_price}


def assert_nothing_is_outdated(client, at):
    shown = texts(client)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(catalogue, "current_menu", uncached_menu)
        assert texts(client) == shown
    for selection in SELECTIONS:
        assert prices_agreed(selection, at=at) == {price_read(selection, at=at)}


def open_shop_anew():
    for model in (ScheduledPrice, Pizza, SimpleItem, Topping, Size, Category, Picture, Kitchen):
        model.objects.all().delete()
    shop.open_shop()


@pytest.mark.long
@hypothesis_settings(max_examples=by_length(3, long=150), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(CHANGES | MOVES, min_size=2, max_size=6))
@example(steps=[("schedule_price", 0), ("the clock", 1)])
@example(steps=[("mark_sold_out", 1), ("the clock", 1), ("the clock", 1)])
@example(steps=[("mark_sold_out", 10), ("the clock", 30), ("the clock", -30)])
def test_no_cached_price_survives_a_change_of_the_menu_or_a_moment(client, steps):
    at = FRIDAY_NIGHT
    with pytest.MonkeyPatch.context() as patch, connection_kept():
        patch.setattr(clock, "now", lambda: at)
        sync_roles(by=SYSTEM)
        open_shop_anew()
        assert_nothing_is_outdated(client, at)
        for way, number in steps:
            if way == "the clock":
                at += timedelta(minutes=number)
            else:
                change(way, number, at)
            assert_nothing_is_outdated(client, at)


@pytest.mark.parametrize("way", sorted(WAYS))
def test_no_cached_price_survives_a_change_in_each_way(client, monkeypatch, way):
    monkeypatch.setattr(clock, "now", lambda: FRIDAY_NIGHT)
    sync_roles(by=SYSTEM)
    for prepared in ("set_a_picture", "schedule_price"):
        change(prepared, 100, FRIDAY_NIGHT)

    texts(client)

    change(way, 100, FRIDAY_NIGHT)

    assert_nothing_is_outdated(client, FRIDAY_NIGHT)


def test_every_command_of_the_menu_is_among_the_ways():
    named = {name: getattr(menu_services, name) for name in menu_services.__all__}
    commands = {name for name, function in named.items() if hasattr(function, "__wrapped__")}

    assert commands == {way.__name__ for way in menu_changes.COMMANDS}


def test_control_a_change_that_sets_no_version_leaves_the_old_price(client):
    client.get(ADDRESSES[1])
    for name in ("menu_version_is_set", "menu_change_is_marked"):
        menu_changes.execute(f"ALTER TABLE menu_pizza DISABLE TRIGGER {name}")
    try:
        menu_changes.execute("UPDATE menu_pizza SET base_price = 13.49")
        with pytest.raises(AssertionError):
            assert_nothing_is_outdated(client, clock.now())
    finally:
        for name in ("menu_version_is_set", "menu_change_is_marked"):
            menu_changes.execute(f"ALTER TABLE menu_pizza ENABLE TRIGGER {name}")


def test_control_a_page_without_its_next_moment_leaves_the_old_price(client, monkeypatch):
    at = FRIDAY_NIGHT
    monkeypatch.setattr(clock, "now", lambda: at)
    ever = fragments.Period(at - timedelta(days=1), at + timedelta(days=1))
    monkeypatch.setattr(fragments, "period_without_change", lambda _snapshot, **_: ever)
    change("schedule_price", 0, at)
    assert_nothing_is_outdated(client, at)

    at += timedelta(minutes=1)

    with pytest.raises(AssertionError):
        assert_nothing_is_outdated(client, at)


def statements_about_the_menu(captured):
    return [query["sql"] for query in captured if "menu_" in query["sql"]]


def test_adding_to_the_basket_and_placing_read_nothing_of_the_menu_but_its_version():
    catalogue.current_menu()
    basket = shop.basket_of(shop.pizza())

    with CaptureQueriesContext(connection) as adding:
        order_services.add_to_basket(
            ref=basket.ref, selection=shop.pizza("pepperoni"), quantity=1, by=GUEST, at=FRIDAY_NIGHT
        )
    total = shop.total_of(basket)
    with CaptureQueriesContext(connection) as placing:
        order = shop.place(basket, shown_total=total)

    assert order.total == Decimal("27.98")
    for captured in (adding, placing):
        [version] = statements_about_the_menu(captured)
        assert "menu_menuversion" in version


def test_requests_that_add_and_place_take_one_query_for_the_menu_each_time_they_need_it(client):
    client.get(ADDRESSES[1])

    with CaptureQueriesContext(connection) as captured:
        client.post(
            reverse("orders:add_to_basket"), {"item": "pepperoni", "size": "small", "quantity": "1", "key": uuid7()}
        )

    about = statements_about_the_menu(captured)
    assert len(about) == 2  # for the form, and in the command's transaction
    assert all("menu_menuversion" in statement for statement in about)


def test_what_is_kept_of_a_page_has_nothing_of_the_one_who_asked_for_it_first(client, settings):
    first = [client.get(address).content.decode() for address in ADDRESSES]
    token = client.cookies[settings.CSRF_COOKIE_NAME].value

    kept = repr(kept_fragments._kept)

    names = {name for name, _language in kept_fragments._kept if isinstance(name, str)}
    assert names == {"home", "menu", "pizza margherita", "pizza pepperoni"}
    assert token not in kept
    for page in first:
        own = re.findall(r'(?:name="(?:csrfmiddlewaretoken|key)" value="|nonce=")([^"]+)', page)
        assert not [value for value in own if value in kept]
    assert "csrfmiddlewaretoken" in kept


def test_each_form_of_a_page_that_is_kept_has_a_key_of_its_own(client):
    pages = [client.get(ADDRESSES[2]).content.decode() for _ in range(3)]

    keys = [key for page in pages for key in re.findall(r'name="key" value="([^"]+)"', page)]
    assert len(keys) == len(set(keys)) == 3
    assert all("\0" not in page for page in pages)
