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

NOBODYS = "0197c2a0-0000-7000-8000-000000000000"  # no order has this ref

pytestmark = pytest.mark.usefixtures("kitchen", "tonight", "no_undo")


def test_the_profile_begins_with_the_name_of_the_account_and_is_changed(caller):
    anna = caller("customer", given_name="Anna", family_name="Bianchi")
    assert anna.get("/profile/me").json() == {"name": "Anna Bianchi", "phone": ""}

    changed = anna.put("/profile/me", {"name": " Anna  B. ", "phone": "06 1234 5678"})

    assert (changed.status_code, changed.json()) == (200, {"name": "Anna B.", "phone": "+390612345678"})
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

    shown = anna.get("/profile/me/notifications").json()["items"]

    assert shown
    assert {each["order_id"] for each in shown} == {str(order.ref)}
    assert berta.get("/profile/me/notifications").json() == {"items": [], "next_cursor": None}
    dismiss = f"/profile/me/notifications/{shown[0]['id']}/dismiss"
    assert_refused(berta.post(dismiss), 404, "not_found")
    assert [anna.post(dismiss).status_code for _time in range(2)] == [204, 204]
    assert anna.get("/profile/me/notifications").json()["items"] == shown[1:]
    assert_refused(anna.post(f"/profile/me/notifications/{uuid7()}.1/dismiss"), 404, "not_found")


@pytest.fixture
def informed(caller, chef):
    """Return a program of a customer with three notifications."""
    anna = caller("customer")
    anna.get("/me")
    order = shop.place(by=shop.acting_as(CUSTOMER, anna.user.pk))
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    for event in StoredEvent.objects.filter(aggregate_ref=order.ref).order_by("seq"):
        notification_services.create_notifications(event_id=event.pk, at=FRIDAY_NIGHT)
    return anna


def test_notifications_come_in_pages_which_stay_in_place_when_their_last_one_is_dismissed(informed):
    listed = [each["id"] for each in informed.get("/profile/me/notifications").json()["items"]]
    first = informed.get("/profile/me/notifications?limit=2").json()
    informed.post(f"/profile/me/notifications/{first['next_cursor']}/dismiss")

    second = informed.get(f"/profile/me/notifications?limit=2&cursor={first['next_cursor']}").json()

    assert len(listed) == 3
    assert [each["id"] for each in first["items"] + second["items"]] == listed
    assert second["next_cursor"] is None


@pytest.mark.parametrize("cursor", [f"{NOBODYS}.1", "1", NOBODYS, f"{NOBODYS}.9999999999", f"{NOBODYS}.x"])
def test_a_page_of_notifications_that_there_is_not_is_invalid(informed, cursor):
    answer = informed.get(f"/profile/me/notifications?cursor={cursor}")

    assert answer.status_code == 422
    assert [error["field"] for error in answer.json()["errors"]] == ["cursor"]


def test_a_dismissal_that_is_sent_again_with_its_key_is_answered_alike_and_the_key_fits_no_other(informed):
    newest, older, *_others = [each["id"] for each in informed.get("/profile/me/notifications").json()["items"]]
    dismissed = [informed.post(f"/profile/me/notifications/{newest}/dismiss", key="d1") for _time in range(2)]

    assert [answer.status_code for answer in dismissed] == [204, 204]
    other = informed.post(f"/profile/me/notifications/{older}/dismiss", key="d1")
    assert_refused(other, 422, "idempotency_key_reused")
    assert older in [each["id"] for each in informed.get("/profile/me/notifications").json()["items"]]
