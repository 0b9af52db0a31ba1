import re
import time
from decimal import Decimal
from urllib.parse import unquote
from uuid import uuid4

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse

from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from menu.models import Pizza
from menu.services import mark_sold_out
from orders import services as order_services
from orders.models import BasketLine, Order
from orders.views import checkout_draft
from orders.views.checkout_draft import DRAFT_KEY
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.orders.test_basket import add, price_changes, reprice, seen_on
from tests.shop import FRIDAY_NIGHT
from tests.users.account_holders import CARLA, account_holder
from tests.users.account_holders import sign_in as sign_in_to_account

pytestmark = pytest.mark.usefixtures("kitchen")

ANNA = {"name": "Anna Bianchi", "phone": "06 1234 5678", "email": "anna@example.com", "method": "pickup"}


@pytest.fixture
def form(client):
    """Return the data that the checkout page submits for one Margherita."""
    add(client)
    page = client.get(reverse("orders:checkout"))
    return {**ANNA, **hidden(page)}


def hidden(page):
    """Return the hidden fields of a checkout page."""
    return {name: str(page.context["form"][name].value()) for name in ("key", "shown_total", "shown_lines", "basket")}


def send(client, form, **changed):
    page = reverse("orders:checkout")
    return client.post(page, {**form, **changed}, headers={"Referer": f"http://testserver{page}"})


def test_the_checkout_of_an_empty_basket_redirects_to_the_menu(client):
    assert client.get(reverse("orders:checkout")).url == reverse("menu:index")
    assert send(client, ANNA).url == reverse("menu:index")


def test_the_checkout_shows_the_total_that_is_charged(client, form):
    shown = client.get(reverse("orders:checkout")).context["basket"].totals.total

    send(client, form)

    assert Order.objects.get().total == shown == Decimal("12.99")


def test_the_checkout_redirects_a_guest_to_the_link_of_the_order(client, form):
    response = send(client, form)

    order = Order.objects.get()
    assert response.url == reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])
    assert client.get(response.url).context["order"].number == order.number
    assert client.session["basket_count"] == 0


def test_the_checkout_redirects_a_customer_to_the_order_page_without_a_guest_token(sign_in, client):
    sign_in(CUSTOMER)
    add(client)
    page = client.get(reverse("orders:checkout"))

    response = send(client, {**ANNA, **hidden(page)})

    assert response.url == reverse("orders:order", args=[Order.objects.get().ref])


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("name", "", "Please tell us your name"),
        ("name", " \n ", "Please tell us your name"),
        ("phone", "", "Please give us a number"),
        ("phone", "12", "does not look like a phone number"),
        ("phone", "call me", "does not look like a phone number"),
        ("phone", "06 1234 5678 ext. 12", "without an extension"),
        ("email", "anna@", "does not look like an e-mail"),
        ("email", "anna@localhost", "does not look like an e-mail"),
    ],
)
def test_an_invalid_contact_is_reported_beside_its_field_and_the_checkout_form_is_kept(
    client, form, field, typed, message
):
    response = send(client, form, **{field: typed}, notes="ring twice")

    assert response.status_code == 422
    assert message in str(response.context["form"].errors[field])
    assert response.context["form"]["notes"].value() == "ring twice"
    assert not Order.objects.exists()


def test_a_line_break_in_the_name_at_the_checkout_becomes_a_blank(client, form):
    send(client, form, name="Anna\r\nBcc: everybody")

    assert Order.objects.get().contact.name == "Anna Bcc: everybody"


def test_a_name_with_a_link_is_refused_at_the_checkout(client, form):
    response = send(client, form, name="Win at www.evil.example")

    assert response.status_code == 422
    assert "Only your name, please, without a link." in response.content.decode()
    assert not Order.objects.exists()


