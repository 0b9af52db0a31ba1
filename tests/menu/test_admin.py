"""The menu in the admin: edits are recorded as events, and overwrite nothing that a command changed meanwhile."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import reverse

from menu import services as menu_services
from menu.models import Category, Pizza, SimpleItem, Size, Topping
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN
from tests import shop
from tests.menu.admin_forms import admin_of, edit, errors_of, events_of, form_of
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")


def test_editing_a_price_records_an_event_with_the_old_and_the_new_price(marta, margherita):
    edit(marta, margherita, base_price="13.49")

    prices = {"before": Decimal("12.99"), "after": Decimal("13.49")}
    assert events_of(margherita) == [("menu.priced.v1", prices, str(marta.user.pk))]
    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.seq) == (Decimal("13.49"), 1)


def test_a_name_typed_in_the_admin_keeps_no_character_that_cannot_be_seen(marta, pepperoni, olives):
    cola, size, category = SimpleItem.objects.get(slug="cola"), Size.objects.first(), Category.objects.first()
    for number, item in enumerate((pepperoni, olives, cola, size, category)):
        edit(marta, item, name=f" Quattro\x0b\x1b  for\u202emaggi\u200b {number}\r\n")

        item.refresh_from_db()
        assert item.name == f"Quattro formaggi {number}"


def test_a_name_that_was_never_cleaned_can_be_changed_and_is_cleaned_when_it_is_kept(marta, pepperoni):
    Pizza.objects.filter(pk=pepperoni.pk).update(name="Dia\x0bvola  forte")
    edit(marta, pepperoni, base_price="13.49")
    pepperoni.refresh_from_db()
    assert (pepperoni.name, pepperoni.base_price) == ("Diavola forte", Decimal("13.49"))

    Pizza.objects.filter(pk=pepperoni.pk).update(name="Dia\x0bvola  forte")
    edit(marta, pepperoni, name="Diavola")
    pepperoni.refresh_from_db()
    assert pepperoni.name == "Diavola"


def test_a_name_of_which_nothing_can_be_seen_is_refused_in_the_admin(marta, pepperoni):
    response = marta.post(admin_of(pepperoni), form_of(marta, pepperoni, name="\x0b\u200b"))

    assert response.status_code == 200
    assert "name" in response.context["adminform"].form.errors


def test_editing_the_price_of_a_topping_or_a_simple_item_records_an_event(marta, olives):
    cola = SimpleItem.objects.get(slug="cola")

    edit(marta, olives, price="0.80")
    edit(marta, cola, price="3.50")

    assert [(kind, data["after"]) for item in (olives, cola) for kind, data, _who in events_of(item)] == [
        ("menu.priced.v1", Decimal("0.80")),
        ("menu.priced.v1", Decimal("3.50")),
    ]


def test_editing_other_fields_records_an_event_with_their_names_but_not_their_values(marta, margherita, olives):
    edit(marta, margherita, name="Regina", recipe=[olives.pk])

    [(kind, data, _who)] = events_of(margherita)
    assert (kind, data) == ("menu.changed.v1", {"fields": ("name", "recipe")})
    assert list(margherita.recipe.all()) == [olives]


def test_editing_a_price_and_another_field_records_two_events(marta, margherita):
    edit(marta, margherita, base_price="13.49", description="With love.")

    assert [kind for kind, _data, _who in events_of(margherita)] == ["menu.priced.v1", "menu.changed.v1"]


def test_saving_an_item_unchanged_records_no_event(marta, margherita, pepperoni):
    edit(marta, margherita)
    edit(marta, pepperoni)

    assert not StoredEvent.objects.filter(stream="menu").exists()


def test_adding_a_pizza_records_an_event_with_its_first_price(marta, margherita, olives):
    new = form_of(marta, margherita, slug="orto", name="Orto", base_price="11.00", recipe=[olives.pk])

    response = marta.post(admin_of(margherita, "add"), new)

    assert response.status_code == 302
    orto = Pizza.objects.get(slug="orto")
    assert ("menu.priced.v1", {"before": None, "after": Decimal("11.00")}, str(marta.user.pk)) in events_of(orto)
    assert list(orto.recipe.all()) == [olives]


def test_editing_a_pizza_does_not_change_placed_orders(marta, placed_order, margherita):
    edit(marta, margherita, base_price="99.00", name="Regina")

    placed_order.refresh_from_db()
    line = placed_order.lines.get()
    assert (placed_order.total, line.unit_price, line.name) == (Decimal("12.99"), Decimal("12.99"), "Margherita")


def test_saving_an_item_keeps_it_sold_out_when_it_was_marked_while_the_form_was_open(marta, margherita):
    form = form_of(marta, margherita, description="With love.")
    menu_services.mark_sold_out(item=margherita, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    marta.post(admin_of(margherita), form)

    margherita.refresh_from_db()
    assert (margherita.description, margherita.sold_out_since) == ("With love.", FRIDAY_NIGHT)


def test_saving_an_item_keeps_it_sold_out_when_it_was_marked_between_reading_and_saving_the_row(marta, margherita):
    """The admin reads the row, validates it and then saves it: a cook may mark the item sold out in between."""
    typed = form_of(marta, margherita, description="With love.")
    request = RequestFactory().post("/", typed)
    request.user, request.actor = marta.user, SYSTEM
    pizzas = admin.site.get_model_admin(Pizza)
    form = pizzas.get_form(request)(request.POST, instance=margherita)
    assert form.is_valid()
    menu_services.mark_sold_out(item=Pizza.objects.get(pk=margherita.pk), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    pizzas.save_model(request, form.save(commit=False), form, change=True)

    saved = Pizza.objects.get(pk=margherita.pk)
    assert (saved.description, saved.sold_out_since) == ("With love.", FRIDAY_NIGHT)
    assert [kind for kind, _data, _who in events_of(saved)] == ["menu.sold_out.v1", "menu.changed.v1"]


def run_action(browser, action, *items, **form_data):
    """Run an action on the selected items, or submit the page on which the action asks until when."""
    selected = {"action": action, "_selected_action": [item.pk for item in items]}
    return browser.post(admin_of(items[0], "changelist"), selected | form_data, follow=True)


def test_the_sold_out_action_asks_until_when_and_marks_nothing_yet(marta, margherita, pepperoni):
    page = run_action(marta, "mark_sold_out", margherita, pepperoni)

    html = page.content.decode()
    assert page.status_code == 200
    assert html.count('<form method="post">') == 2
    for item in (margherita, pepperoni):
        assert html.count(f'name="_selected_action" value="{item.pk}"') == 2
    for until in ("today", "notice", "time"):
        assert f'name="until" value="{until}"' in html
    assert events_of(margherita) == []


def submitted(browser, page, **pressed):
    """Submit the first form of a page with its own hidden fields, as a browser does."""
    form = page.content.decode().partition('<form method="post">')[2].partition("</form>")[0]
    hidden = [
        dict(re.findall(r'(name|value)="([^"]*)"', field)) for field in re.findall(r'<input type="hidden"[^>]*>', form)
    ]
    fields = {field["name"]: [other["value"] for other in hidden if other["name"] == field["name"]] for field in hidden}
    return browser.post(page.request["PATH_INFO"], fields | pressed, follow=True)


def test_the_page_of_the_sold_out_action_marks_the_selected_items_until_further_notice(marta, margherita, pepperoni):
    page = run_action(marta, "mark_sold_out", margherita, pepperoni)

    html = submitted(marta, page, until="notice").content.decode()

    assert html.count("sold out until further notice</li>") == 2
    assert [kind for item in (margherita, pepperoni) for kind, _data, _who in events_of(item)] == [
        "menu.sold_out.v1"
    ] * 2
    margherita.refresh_from_db()
    assert (margherita.is_available(clock.now()), margherita.sold_out_until) == (False, None)


@pytest.mark.usefixtures("tonight")
def test_the_sold_out_action_for_today_ends_with_the_business_day(marta, olives):
    html = run_action(marta, "mark_sold_out", olives, until="today").content.decode()

    olives.refresh_from_db()
    assert olives.sold_out_until == clock.end_of_business_day(olives.sold_out_since)
    assert "Olives: sold out for today" in html


@pytest.mark.usefixtures("tonight")
def test_the_sold_out_action_with_a_time_ends_at_that_time_of_the_business_day(marta, olives):
    html = run_action(marta, "mark_sold_out", olives, until="time", time="03:59:59").content.decode()

    olives.refresh_from_db()
    assert olives.sold_out_until == clock.end_of_business_day(olives.sold_out_since) - timedelta(seconds=1)
    assert "Olives: sold out until 03:59" in html


@pytest.mark.parametrize(
    ("form_data", "message"),
    [
        ({"until": "time", "time": ""}, "Until what time? Write it like 21:30."),
        ({"until": "time", "time": "25:70"}, "Write the time like 21:30."),
        ({"until": "time", "time": "04:00"}, "That time has passed already."),
        ({"until": "whenever"}, "Until when?"),
    ],
    ids=lambda form_data: form_data.get("time", "nonsense") if isinstance(form_data, dict) else "",
)
def test_the_sold_out_action_asks_again_and_marks_nothing_when_the_time_is_invalid(marta, olives, form_data, message):
    page = run_action(marta, "mark_sold_out", olives, **form_data)

    html = page.content.decode()
    assert page.status_code == 422
    assert message in html
    assert f'name="_selected_action" value="{olives.pk}"' in html
    assert 'value="25:70"' in html or form_data.get("time") != "25:70"
    assert events_of(olives) == []


def test_the_back_on_the_menu_action_marks_the_selected_items_available(marta, olives):
    menu_services.mark_sold_out(item=olives, until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    run_action(marta, "mark_available", olives)

    olives.refresh_from_db()
    assert olives.is_available(clock.now())
    assert events_of(olives)[-1] == ("menu.back.v1", {}, str(marta.user.pk))


@pytest.mark.parametrize("kind", [Pizza, SimpleItem])
def test_the_admin_refuses_a_slug_whose_address_leads_to_another_page(marta, kind):
    item = kind.objects.first()

    response = marta.post(admin_of(item), form_of(marta, item, slug="sold-out"))

    assert errors_of(response) == {"slug": ["Another page of the shop has this address."]}


@pytest.mark.parametrize(("kind", "other"), [(SimpleItem, "margherita"), (Pizza, "cola")], ids=["simple_item", "pizza"])
def test_the_admin_refuses_a_slug_that_another_dish_has(marta, kind, other):
    item = kind.objects.first()

    response = marta.post(admin_of(item), form_of(marta, item, slug=other))

    assert response.status_code == 200
    assert "Something else on the menu has this address." in response.content.decode()


@pytest.mark.parametrize(
    "nonsense", [{"base_price": "-0.01"}, {"base_price": "NaN"}, {"minutes": "0"}, {"allergens": ["gold"]}], ids=str
)
def test_the_admin_refuses_invalid_values_for_a_pizza(marta, margherita, nonsense):
    response = marta.post(admin_of(margherita), form_of(marta, margherita, **nonsense))

    assert response.status_code == 200
    assert 'class="errorlist"' in response.content.decode()
    margherita.refresh_from_db()
    assert (margherita.base_price, margherita.minutes, margherita.allergens) == (Decimal("12.99"), 8, [])


@pytest.mark.parametrize(
    ("currency", "typed", "message"),
    [
        ("EUR", "100000000", "€99,999,999.99 at most, please."),
        ("EUR", "10000.01", "€10,000.00 at most, please."),
        ("EUR", "0.00", "More than nothing, please."),
        ("EUR", "1_2.99", "An amount such as 2.50, please."),
        ("JPY", "10000001", "¥10,000,000 at most, please."),
        ("EUR", "12.995", "At most 2 decimals, please."),
        ("JPY", "1300.50", "A whole amount, please."),
    ],
)
def test_the_admin_refuses_a_price_that_cannot_be_charged_with_a_sentence(marta, settings, currency, typed, message):
    settings.SHOP_CURRENCY, cola = currency, SimpleItem.objects.get(slug="cola")

    response = marta.post(admin_of(cola), form_of(marta, cola, price=typed))

    assert response.context["adminform"].form.errors["price"] == [message]


def test_the_admin_refuses_a_size_whose_pizzas_cost_more_than_ten_times_the_small_one(marta):
    large = Size.objects.get(slug="large")

    response = marta.post(admin_of(large), form_of(marta, large, factor="10.01"))

    assert [*response.context["adminform"].form.errors] == ["factor"]


def test_the_admin_shows_and_saves_prices_in_a_currency_without_cents(marta, margherita, settings):
    settings.SHOP_CURRENCY = "VND"
    Pizza.objects.update(base_price=Decimal("180000.00"))
    assert form_of(marta, margherita)["base_price"] == Decimal(180000)
    assert 'value="180000"' in marta.get(admin_of(margherita)).content.decode()
    assert 'value="250"' in marta.get(admin_of(Topping(), "add")).content.decode()

    edit(marta, margherita, base_price="250000")

    margherita.refresh_from_db()
    assert margherita.base_price == 250_000


def test_the_admin_saves_the_allergens_that_are_ticked(marta, margherita):
    edit(marta, margherita, allergens=["milk", "gluten"])

    margherita.refresh_from_db()
    assert sorted(margherita.allergens) == ["gluten", "milk"]


def test_the_admin_asks_for_the_allergens_until_somebody_has_answered(marta, margherita):
    Pizza.objects.update(allergens=[], allergens_declared=False)

    asked = marta.post(admin_of(margherita), form_of(marta, margherita, name="Margherita DOP"))
    assert "Please tick what is in it, or “none of these”." in asked.content.decode()

    edit(marta, margherita, allergens=["none"])
    margherita.refresh_from_db()
    assert (margherita.allergens, margherita.allergens_declared) == ([], True)
    edit(marta, margherita, name="Margherita DOP")  # the form has the answer


def test_the_admin_asks_for_the_allergens_of_a_new_dish(marta):
    page = marta.get(reverse("admin:menu_pizza_add"))

    assert page.context["adminform"].form["allergens"].value() in (None, [])


def test_the_admin_refuses_allergens_beside_none_of_these(marta, margherita):
    response = marta.post(admin_of(margherita), form_of(marta, margherita, allergens=["none", "milk"]))

    assert "Either “none of these”, or some of them." in response.content.decode()


def test_a_manager_may_open_the_admin_pages_of_pizzas_simple_items_toppings_and_categories(marta):
    for kind in (Pizza, SimpleItem, Topping, Category):
        item = kind.objects.first()
        assert marta.get(admin_of(item)).status_code == 200
        assert marta.get(admin_of(item, "changelist")).status_code == 200
        assert marta.get(admin_of(item, "add")).status_code == 200


@pytest.mark.parametrize("role", [KITCHEN, DRIVER, CUSTOMER], ids=lambda role: role.name)
def test_cooks_drivers_and_customers_may_neither_open_nor_edit_a_pizza_in_the_admin(sign_in, margherita, role):
    browser = sign_in(role)
    form = {"slug": "margherita", "name": "Margherita", "base_price": "0.01", "minutes": "8"}

    assert browser.get(admin_of(margherita), follow=True).status_code == 403
    assert browser.post(admin_of(margherita), form, follow=True).status_code == 403

    margherita.refresh_from_db()
    assert margherita.base_price == Decimal("12.99")


def test_an_order_placed_after_a_price_change_has_the_new_price(marta, margherita):
    edit(marta, margherita, base_price="13.49")

    assert shop.place().total == Decimal("13.49")


def test_editing_a_size_records_an_event_for_a_new_factor_only(marta):
    large = Size.objects.get(slug="large")

    edit(marta, large, factor="1.70")
    edit(marta, large, name="Very large")

    factors = {"before": Decimal("1.60"), "after": Decimal("1.70")}
    assert events_of(large) == [("menu.size_factored.v1", factors, str(marta.user.pk))]


def test_no_size_can_be_deleted_and_its_page_says_why(marta):
    sizes = Size.objects.values_list("pk", flat=True)
    small = Size.objects.first()

    everything = {"action": "delete_selected", "_selected_action": [*sizes], "post": "yes"}
    marta.post(admin_of(small, "changelist"), everything)
    assert marta.post(admin_of(small).replace("change", "delete"), {"post": "yes"}).status_code == 403

    assert len(Size.objects.all()) == 3
    assert "A size cannot be deleted" in marta.get(admin_of(small)).content.decode()
