import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse

from menu import services as menu_services
from menu.models import Pizza, Size, Topping
from menu.services import mark_sold_out
from orders import selectors as order_selectors
from orders import services as order_services
from orders.models import Basket, BasketLine
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import Busy
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.factories import ToppingFactory
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

MARGHERITA = {"item": "margherita", "size": "small", "quantity": "1"}


def add(client, **fields):
    return client.post(reverse("orders:add_to_basket"), {**MARGHERITA, **fields})


def test_adding_a_pizza_stores_the_size_toppings_and_quantity_of_the_form(client):
    response = add(client, size="large", add=["olives", "basil"], quantity="2")

    assert response.status_code == 302
    line = BasketLine.objects.get()
    assert line.quantity == 2
    assert line.parsed_selection == shop.pizza(size="large", added=("olives", "basil"))


def test_an_unticked_topping_of_the_recipe_is_left_out(client):
    add(client, item="pepperoni", keep=[])

    assert BasketLine.objects.get().parsed_selection == shop.pizza("pepperoni", left_out=("pepperoni",))


def test_a_price_in_the_request_is_ignored(client):
    add(client, price="0.01", unit_price="0.01", base_price="0.01", total="0.01")

    page = client.get(reverse("orders:basket"))
    assert page.context["basket"].totals.total == Decimal("12.99")


@pytest.mark.parametrize("quantity", ["0", "-1", "10000", "21", "", "two", "1.5", "1e3"])
def test_an_invalid_quantity_is_refused_and_the_form_keeps_the_toppings(client, quantity):
    response = add(client, quantity=quantity, add=["olives"])

    assert response.status_code == 422
    assert response.context["page"].errors == {"quantity": "Between 1 and 20, please."}
    assert [topping.slug for topping in response.context["page"].toppings if topping.chosen] == ["olives"]
    assert not BasketLine.objects.exists()


def test_an_eleventh_added_topping_is_refused_and_the_form_keeps_all_of_them(client):
    slugs = [ToppingFactory().slug for _ in range(11)]

    response = add(client, add=slugs)

    assert response.status_code == 422
    assert response.context["page"].errors == {"add": "At most 10 added toppings, please."}
    assert sum(topping.chosen for topping in response.context["page"].toppings) == 11
    assert not BasketLine.objects.exists()


def test_an_unknown_item_size_or_topping_is_refused(client):
    assert add(client, item="calzone").status_code == 404
    assert add(client, size="gigantic").status_code == 422
    assert add(client, add=["gold"]).status_code == 422
    assert not BasketLine.objects.exists()


def test_adding_a_sold_out_pizza_is_refused_with_the_reason(client):
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    response = add(client)

    assert response.status_code == 422
    assert "Margherita is sold out." in response.context["page"].errors.values()


def test_the_same_selection_is_counted_on_one_basket_line_up_to_twenty(client):
    add(client, quantity="15")
    add(client, quantity="5")
    refused = add(client, quantity="1")

    assert BasketLine.objects.get().quantity == 20
    assert refused.status_code == 422
    assert "At most 20" in refused.context["page"].errors["quantity"]


def test_the_basket_shows_the_same_price_as_the_pizza_page(client):
    page = client.get(
        reverse("menu:pizza", args=["pepperoni"]),
        {"recipe": "1", "size": "medium", "keep": ["pepperoni"], "add": ["olives"], "quantity": "3"},
    )
    add(client, item="pepperoni", size="medium", keep=["pepperoni"], add=["olives"], quantity="3")

    basket = client.get(reverse("orders:basket")).context["basket"]
    assert basket.totals.total == page.context["page"].total == Decimal("21.99") * 3


def change(client, quantities, **fields):
    """Send the form of the basket page: quantities as typed, by line; `headers=HTMX` as htmx does."""
    headers = fields.pop("headers", {})
    typed = {f"{line.ref}-quantity": quantity for line, quantity in quantities.items()}
    shown = {f"{line.ref}-shown": line.quantity for line in quantities}
    return client.post(reverse("orders:basket"), {**typed, **shown, **fields}, headers=headers)


HTMX = {"HX-Request": "true"}