def test_the_checkout_asks_again_with_the_new_total_when_a_price_has_changed(client, form):
    Pizza.objects.filter(slug="margherita").update(base_price=Decimal("13.99"))

    refused = send(client, form)
    assert refused.status_code == 409
    assert "12.99" in refused.context["refusal"]
    assert "13.99" in refused.context["refusal"]
    assert refused.context["form"]["name"].value() == "Anna Bianchi"

    assert send(client, form, **hidden(refused)).status_code == 302
    assert Order.objects.get().total == Decimal("13.99")


def test_the_checkout_is_refused_naming_the_sold_out_pizza_and_the_basket_is_kept(client, form):
    add(client, item="pepperoni", keep=["pepperoni"])
    page = client.get(reverse("orders:checkout"))
    mark_sold_out(item=Pizza.objects.get(slug="pepperoni"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    refused = send(client, form, **hidden(page))

    assert refused.context["refusal"] == "Pepperoni is sold out."
    assert [line.problem for line in refused.context["basket"].lines] == ["", "Pepperoni is sold out."]
    assert not Order.objects.exists()


def test_the_checkout_is_refused_while_the_kitchen_is_at_capacity(client, form):
    send(client, form)
    add(client)
    page = client.get(reverse("orders:checkout"))
    Kitchen.objects.update(max_concurrent_orders=1)

    refused = send(client, {**ANNA, **hidden(page)})

    assert refused.status_code == 409
    assert "at capacity" in refused.context["refusal"]


def test_a_checkout_form_that_is_sent_twice_places_one_order_with_one_url(client, form):
    first, second = send(client, form), send(client, form)

    assert first.url == second.url
    assert Order.objects.count() == Ticket.objects.count() == 1


def test_a_checkout_from_two_tabs_places_one_order_and_the_second_tab_shows_it(client, form):
    other_tab = {**form, **hidden(client.get(reverse("orders:checkout")))}

    first = send(client, form)
    second = client.post(reverse("orders:checkout"), {**other_tab, "name": "Anna B."}, follow=True)

    assert Order.objects.count() == 1
    assert second.redirect_chain[-1][0] == first.url
    assert "ordered already" in second.content.decode()


def test_a_checkout_form_sent_again_with_changes_is_refused_and_shows_the_placed_order(client, form):
    at_home = {**form, "method": "delivery", "street": "Via Appia 7", "city": "Roma"}
    first = send(client, at_home)

    second = send(client, at_home, street="Via Veneto 1")

    html = second.content.decode()
    assert second.status_code == 422
    assert "What you changed has not reached us." in html
    assert f'<a href="{first.url}">order #{Order.objects.get().number}</a>' in html
    assert second.context["existing_order"].address == ["Via Appia 7", "Roma"]
    assert second.context["form"]["street"].value() == "Via Veneto 1"
    assert "Place the order" not in html
    assert Order.objects.get().contact.street == "Via Appia 7"
    assert send(client, at_home).url == first.url


def test_the_checkout_shows_the_minutes_for_pickup_and_for_delivery(client, form):
    page = client.get(reverse("orders:checkout"))

    html, minutes = page.content.decode(), page.context["quote"].minutes
    assert minutes[FulfillmentMethod.DELIVERY] == minutes[FulfillmentMethod.PICKUP] + 20
    assert f"hot at our counter, in about {minutes[FulfillmentMethod.PICKUP]} minutes" in html
    assert f"hot to your door, in about {minutes[FulfillmentMethod.DELIVERY]} minutes" in html


@pytest.mark.parametrize("closed", [{"taking_orders": False}, {"max_concurrent_orders": 1}], ids=["paused", "full"])
def test_the_checkout_shows_the_reason_instead_of_the_form_while_no_orders_are_accepted(client, form, closed):
    shop.place()
    Kitchen.objects.update(**closed)

    page = client.get(reverse("orders:checkout"))

    html = page.content.decode()
    assert page.context["refusal"] == page.context["quote"].message in html
    assert 'id="checkout"' not in html
    assert "We keep your basket for you until then." in html


def test_a_checkout_form_that_was_refused_while_the_kitchen_was_paused_can_be_sent_again_later(client, form):
    Kitchen.objects.update(taking_orders=False)
    refused = send(client, form, name="")
    assert "taking a break" in refused.context["refusal"]
    assert "Try again · " in refused.content.decode()

    Kitchen.objects.update(taking_orders=True)
    assert send(client, form).status_code == 302


def test_the_checkout_shows_no_form_while_the_basket_contains_a_sold_out_pizza(client, form):
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    html = client.get(reverse("orders:checkout")).content.decode()

    assert 'id="checkout"' not in html
    assert "cannot be ordered just now" in html
    assert "Take out Margherita and go on" in html


@pytest.mark.parametrize(
    ("field", "typed"), [("key", "x"), ("key", ""), ("shown_total", ""), ("shown_total", "NaN"), ("shown_lines", "")]
)
def test_a_checkout_form_with_invalid_hidden_fields_is_refused_and_can_be_sent_again(client, form, field, typed):
    response = send(client, form, **{field: typed})

    assert response.status_code == 422
    assert not Order.objects.exists()
    assert "look at the total once more" in response.context["refusal"]
    assert send(client, form, **hidden(response)).status_code == 302


def test_a_checkout_of_a_changed_basket_is_refused_even_at_the_same_total(client, form):
    """Another tab replaces the Margherita with a pizza of the same price."""
    Pizza.objects.filter(slug="pepperoni").update(base_price=Decimal("12.99"))
    line = client.get(reverse("orders:basket")).context["basket"].lines[0]
    add(client, item="pepperoni", keep=["pepperoni"])
    client.post(reverse("orders:basket"), {"remove": line.ref})

    refused = send(client, form)

    assert "Your basket, or a dish in it, has changed" in refused.context["refusal"]
    assert not Order.objects.exists()


def test_a_customers_used_idempotency_key_does_not_place_an_order_for_a_new_basket(sign_in, client):
    sign_in(CUSTOMER)
    add(client)
    form = {**ANNA, **hidden(client.get(reverse("orders:checkout")))}
    send(client, form)
    add(client)

    second = send(client, form)

    assert second.status_code == 422
    assert Order.objects.count() == 1
    assert client.session["basket_count"] == 1


def test_invisible_and_text_direction_characters_are_removed_from_notes_and_allergies(client, form):
    send(client, form, allergies="\u202enuts\u200b", notes="two\r\nlines\u2066")

    contact = Order.objects.get().contact
    assert contact.allergies == "nuts"
    assert contact.notes.splitlines() == ["two", "lines"]


def test_notes_are_reduced_to_six_lines_of_text_without_losing_a_word(client, form):
    send(client, form, notes="ring\r\n\r\n\r\n twice " + "\n".join("abcdefgh"))

    assert Order.objects.get().contact.notes.splitlines() == ["ring", "twice a", "b", "c", "d", "e f g h"]


@pytest.mark.parametrize("missing", ["street", "city"])
def test_a_missing_street_or_city_is_reported_in_the_words_of_the_order_service(client, form, missing):
    response = send(client, form, **{"method": "delivery", "street": "Via Appia 7", "city": "Roma", missing: " "})

    assert response.context["form"].errors == {missing: [order_services.REQUIRED_FOR_DELIVERY[missing]]}


def test_an_email_address_that_is_too_long_is_refused_at_the_checkout(client, form):
    response = send(client, form, email="a" * 250 + "@example.com")

    assert response.status_code == 422
    assert response.context["form"].errors["email"]


# --- What was typed is never lost ---


def typed_on(page):
    """Return what the fields of a checkout page contain, without those that nobody types into."""
    form = page.context["form"]
    return {name: form[name].value() for name in ("name", "phone", "email", "notes", "method")}


def test_a_checkout_without_the_session_that_began_it_places_the_order(client, form):
    client.cookies.clear()

    response = send(client, form)

    order = Order.objects.get()
    assert response.url == reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])
    assert client.session["basket_count"] == 0


