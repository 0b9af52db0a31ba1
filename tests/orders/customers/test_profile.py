"""The saved contact of a customer: shown and changed at /profile/, used and saved at the checkout."""

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
    """Return the browser of a signed-in customer."""
    return sign_in(CUSTOMER, first_name="Carla", last_name="Conti")


def saved_by(browser):
    """Return the saved name and phone; before the first act as a customer, the account's name."""
    customer = Customer.objects.filter(user=browser.user).first()
    return (customer.name, str(customer.phone)) if customer else (Customer.name_of(browser.user), "")


def change(browser, name="Carla C.", phone="+390687654321"):
    by = shop.acting_as(CUSTOMER, browser.user.pk)
    return customer_services.change_contact(name=name, phone=phone, by=by, at=FRIDAY_NIGHT)


def events_of(browser):
    events = StoredEvent.objects.filter(aggregate_ref__in=Customer.objects.filter(user=browser.user).values("ref"))
    return [(event.type, load(event).model_dump()) for event in events][1:]  # the first: registered


def checkout_of(browser):
    """Put a Margherita into the basket and return the checkout page."""
    add(browser)
    return browser.get(CHECKOUT)


def order(browser, **typed):
    page = checkout_of(browser)
    return browser.post(CHECKOUT, {**ANNA, **hidden(page), **typed})


def test_the_profile_begins_with_the_name_of_the_account(carla):
    form = carla.get(PROFILE).context["form"]

    assert [form[field].value() for field in ("name", "phone")] == ["Carla Conti", ""]


def test_a_long_account_name_is_truncated_in_the_saved_contact(sign_in):
    browser = sign_in(CUSTOMER, first_name="Carla" * 20)

    assert saved_by(browser) == ("Carla" * 16, "")


def test_the_profile_shows_the_saved_contact(carla):
    change(carla)

    form = carla.get(PROFILE).context["form"]

    assert (form["name"].value(), form["phone"].value()) == ("Carla C.", "+39 06 8765 4321")


def test_the_profile_saves_name_and_phone_and_confirms_it(carla):
    page = carla.post(PROFILE, {"name": " Carla \n Conti ", "phone": "06 8765 4321"}, follow=True)

    assert "Saved." in page.content.decode()
    assert saved_by(carla) == ("Carla Conti", "+390687654321")


def test_fields_that_are_left_empty_in_the_profile_are_deleted(carla):
    change(carla)

    carla.post(PROFILE, {"name": "", "phone": ""})

    assert saved_by(carla) == ("", "")
    assert carla.get(PROFILE).context["form"].initial == {"name": "", "phone": ""}


def test_an_invalid_phone_in_the_profile_is_reported_beside_its_field_and_not_saved(carla):
    change(carla)

    page = carla.post(PROFILE, {"name": "Carla", "phone": "12"})

    assert page.status_code == 422
    assert "does not look like a phone number" in str(page.context["form"].errors["phone"])
    assert page.context["form"]["name"].value() == "Carla"
    assert saved_by(carla)[0] == "Carla C."


def test_a_refusal_is_shown_on_the_profile_with_the_form_as_it_was_submitted(carla):
    with failpoints.armed("orders.change_contact.begun", raise_lock_timeout):
        page = carla.post(PROFILE, {"name": "Carla", "phone": ""})

    assert page.status_code == 409
    assert "A lot is going on" in page.content.decode()
    assert page.context["form"]["name"].value() == "Carla"


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER, MANAGER, ADMIN], ids=lambda role: role.name)
def test_every_role_has_a_profile_of_its_own_and_a_link_to_it_in_the_header(sign_in, role):
    change(sign_in(CUSTOMER))
    browser = sign_in(role, first_name="Bruno")

    assert f'href="{PROFILE}"' in browser.get(reverse("menu:index")).content.decode()
    assert browser.get(PROFILE).context["form"]["name"].value() == "Bruno Conti"


def test_the_profile_page_is_never_cached(carla):
    assert "no-store" in carla.get(PROFILE)["Cache-Control"]


