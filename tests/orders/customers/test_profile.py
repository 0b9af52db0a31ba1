"""What a customer lets us keep: seen and changed at /profile/, offered and used at the checkout."""

import pytest
from django.urls import reverse

from orders.customers import selectors as customer_selectors
from orders.customers import services as customer_services
from orders.customers.models import Customer
from orders.models import Order
from pizzeria.foundation import failpoints
from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.events.domain_events import load
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.refusals import Busy, NotAllowed
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.orders.test_basket import add
from tests.orders.test_checkout_page import ANNA, hidden
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

PROFILE, CHECKOUT = reverse("customers:profile"), reverse("orders:checkout")


@pytest.fixture
def carla(sign_in):
    """A customer's browser."""
    return sign_in(CUSTOMER, first_name="Carla", last_name="Conti")


def saved_by(browser):
    """Return the saved name and phone; before the first act as a customer, the account's name."""
    customer = Customer.objects.filter(user=browser.user).first()
    return (customer.name, str(customer.phone)) if customer else (Customer.name_of(browser.user), "")


def change(browser, name="Carla C.", phone="+390687654321"):
    by = shop.acting_as(CUSTOMER, browser.user.pk)
    return customer_services.change_contact(name=name, phone=phone, by=by, at=FRIDAY_NIGHT)


def news_of(browser):
    events = StoredEvent.objects.filter(aggregate_ref__in=Customer.objects.filter(user=browser.user).values("ref"))
    return [(event.type, load(event).model_dump()) for event in events][1:]  # the first: registered


def checkout_of(browser):
    """Put a Margherita into the basket and open the checkout."""
    add(browser)
    return browser.get(CHECKOUT)


def order(browser, **typed):
    page = checkout_of(browser)
    return browser.post(CHECKOUT, {**ANNA, **hidden(page), **typed})


def test_begins_with_the_name_of_the_account(carla):
    form = carla.get(PROFILE).context["form"]

    assert [form[field].value() for field in ("name", "phone")] == ["Carla Conti", ""]


def test_of_somebody_with_a_long_name_begins_with_as_much_of_it_as_is_kept(sign_in):
    browser = sign_in(CUSTOMER, first_name="Carla" * 20)

    assert saved_by(browser) == ("Carla" * 16, "")


def test_shows_what_is_kept(carla):
    change(carla)

    form = carla.get(PROFILE).context["form"]

    assert (form["name"].value(), form["phone"].value()) == ("Carla C.", "+39 06 8765 4321")


def test_keeps_what_is_typed_and_says_so(carla):
    page = carla.post(PROFILE, {"name": " Carla \n Conti ", "phone": "06 8765 4321"}, follow=True)

    assert "Saved." in page.content.decode()
    assert saved_by(carla) == ("Carla Conti", "+390687654321")


def test_forgets_what_is_left_empty(carla):
    change(carla)

    carla.post(PROFILE, {"name": "", "phone": ""})

    assert saved_by(carla) == ("", "")
    assert saved_by(carla) == ("", "")


def test_says_beside_the_field_what_is_wrong_and_keeps_the_form(carla):
    change(carla)

    page = carla.post(PROFILE, {"name": "Carla", "phone": "12"})

    assert page.status_code == 422
    assert "does not look like a phone number" in str(page.context["form"].errors["phone"])
    assert page.context["form"]["name"].value() == "Carla"
    assert saved_by(carla)[0] == "Carla C."


def test_says_a_refusal_on_the_form_as_it_was_typed(carla):
    with failpoints.armed("orders.change_contact.begun", somebody_holds_it):
        page = carla.post(PROFILE, {"name": "Carla", "phone": ""})

    assert page.status_code == 409
    assert "A lot is going on" in page.content.decode()
    assert page.context["form"]["name"].value() == "Carla"


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER, MANAGER, ADMIN], ids=lambda role: role.name)
def test_is_everybodys_own_and_in_the_header_of_every_page(sign_in, role):
    change(sign_in(CUSTOMER))
    browser = sign_in(role, first_name="Bruno")

    assert f'href="{PROFILE}"' in browser.get(reverse("menu:index")).content.decode()
    assert browser.get(PROFILE).context["form"]["name"].value() == "Bruno Conti"


def test_is_never_kept_by_a_browser(carla):
    assert "no-store" in carla.get(PROFILE)["Cache-Control"]