def test_after_a_lost_session_the_form_is_corrected_like_any_other(client, form):
    client.cookies.clear()

    page = send(client, form, name="")

    assert page.status_code == 422
    assert page.context["form"]["phone"].value() == ANNA["phone"]
    assert client.session["basket_count"] == 1
    assert send(client, form, **hidden(page)).status_code == 302


@pytest.mark.parametrize("signed", ["", "x", "0190a0c8-0000-7000-8000-000000000000 :1wabcd:forged"])
def test_a_basket_that_the_shop_has_not_signed_is_not_used_and_what_was_typed_is_kept(client, form, signed):
    client.cookies.clear()

    assert send(client, form, basket=signed, notes="ring twice").url == reverse("menu:index")

    add(client)
    assert typed_on(client.get(reverse("orders:checkout")))["notes"] == "ring twice"
    assert not Order.objects.exists()


def test_a_signed_basket_expires(client, form, monkeypatch):
    client.cookies.clear()
    in_five_hours = time.time() + 5 * 3600
    monkeypatch.setattr("time.time", lambda: in_five_hours)

    assert send(client, form).url == reverse("menu:index")


def test_the_form_of_a_customer_who_was_signed_out_asks_to_sign_in_and_keeps_all(sign_in, client):
    sign_in(CUSTOMER)
    add(client)
    form = {**ANNA, **hidden(client.get(reverse("orders:checkout")))}
    client.logout()

    assert unquote(send(client, form, notes="ring twice").url) == "/accounts/sign-in/?next=/checkout/"

    assert not Order.objects.exists()
    page = client.get(reverse("orders:checkout"))
    assert typed_on(page)["notes"] == "ring twice"
    assert page.context["basket"].totals.total == Decimal("12.99")