def test_changing_and_removing_a_basket_line_updates_the_count_in_the_session(client):
    add(client, quantity="2")
    line = BasketLine.objects.get()

    assert change(client, {line: "5"}).url == reverse("orders:basket")
    assert client.session["basket_count"] == 5

    change(client, {line: "5"}, remove=line.ref)
    assert client.session["basket_count"] == 0
    assert not BasketLine.objects.exists()


@pytest.mark.parametrize("quantity", ["25", "0", "-3", ""])
@pytest.mark.parametrize("fields", [{}, {"next": "checkout"}, {"headers": HTMX}], ids=["saved", "checkout", "htmx"])
def test_an_invalid_quantity_in_the_basket_is_reported_beside_its_field_and_stays_as_typed(client, quantity, fields):
    add(client, quantity="2")
    add(client, item="pepperoni", keep=["pepperoni"])
    line, other = BasketLine.objects.order_by("pk")

    page = change(client, {line: quantity, other: "4"}, **fields)

    html = page.content.decode()
    assert page.status_code == 422
    field = re.search(rf'<input id="quantity-{line.ref}".*?>', html, re.DOTALL)[0]
    assert f'value="{quantity}"' in field
    assert 'aria-invalid="true" autofocus' in field
    assert f'aria-describedby="quantity-{line.ref}-error"' in field
    assert re.search(rf'id="quantity-{line.ref}-error"[^>]*>Between 1 and 20, please\.<', html)
    assert [line.quantity for line in BasketLine.objects.order_by("pk")] == [2, 4]  # the valid one is saved


def test_a_basket_line_with_an_invalid_quantity_can_be_removed(client):
    add(client)
    line = BasketLine.objects.get()

    change(client, {line: "25"}, remove=line.ref)

    assert not BasketLine.objects.exists()


@pytest.mark.parametrize(("button", "address"), [("checkout", "/checkout/"), ("menu", "/menu/"), ("x", "/basket/")])
def test_what_was_typed_in_the_basket_is_saved_on_the_way_to_another_page(client, button, address):
    add(client)

    assert change(client, {BasketLine.objects.get(): "3"}, next=button).url == address
    assert BasketLine.objects.get().quantity == 3


def test_a_page_that_shows_other_lines_than_the_basket_has_is_loaded_anew(client):
    add(client)
    line = BasketLine.objects.get()
    assert "HX-Redirect" not in change(client, {line: "2"}, headers=HTMX)

    add(client, item="pepperoni", keep=["pepperoni"])  # in another tab
    assert change(client, {line: "2"}, headers=HTMX)["HX-Redirect"] == "/basket/"
    other = BasketLine.objects.get(slug="pepperoni")
    assert "HX-Redirect" not in change(client, {other: "1"}, remove=line.ref, headers=HTMX)
    assert change(client, {}, remove=other.ref, headers=HTMX)["HX-Redirect"] == "/basket/"  # nothing is left


def test_an_old_page_puts_back_no_quantity_that_it_has_not_changed(client):
    add(client)
    add(client, item="pepperoni", keep=["pepperoni"])
    margherita, pepperoni = BasketLine.objects.order_by("pk")
    add(client)  # in another tab

    answer = change(client, {margherita: "1", pepperoni: "3"}, headers=HTMX)

    assert [line.quantity for line in BasketLine.objects.order_by("pk")] == [2, 3]
    assert answer["HX-Redirect"] == "/basket/"  # else the page would go on showing one Margherita, at the price of two
    assert "changed in another tab" in client.get("/basket/").content.decode()


def test_a_page_with_lines_of_another_basket_leads_to_no_checkout(client):
    theirs = shop.basket_of().lines.get()
    add(client)

    response = change(client, {theirs: "1"}, next="checkout")

    assert response.url == reverse("orders:basket")
    assert "changed in another tab" in client.get(response.url).content.decode()


def test_what_was_typed_stays_while_the_shop_is_too_busy_to_save_it(client, monkeypatch):
    add(client)
    monkeypatch.setattr("orders.views.basket.services.change_basket", too_busy)

    page = change(client, {BasketLine.objects.get(): "7"})

    assert page.status_code == 409
    assert 'value="7"' in page.content.decode()
    assert "A lot is going on" in page.content.decode()


def too_busy(**_command):
    raise Busy("A lot is going on right now.")