def test_changing_the_contact_records_an_event_with_the_changed_fields_but_not_their_values(carla):
    change(carla)
    change(carla, name="Zsa Zsa")

    assert events_of(carla) == [
        ("customer.contact_changed.v1", {"fields": ("name", "phone")}),
        ("customer.contact_changed.v1", {"fields": ("name",)}),
    ]
    written = " ".join(str(event.data) for event in StoredEvent.objects.filter(stream="customer"))
    assert not any(personal in written for personal in ("Carla", "Zsa", "87654321"))


def test_saving_the_same_contact_again_records_no_event(carla):
    change(carla)

    change(carla)

    assert len(events_of(carla)) == 1
    assert saved_by(carla) == ("Carla C.", "+390687654321")


def test_changing_the_contact_registers_a_customer_who_is_not_registered_yet(carla):
    assert not Customer.objects.exists()

    change(carla)

    assert saved_by(carla) == ("Carla C.", "+390687654321")
    assert [kind for kind, _data in events_of(carla)] == ["customer.contact_changed.v1"]


def test_a_guest_may_not_change_a_contact():
    with pytest.raises(NotAllowed):
        customer_services.change_contact(name="Anna", phone="", by=GUEST, at=FRIDAY_NIGHT)

    assert not Customer.objects.exists()


def test_changing_the_contact_does_not_change_placed_orders(carla):
    order(carla)

    change(carla)

    assert Order.objects.get().contact.name == "Anna Bianchi"


def test_the_checkout_of_a_new_customer_begins_with_the_account_name_and_remember_ticked(carla):
    form = checkout_of(carla).context["form"]

    assert [form[field].value() for field in ("name", "phone", "remember")] == ["Carla Conti", "", True]


def test_the_checkout_begins_with_the_saved_contact_and_remember_unticked(carla):
    change(carla)

    form = checkout_of(carla).context["form"]

    assert [form[field].value() for field in ("name", "phone", "remember")] == ["Carla C.", "+39 06 8765 4321", False]


def test_the_checkout_begins_without_a_name_after_the_saved_name_was_deleted(carla):
    change(carla, name="")

    assert checkout_of(carla).context["form"]["name"].value() == ""


def test_the_checkout_does_not_offer_a_guest_to_save_the_contact(client):
    page = checkout_of(client)

    assert "remember" not in page.context["form"].fields
    assert "Remember my name" not in page.content.decode()


def test_the_checkout_saves_the_contact_when_remember_is_ticked(carla):
    change(carla)

    order(carla, remember="on")

    assert saved_by(carla) == ("Anna Bianchi", "+390612345678")


def test_the_checkout_saves_no_contact_when_remember_is_not_ticked(carla):
    order(carla)

    assert Order.objects.get().contact.name == "Anna Bianchi"
    assert saved_by(carla) == ("Carla Conti", "")


def test_a_refused_order_saves_no_contact_and_keeps_remember_ticked(carla):
    page = order(carla, remember="on", shown_total="1.00")

    assert page.status_code == 409
    assert page.context["form"]["remember"].value()
    assert saved_by(carla) == ("Carla Conti", "")


def test_an_order_stays_placed_when_saving_the_contact_is_refused(carla):
    with failpoints.armed("orders.change_contact.begun", raise_lock_timeout):
        response = order(carla, remember="on")

    page = carla.get(response.url)
    assert response.url == Order.objects.get().get_absolute_url()
    assert "Your order is placed, but we could not remember" in page.content.decode()
    assert saved_by(carla) == ("Carla Conti", "")


def test_an_order_stays_placed_when_saving_the_contact_fails_and_sending_the_form_again_saves_it(carla):
    form = {**ANNA, **hidden(checkout_of(carla)), "remember": "on"}
    with failpoints.armed("orders.change_contact.begun", raise_connection_error), pytest.raises(ConnectionError):
        carla.post(CHECKOUT, form)

    again = carla.post(CHECKOUT, form)

    assert again.url == Order.objects.get().get_absolute_url()
    assert saved_by(carla)[0] == "Anna Bianchi"


def test_reading_the_saved_contact_takes_one_query(carla, django_assert_num_queries):
    change(carla)

    with django_assert_num_queries(1):
        assert customer_selectors.saved_contact(shop.acting_as(CUSTOMER, carla.user.pk)).name == "Carla C."


def raise_lock_timeout():
    raise Busy("A lot is going on right now.")


def raise_connection_error():
    raise ConnectionError