def test_the_form_of_another_user_is_not_continued(sign_in, client):
    sign_in(CUSTOMER)
    add(client)
    form = {**ANNA, **hidden(client.get(reverse("orders:checkout")))}
    client.logout()
    sign_in(CUSTOMER)

    assert send(client, form).url == reverse("menu:index")


def test_a_signed_basket_is_no_way_to_the_order_that_it_became(client, form):
    send(client, form)
    order = Order.objects.get()

    client.cookies.clear()
    for changed in ({"name": ""}, {"name": "Somebody"}, {"key": str(uuid4())}):  # the first one continues the basket
        page = send(client, form, **changed)
        assert order.contact.guest_token not in page.content.decode() + page.headers.get("Location", "")

    client.cookies.clear()  # the same form again, as it was: a double click of a browser that has lost its session
    assert order.contact.guest_token in send(client, form).url


def test_what_a_guest_typed_is_not_shown_to_somebody_who_signs_in_later(client, form, sign_in):
    send(client, form, leave="basket", notes="ring twice")
    assert typed_on(client.get(reverse("orders:checkout")))["notes"] == "ring twice"

    page = sign_in(CUSTOMER, first_name="Carla", last_name="Conti").get(reverse("orders:checkout"))

    assert typed_on(page)["notes"] is None
    assert typed_on(page)["name"] == "Carla Conti"


def test_an_empty_basket_keeps_what_was_typed(client, form):
    client.post(reverse("orders:basket"), {"remove": BasketLine.objects.get().ref})  # in another tab

    assert send(client, form, notes="ring twice").url == reverse("menu:index")

    add(client)
    assert typed_on(client.get(reverse("orders:checkout")))["notes"] == "ring twice"


@pytest.mark.parametrize(
    ("leave", "address"), [("basket", "/basket/"), ("sign_in", "/accounts/sign-in/?next=/checkout/")]
)
def test_what_was_typed_is_kept_while_the_guest_is_on_another_page(client, form, leave, address):
    response = send(client, form, leave=leave, name="Bo <b>", phone="12", method="delivery")
    assert unquote(response.url) == address

    page = client.get(reverse("orders:checkout"))

    kept = {"name": "Bo <b>", "phone": "12", "email": ANNA["email"], "notes": None, "method": "delivery"}
    assert typed_on(page) == kept
    assert page.context["form"]["key"].value() != form["key"]
    assert not Order.objects.exists()


