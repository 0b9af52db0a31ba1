"""The profile by the API: name and phone, own orders, notifications."""

import pytest

from kitchen import services as kitchen_services
from orders.customers.models import Customer
from orders.notifications import services as notification_services
from pizzeria.foundation.events.models import StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER
from tests import shop
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

pytestmark = pytest.mark.usefixtures("kitchen", "tonight", "no_undo")


def test_the_profile_begins_with_the_name_of_the_account_and_is_changed(caller):
    anna = caller("customer", given_name="Anna", family_name="Bianchi")
    assert anna.get("/profile/me").json() == {"name": "Anna Bianchi", "phone": ""}

    changed = anna.put("/profile/me", {"name": " Anna  B. ", "phone": "06 1234 5678"})

    assert (changed.status_code, changed.json()) == (200, {"name": "Anna B.", "phone": "+39 06 1234 5678"})
    assert anna.get("/profile/me").json() == changed.json()
    assert anna.put("/profile/me", {"name": "", "phone": ""}).json() == {"name": "", "phone": ""}


def test_an_invalid_profile_names_all_fields_and_changes_nothing(caller):
    response = caller("customer").put("/profile/me", {"name": "www.example.com", "phone": "12", "role": "admin"})

    assert_refused(response, 422, "invalid")
    assert {error["field"] for error in response.json()["errors"]} == {"name", "phone", "role"}
    assert not Customer.objects.exists()


def test_staff_find_their_own_orders_there_and_no_others(caller):
    ciro = caller("chef")
    ciro.get("/me")
    own = shop.place(by=shop.acting_as(CUSTOMER, ciro.user.pk))
    shop.place()

    assert [order["id"] for order in ciro.get("/profile/me/orders").json()["items"]] == [str(own.ref)]


def test_notifications_are_shown_to_their_recipient_and_dismissed(caller, chef):
    anna, berta = caller("customer"), caller("customer", "berta")
    anna.get("/me")
    order = shop.place(by=shop.acting_as(CUSTOMER, anna.user.pk))
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    for event in StoredEvent.objects.filter(aggregate_ref=order.ref):
        notification_services.create_notifications(event_id=event.pk, at=FRIDAY_NIGHT)

    shown = anna.get("/profile/me/notifications").json()

    assert shown
    assert {each["order_id"] for each in shown} == {str(order.ref)}
    assert berta.get("/profile/me/notifications").json() == []
    dismiss = f"/profile/me/notifications/{shown[0]['id']}/dismiss"
    assert_refused(berta.post(dismiss), 404, "not_found")
    assert [anna.post(dismiss).status_code for _time in range(2)] == [204, 204]
    assert anna.get("/profile/me/notifications").json() == shown[1:]
    assert_refused(anna.post(f"/profile/me/notifications/{uuid7()}.1/dismiss"), 404, "not_found")