def test_the_basket_form_of_a_user_who_was_signed_out_asks_to_sign_in(client, sign_in):
    sign_in(CUSTOMER)
    add(client)
    signed = client.get(reverse("orders:basket")).context["signed_basket"]
    client.logout()

    response = change(client, {BasketLine.objects.get(): "3"}, basket=signed, next="checkout")

    assert response.url.startswith("/accounts/sign-in/")
    assert client.get(reverse("orders:basket")).context["basket"].totals.total == Decimal("12.99")


def test_a_basket_that_was_ordered_in_another_tab_is_not_changed(client):
    add(client)
    line = BasketLine.objects.get()
    shop.place(Basket.objects.get())

    assert "ordered already" in client.get(change(client, {line: "2"}).url).content.decode()
    assert change(client, {line: "2"}, headers=HTMX)["HX-Redirect"] == "/basket/"


def test_the_form_of_a_basket_continues_it_after_the_session_was_lost(client):
    add(client)
    signed = client.get(reverse("orders:basket")).context["signed_basket"]
    client.cookies.clear()

    assert change(client, {BasketLine.objects.get(): "3"}, basket=signed, next="checkout").url == "/checkout/"
    assert client.session["basket_count"] == 3

    client.cookies.clear()
    page = client.get(change(client, {BasketLine.objects.get(): "4"}, basket="forged").url)
    assert "no basket any more" in page.content.decode()


def test_the_forms_of_the_basket_and_the_pizza_page_leave_it_to_the_shop_to_refuse_a_quantity(client):
    add(client)

    for address, form in [("/basket/", "basket"), ("/menu/margherita/", "pizza-form")]:
        html = client.get(address).content.decode()
        assert "novalidate" in re.search(rf'<form[^>]*class="[^"]*{form}".*?>', html, re.DOTALL)[0], address


def test_a_double_click_adds_one_pizza(client):
    key = str(uuid4())
    add(client, key=key)
    add(client, key=key)

    assert BasketLine.objects.get().quantity == 1
    assert client.session["basket_count"] == 1


def test_a_double_click_of_a_browser_without_a_session_adds_one_pizza_to_one_basket():
    key = str(uuid4())
    first, second = Client(), Client()  # the second click is sent before the answer to the first has set a cookie
    add(first, key=key)
    add(second, key=key)

    assert BasketLine.objects.get().quantity == 1
    assert Basket.objects.count() == 1
    assert first.session["basket"] == second.session["basket"]


def test_each_page_has_a_form_with_a_new_key_so_that_the_same_pizza_can_be_added_again(client):
    keys = [re.search(r'name="key" value="(.*?)"', client.get("/menu/margherita/").content.decode())[1] for _ in "12"]
    for key in keys:
        add(client, key=key)

    assert len(set(keys)) == 2
    assert BasketLine.objects.get().quantity == 2


def test_a_form_sent_again_with_other_toppings_adds_nothing_and_shows_a_new_form(client):
    key = str(uuid4())
    add(client, key=key)

    page = add(client, key=key, add=["olives"])

    assert page.status_code == 422
    assert "This form was sent before with other contents" in page.context["page"].errors[""]
    assert key not in page.content.decode()
    assert BasketLine.objects.get().parsed_selection == shop.pizza()


def test_baskets_of_two_browsers_are_never_the_same(client):
    add(client)
    add(Client())

    assert Basket.objects.count() == 2


def test_a_form_that_is_sent_again_after_its_basket_was_ordered_fills_the_next_one(client):
    key = str(uuid4())
    add(client, key=key)
    spent = Basket.objects.get()
    shop.place(spent)

    add(client, key=key)

    assert BasketLine.objects.exclude(basket=spent).get().quantity == 1
    assert client.session["basket_count"] == 1


def test_a_session_that_has_forgotten_its_newest_baskets_still_gets_a_new_one(client):
    for _ in range(3):
        add(client)
        shop.place(Basket.objects.get(order_ref=None))
    session = client.session
    session["basket"] = str(Basket.objects.order_by("pk").first().ref)
    session.save()

    add(client)

    assert Basket.objects.get(order_ref=None).lines.get().quantity == 1