def test_what_was_typed_is_kept_over_the_sign_in_and_completes_what_the_shop_knows(client, form, sign_in):
    send(client, form, leave="sign_in", name="", notes="ring twice")

    page = sign_in(CUSTOMER, first_name="Carla", last_name="Conti", email="carla@example.com").get(
        reverse("orders:checkout")
    )

    assert typed_on(page)["name"] == "Carla Conti"
    assert typed_on(page)["email"] == ANNA["email"]
    assert typed_on(page)["notes"] == "ring twice"


def test_what_was_typed_is_deleted_with_the_order_and_is_never_in_the_session(client, form):
    send(client, form, leave="basket")
    key = f"checkout_draft:{client.session[DRAFT_KEY]}"
    assert cache.get(key)["typed"]["phone"] == ANNA["phone"]
    assert ANNA["phone"] not in str(dict(client.session))

    send(client, form)

    assert cache.get(key) is None
    assert DRAFT_KEY not in client.session


def test_what_was_typed_is_kept_no_longer_than_it_may_be(client, form, monkeypatch):
    monkeypatch.setattr(checkout_draft, "MAX_AGE_SECONDS", 0)

    send(client, form, leave="basket")

    assert client.get(reverse("orders:checkout")).context["form"]["name"].value() is None


def test_what_a_guest_typed_does_not_untick_what_a_customer_is_offered(client, form, sign_in):
    send(client, form, leave="sign_in")

    page = sign_in(CUSTOMER).get(reverse("orders:checkout"))

    assert page.context["form"]["remember"].value() is True


def test_what_is_sold_out_can_be_taken_out_at_the_checkout_and_what_was_typed_is_kept(client, form):
    add(client, item="pepperoni", keep=["pepperoni"])
    form |= hidden(client.get(reverse("orders:checkout")))
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)
    refused = send(client, form, notes="ring twice")
    assert "Take out Margherita and go on" in refused.content.decode()
    assert "€0.00" not in refused.content.decode()

    assert send(client, form, notes="ring twice", take_out="1").url == reverse("orders:checkout")

    page = client.get(reverse("orders:checkout"))
    assert "We have taken out: Margherita." in page.content.decode()
    assert typed_on(page)["notes"] == "ring twice"
    assert client.session["basket_count"] == 1
    send(client, {**form, **hidden(page)})
    assert Order.objects.get().total == Decimal("14.99")


def test_taking_out_everything_returns_to_the_menu_and_keeps_what_was_typed(client, form):
    mark_sold_out(item=Pizza.objects.get(slug="margherita"), until=None, by=SYSTEM, at=FRIDAY_NIGHT)

    response = client.post(reverse("orders:checkout"), {**form, "take_out": "1"}, follow=True)

    assert response.redirect_chain[-1][0] == reverse("menu:index")
    add(client, item="pepperoni", keep=["pepperoni"])
    assert typed_on(client.get(reverse("orders:checkout")))["name"] == ANNA["name"]


def test_the_confirmed_email_of_an_account_is_filled_in_at_the_checkout(client, kitchen):
    account_holder(first_name="Carla")
    sign_in_to_account(client)
    add(client)

    assert client.get(reverse("orders:checkout")).context["form"]["email"].value() == CARLA


def test_an_email_that_nobody_has_confirmed_is_not_filled_in(client, sign_in):
    user = sign_in(CUSTOMER, email="").user
    EmailAddress.objects.create(user=user, email=CARLA, verified=False, primary=True)
    add(client)

    assert client.get(reverse("orders:checkout")).context["form"]["email"].value() == ""


# --- Several errors at once ---