def test_change_is_written_down_without_what_it_says(carla):
    change(carla)
    change(carla, name="Zsa Zsa")

    assert news_of(carla) == [
        ("customer.contact_changed.v1", {"fields": ("name", "phone")}),
        ("customer.contact_changed.v1", {"fields": ("name",)}),
    ]
    written = " ".join(str(event.data) for event in StoredEvent.objects.filter(stream="customer"))
    assert not any(personal in written for personal in ("Carla", "Zsa", "87654321"))


def test_change_to_the_same_changes_nothing_and_is_not_written_down(carla):
    change(carla)

    change(carla)

    assert len(news_of(carla)) == 1
    assert saved_by(carla) == ("Carla C.", "+390687654321")


def test_change_registers_whom_signing_in_did_not(carla):
    assert not Customer.objects.exists()

    change(carla)

    assert saved_by(carla) == ("Carla C.", "+390687654321")
    assert [kind for kind, _data in news_of(carla)] == ["customer.contact_changed.v1"]


def test_change_is_not_a_guests():
    with pytest.raises(NotAllowed):
        customer_services.change_contact(name="Anna", phone="", by=GUEST, at=FRIDAY_NIGHT)

    assert not Customer.objects.exists()


def test_change_leaves_placed_orders_as_they_were(carla):
    order(carla)

    change(carla)

    assert Order.objects.get().contact.name == "Anna Bianchi"


def test_of_somebody_new_begins_with_the_account_and_offers_to_remember(carla):
    form = checkout_of(carla).context["form"]

    assert [form[field].value() for field in ("name", "phone", "remember")] == ["Carla Conti", "", True]


def test_fills_in_the_checkout_and_leaves_it_to_the_customer_to_keep_another(carla):
    change(carla)

    form = checkout_of(carla).context["form"]

    assert [form[field].value() for field in ("name", "phone", "remember")] == ["Carla C.", "+39 06 8765 4321", False]


def test_forgets_a_name_at_the_checkout_too(carla):
    change(carla, name="")

    assert checkout_of(carla).context["form"]["name"].value() == ""


def test_is_offered_to_no_guest(client):
    page = checkout_of(client)

    assert "remember" not in page.context["form"].fields
    assert "Remember my name" not in page.content.decode()


def test_keeps_what_was_typed_at_the_checkout_when_it_is_asked_to(carla):
    change(carla)

    order(carla, remember="on")

    assert saved_by(carla) == ("Anna Bianchi", "+390612345678")


def test_keeps_nothing_from_the_checkout_unasked(carla):
    order(carla)

    assert Order.objects.get().contact.name == "Anna Bianchi"
    assert saved_by(carla) == ("Carla Conti", "")


def test_keeps_nothing_of_an_order_that_was_refused_and_still_offers_it(carla):
    page = order(carla, remember="on", shown_total="1.00")

    assert page.status_code == 409
    assert page.context["form"]["remember"].value()
    assert saved_by(carla) == ("Carla Conti", "")


def test_loses_no_order_when_it_cannot_be_kept(carla):
    with failpoints.armed("orders.change_contact.begun", somebody_holds_it):
        answer = order(carla, remember="on")

    page = carla.get(answer.url)
    assert answer.url == Order.objects.get().get_absolute_url()
    assert "Your order is placed, but we could not remember" in page.content.decode()
    assert saved_by(carla) == ("Carla Conti", "")


def test_loses_no_order_when_keeping_it_fails_and_keeps_it_when_the_form_is_sent_again(carla):
    form = {**ANNA, **hidden(checkout_of(carla)), "remember": "on"}
    with failpoints.armed("orders.change_contact.begun", the_plug_is_pulled), pytest.raises(ConnectionError):
        carla.post(CHECKOUT, form)

    again = carla.post(CHECKOUT, form)

    assert again.url == Order.objects.get().get_absolute_url()
    assert saved_by(carla)[0] == "Anna Bianchi"


def test_takes_one_query_to_look_up(carla, django_assert_num_queries):
    change(carla)

    with django_assert_num_queries(1):
        assert customer_selectors.saved_contact(shop.acting_as(CUSTOMER, carla.user.pk)).name == "Carla C."


def somebody_holds_it():
    raise Busy("A lot is going on right now.")


def the_plug_is_pulled():
    raise ConnectionError
