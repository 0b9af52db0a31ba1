"""The kitchen's settings in the admin: capacity, and whether it takes orders."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from kitchen import services
from kitchen.events import CapacityChanged
from kitchen.models import Kitchen
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT


@pytest.fixture
def page(kitchen):
    return reverse("admin:kitchen_kitchen_change", args=[kitchen.pk])


def shown_in(response):
    """Return the data of the page's form of the capacity, with the shown values beside them."""
    form = response.context["capacity_form"]
    fields = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    return {"tool": "capacity", **fields} | {form[name].html_initial_name: value for name, value in fields.items()}


def test_a_manager_changes_the_capacity_and_the_history_says_who(sign_in, page):
    marta = sign_in(MANAGER)
    data = shown_in(marta.get(reverse("admin:kitchen_kitchen_changelist"), follow=True))

    saved = marta.post(page, data | {"max_concurrent_orders": "30", "max_open_pizzas": "80", "oven_slots": "6"})

    kitchen = Kitchen.objects.get()
    assert saved.status_code == 302
    assert (kitchen.max_concurrent_orders, kitchen.max_open_pizzas, kitchen.oven_slots) == (30, 80, 6)
    assert StoredEvent.objects.get(type=CapacityChanged.type).actor == str(marta.user.pk)
    assert "Oven slots" in LogEntry.objects.get(user=marta.user).get_change_message()
    assert "Oven slots" in marta.get(reverse("admin:kitchen_kitchen_history", args=[kitchen.pk])).content.decode()


def test_less_than_what_is_open_is_refused_beside_the_field_and_the_form_stays_as_typed(sign_in, page, chef):
    for order in (shop.place(), shop.place()):
        services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    marta = sign_in(MANAGER)

    refused = marta.post(page, shown_in(marta.get(page)) | {"max_concurrent_orders": "30", "oven_slots": "1"})

    assert refused.status_code == 409
    assert refused.context["capacity_form"].errors == {"oven_slots": ["2 orders are cooking now; it cannot be less."]}
    assert 'value="30"' in refused.content.decode()
    assert Kitchen.objects.get().max_concurrent_orders == 20


@pytest.mark.parametrize(
    ("field", "typed"), [("oven_slots", "0"), ("oven_slots", "many"), ("max_open_pizzas", "-1"), ("oven_slots", "")]
)
def test_a_number_that_cannot_be_is_said_beside_its_field(sign_in, page, field, typed):
    marta = sign_in(MANAGER)

    invalid = marta.post(page, shown_in(marta.get(page)) | {field: typed})

    assert invalid.status_code == 422
    assert [*invalid.context["capacity_form"].errors] == [field]


def test_a_page_that_was_opened_before_another_managers_change_asks_before_it_replaces_that(sign_in, page):
    paolo = sign_in(MANAGER, first_name="Paolo", last_name="Verdi")
    older = shown_in(paolo.get(page))
    paolo.post(page, older | {"oven_slots": "6", "max_concurrent_orders": "25"})
    marta = sign_in(MANAGER)

    asked = marta.post(page, older | {"oven_slots": "4"})

    [question] = asked.context["capacity_form"].errors["oven_slots"]
    assert question.startswith("Paolo Verdi changed this to “6” (")
    assert Kitchen.objects.get().oven_slots == 6

    marta.post(page, {"tool": "capacity", **asked.context["capacity_form"].data.dict()})
    kitchen = Kitchen.objects.get()
    assert (kitchen.oven_slots, kitchen.max_concurrent_orders) == (4, 25)


def test_a_manager_pauses_and_resumes_the_kitchen(sign_in, page):
    marta = sign_in(MANAGER)

    unexplained = marta.post(page, {"tool": "pause", "reason": " ", "minutes": "15"})
    assert unexplained.status_code == 422
    assert "for guests to read" in unexplained.content.decode()

    paused = marta.post(page, {"tool": "pause", "reason": "The oven is cold", "minutes": "0"}, follow=True)
    assert "The oven is cold" in paused.content.decode()
    assert not Kitchen.objects.get().taking_orders

    marta.post(page, {"tool": "resume"})
    assert Kitchen.objects.get().taking_orders


def test_the_settings_of_the_kitchen_are_closed_to_cooks(sign_in, page):
    assert sign_in(KITCHEN).get(page).status_code in {302, 403}


def test_a_kitchen_that_does_not_exist_redirects_to_the_first_page(sign_in, kitchen):
    missing = sign_in(MANAGER).get(reverse("admin:kitchen_kitchen_change", args=[kitchen.pk + 1]))

    assert missing.status_code == 302