def fields_in_order(html):
    """Return the names of a page's fields in the order in which it shows them, each once."""
    names = re.findall(r'<(?:input|textarea|select)(?![^>]*type="hidden")[^>]*name="([^"]+)"', html)
    return list(dict.fromkeys(names))


@pytest.mark.parametrize("role", [None, CUSTOMER])
def test_a_checkout_form_has_its_fields_in_the_order_in_which_its_page_shows_them(client, sign_in, role):
    if role:
        sign_in(role)
    add(client)
    page = client.get(reverse("orders:checkout"))

    in_form = [field.name for field in page.context["form"].visible_fields()]
    assert [name for name in in_form if name != "code"] == fields_in_order(page.content.decode())


def test_with_several_errors_the_first_wrong_field_has_the_focus_and_a_summary_links_to_each(client, form):
    page = send(client, form, method="delivery", name="", email="nope", code="")

    html = page.content.decode()
    focused = re.findall(r"<(?:input|textarea)[^>]*\bautofocus\b[^>]*>", html)
    assert [re.search(r'name="(\w+)"', field)[1] for field in focused] == ["street"]
    summary = html.partition("error-summary")[2].partition("</ul>")[0]
    assert re.findall(r'href="#(\w+)"', summary) == ["id_street", "id_city", "id_name", "id_email"]
    assert all(f'id="{name}"' in html for name in ("id_street", "id_city", "id_name", "id_email", "id_method"))


def test_what_is_no_phone_number_is_refused_with_one_sentence(client, form):
    assert send(client, form, phone="abc").context["form"].errors["phone"] == [
        "That does not look like a phone number. Is a digit missing?"
    ]


def test_a_guest_who_signs_in_from_the_basket_or_the_checkout_returns_there(client, form):
    for address in ("/basket/", "/checkout/"):
        assert f'href="/accounts/sign-in/?next={address}"' in client.get(address).content.decode()


def test_a_single_error_needs_no_summary(client, form):
    assert "error-summary" not in send(client, form, name="").content.decode()


# --- Prices that change while something is in the basket ---


def test_the_checkout_shows_the_old_price_beside_the_new_one_until_the_guest_has_acknowledged_it(client, form):
    reprice("13.99")
    page = client.get(reverse("orders:checkout"))
    assert price_changes(page) == ["Now €13.99 instead of €12.99."]
    assert 'One price has changed: see <a href="#your-order">' in page.content.decode()  # on a phone, it is below

    for _twice in range(2):
        answer = send(client, form, acknowledge_prices="1", notes="Ring twice", **seen_on(page))
        assert answer.url == reverse("orders:checkout")
        assert price_changes(shown := client.get(answer.url)) == []
        assert shown.context["form"]["notes"].value() == "Ring twice"
    assert not Order.objects.exists()


def test_a_checkout_that_computes_its_total_anew_says_which_price_has_changed(client, form):
    reprice("11.99")

    page = send(client, form, update="1", tip="5")

    assert price_changes(page) == ["Now €11.99 instead of €12.99."]
    swapped = re.search(r'hx-select-oob="([^"]*)"', page.content.decode())[1].split(",")
    assert {"#checkout-lines", "#checkout-total"} <= set(swapped)


def test_an_order_at_a_new_price_can_be_placed_without_acknowledging_it_first(client, form):
    reprice("13.99")

    refused = send(client, form)
    assert price_changes(refused) == ["Now €13.99 instead of €12.99."]
    send(client, form, **hidden(refused))

    assert Order.objects.get().total == Decimal("13.99")


def test_a_basket_that_is_ordered_meanwhile_acknowledges_nothing(client, form):
    page = client.get(reverse("orders:checkout"))
    send(client, form)

    answer = send(client, form, acknowledge_prices="1", **seen_on(page))

    assert answer.url == reverse("orders:checkout")
    assert "ordered already" in client.get(answer.url, follow=True).content.decode()