def add_cola(client, quantity="1", **headers):
    return client.post(reverse("orders:add_to_basket"), {"item": "cola", "quantity": quantity}, headers=headers)


def test_adding_a_simple_item_returns_to_its_place_on_the_menu(client):
    assert add_cola(client).url == "/menu/#add-cola"
    assert 'id="add-cola"' in client.get("/menu/").content.decode()


def test_adding_a_simple_item_by_htmx_answers_with_a_new_form_the_count_and_a_message(client):
    html = add_cola(client, quantity="2", **{"HX-Request": "true"}).content.decode()

    assert "<main" not in html
    assert re.search(r'id="basket-count"[^>]*hx-swap-oob="true">2', html)
    assert "Cola is in your basket." in html
    assert re.search(r'<input id="quantity-cola"[^>]*value="1"', html)


def test_an_invalid_quantity_of_a_simple_item_is_reported_beside_its_field(client):
    answer = add_cola(client, quantity="25", **{"HX-Request": "true"})

    assert answer.status_code == 422
    assert re.search(r'<input id="quantity-cola"[^>]*value="25"[^>]*aria-invalid="true"', answer.content.decode())
    assert 'id="quantity-cola-error" role="alert">Between 1 and 20, please.' in answer.content.decode()


def test_a_basket_line_of_another_basket_can_be_neither_changed_nor_removed(client):
    theirs = shop.basket_of().lines.get()
    add(client)

    change(client, {theirs: "5"})
    change(client, {}, remove=theirs.ref)

    theirs.refresh_from_db()
    assert theirs.quantity == 1


def test_a_basket_line_that_was_sold_out_since_is_marked_and_blocks_the_checkout(client):
    add(client)
    add(client, item="pepperoni", keep=["pepperoni"])
    mark_sold_out(item=Pizza.objects.get(slug="pepperoni"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    basket = client.get(reverse("orders:basket")).context["basket"]

    assert [line.problem for line in basket.lines] == ["", "Pepperoni is sold out."]
    assert not basket.can_check_out


def test_a_basket_line_whose_pizza_has_left_the_menu_keeps_its_name_and_is_marked(client):
    add(client)
    Pizza.objects.all().delete()

    page = client.get(reverse("orders:basket"))

    line = page.context["basket"].lines[0]
    assert line.line.name == "Margherita"
    assert "no longer on our menu" in line.problem
    assert "<img" not in page.content.decode().partition('class="basket-line"')[2].partition("</li>")[0]


def test_no_page_of_a_basket_has_an_image_without_an_address(client):
    """A browser would ask for the page itself again, as the address of the image."""
    add(client)
    add(client, item="cola")
    Pizza.objects.all().delete()

    for page in (client.get(reverse("orders:basket")), client.get(reverse("orders:checkout"), follow=True)):
        assert 'src=""' not in page.content.decode()


def test_the_basket_is_kept_when_the_guest_signs_in(client, sign_in):
    add(client, quantity="3")
    before = client.session["basket"]

    sign_in(CUSTOMER)

    assert client.session["basket"] == before
    assert client.get(reverse("orders:basket")).context["basket"].lines[0].line.quantity == 3


def test_adding_to_a_basket_that_was_ordered_fills_a_new_one(client):
    add(client)
    spent = Basket.objects.get()
    shop.place(spent)

    add(client, quantity="2")

    assert BasketLine.objects.exclude(basket=spent).get().quantity == 2
    assert client.session["basket_count"] == 2
    with pytest.raises(order_services.BasketSpent):
        order_services.add_to_basket(ref=spent.ref, selection=shop.pizza(), quantity=1, by=shop.GUEST, at=FRIDAY_NIGHT)


# --- Prices that change while something is in the basket ---


def reprice(price, slug="margherita"):
    Pizza.objects.filter(slug=slug).update(base_price=Decimal(price))


def price_changes(page):
    """Return the sentences about changed prices on a page, as they are read."""
    found = re.findall(
        r'<p class="price-change" data-announce>.*?<span>(.*?)</span></p>', page.content.decode(), re.DOTALL
    )
    return [re.sub(r"\s+", " ", sentence) for sentence in found]


def seen_on(page):
    """Return what the form of a basket's page sends as the prices that it shows."""
    entries = page.context["basket"].lines
    return {f"{entry.ref}-price": str(entry.line.unit_price) for entry in entries if not entry.problem}


@pytest.mark.parametrize("price", ["14.50", "11.50"], ids=["dearer", "cheaper"])
def test_the_basket_shows_the_old_price_beside_the_new_one_until_the_guest_has_acknowledged_it(client, price):
    add(client)
    assert price_changes(client.get("/basket/")) == []

    reprice(price)
    page = client.get("/basket/")
    again = client.get("/basket/")

    assert price_changes(page) == price_changes(again) == [f"Now €{price} instead of €12.99."]
    assert "I have seen the new price</button>" in page.content.decode()
    for _twice in range(2):
        change(client, {BasketLine.objects.get(): "1"}, acknowledge_prices="1", **seen_on(page))
        assert price_changes(client.get("/basket/")) == []


def test_the_basket_shows_that_a_scheduled_price_has_come_into_force(client, monkeypatch):
    later = clock.now() + timedelta(hours=1)
    add(client)
    menu_services.schedule_price(
        item=Pizza.objects.get(slug="margherita"), price=Decimal("13.50"), valid_from=later, by=SYSTEM, at=clock.now()
    )

    before = client.get("/basket/")
    monkeypatch.setattr(clock, "now", lambda: later)

    assert price_changes(before) == []
    assert price_changes(client.get("/basket/")) == ["Now €13.50 instead of €12.99."]


def test_the_basket_shows_that_a_size_or_a_topping_costs_something_else_but_not_that_its_name_changed(client):
    add(client, size="medium", add=["olives"], quantity="2")

    Topping.objects.filter(slug="olives").update(name="Black olives")
    renamed = client.get("/basket/")
    Size.objects.filter(slug="medium").update(factor=Decimal("1.50"))

    assert "Black olives" in renamed.content.decode()
    assert price_changes(renamed) == []
    assert price_changes(client.get("/basket/")) == ["Now €21.99 each instead of €19.39."]


def test_changing_a_line_acknowledges_the_price_that_its_page_showed_and_no_newer_one(client):
    add(client)
    old_page = client.get("/basket/")
    line = BasketLine.objects.get()
    reprice("14.50")

    answer = change(client, {line: "2"}, headers=HTMX, **seen_on(old_page))
    assert price_changes(answer) == ["Now €14.50 each instead of €12.99."]

    line.refresh_from_db()
    assert price_changes(change(client, {line: "3"}, headers=HTMX, **seen_on(answer))) == []


def test_an_acknowledgement_leaves_alone_what_changed_since_and_lines_of_other_baskets(client):
    add(client)
    theirs = shop.basket_of().lines.get()
    reprice("14.50")
    page = client.get("/basket/")
    reprice("15.50")

    ours = BasketLine.objects.exclude(pk=theirs.pk).get()
    forged = {f"{theirs.ref}-price": "15.50", "x-price": "1", f"{uuid7()}-price": "sNaN"}
    change(client, {ours: "1", theirs: "1"}, acknowledge_prices="1", **seen_on(page), **forged)

    assert price_changes(client.get("/basket/")) == ["Now €15.50 instead of €12.99."]
    theirs.refresh_from_db()
    assert theirs.shown_price == Decimal("12.99")


def test_adding_another_one_does_not_hide_that_the_first_one_costs_something_else_now(client):
    add(client)
    reprice("14.50")

    add(client)

    assert price_changes(client.get("/basket/")) == ["Now €14.50 each instead of €12.99."]


def test_a_line_from_before_prices_were_kept_shows_no_change(client):
    add(client)
    BasketLine.objects.update(shown_price=None)

    reprice("14.50")

    assert price_changes(client.get("/basket/")) == []


def test_a_copy_of_a_past_order_has_the_prices_of_today(client):
    order = shop.place(shop.basket_of())
    reprice("14.50")
    ref = uuid7()

    order_services.copy_basket_of(order=order.ref, into=ref, by=shop.with_link(order), at=FRIDAY_NIGHT)
    summary = order_selectors.basket(ref, at=FRIDAY_NIGHT)

    assert BasketLine.objects.get(basket__ref=ref).shown_price == Decimal("14.50") == summary.totals.total
    assert summary.changed_prices == 0
