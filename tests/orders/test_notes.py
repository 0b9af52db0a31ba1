"""What a guest tells the kitchen once the order is placed, and how it reaches the cook."""

import re
from dataclasses import replace

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketChange
from orders import replay
from orders import services as order_services
from orders.backoffice.event_texts import event_text
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, OrderContact
from orders.permissions import SEE_ALL_ORDERS
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.attempts.counting import TooManyAttempts
from pizzeria.foundation.concurrent_edits import ChangedMeanwhile
from pizzeria.foundation.events.models import OutboxEntry, StoredEvent
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN
from tests import shop
from tests.shop import ANNA, FRIDAY_NIGHT

NUTS = {"notes": "", "allergies": "Nuts"}


def change(order, by, **texts):
    return order_services.change_notes(ref=order.ref, **NUTS | texts, by=shop.with_link(order, by), at=FRIDAY_NIGHT)


def start(order, chef):
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)


def changes_of(order):
    return StoredEvent.objects.filter(aggregate_ref=order.ref, type="order.notes_changed.v1").order_by("seq")


def guests_address(order):
    return reverse("orders:guest_notes", args=[order.ref, order.contact.guest_token])


def shown(order):
    """Return what a form that was opened now sends along, unchanged."""
    contact = OrderContact.objects.get(order=order)
    texts = {"allergies": contact.allergies, "notes": contact.notes}
    return texts | {f"initial-{name}": text for name, text in texts.items()}


def words(response):
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


# --- The command ---


def test_an_allergy_that_a_guest_remembers_is_on_the_order_and_on_the_ticket(placed_order, guest):
    change(placed_order, guest, notes="Cut it")

    contact, ticket = OrderContact.objects.get(), Ticket.objects.get()
    assert (contact.notes, contact.allergies) == (ticket.notes, ticket.allergies) == ("Cut it", "Nuts")


def test_the_event_says_which_text_was_changed_and_holds_neither(placed_order, guest):
    change(placed_order, guest)
    change(placed_order, guest, notes="Cut it")
    change(placed_order, guest, notes="", allergies="")

    assert [event.data for event in changes_of(placed_order)] == [
        {"notes": False, "allergies": True},
        {"notes": True, "allergies": False},
        {"notes": True, "allergies": True},
    ]
    assert [event_text(event) for event in changes_of(placed_order)] == [
        "Allergies changed",
        "Notes changed",
        "Notes and allergies changed",
    ]
    assert list(replay.differences()) == []


def test_texts_that_are_what_they_were_change_nothing(placed_order, guest):
    change(placed_order, guest)
    before = Ticket.objects.values().get(), Kitchen.objects.values().get()

    change(placed_order, guest)

    assert changes_of(placed_order).count() == 1
    assert (Ticket.objects.values().get(), Kitchen.objects.values().get()) == before


def test_a_change_reaches_the_cook_of_an_order_in_the_oven(placed_order, guest, chef):
    start(placed_order, chef)

    change(placed_order, guest)

    assert Ticket.objects.get().unacknowledged_change == TicketChange.CHANGED


def test_a_change_of_an_order_that_is_still_being_paid_waits_with_it(kitchen, guest, settings):
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"
    order = shop.place(payment_method="credit_card")

    change(order, guest)

    assert (Ticket.objects.get().allergies, Ticket.objects.get().unacknowledged_change) == ("Nuts", "")


def test_a_guest_changes_nothing_once_the_order_is_out_of_the_oven_but_the_counter_may(placed_order, guest, chef):
    shop.cooked(placed_order, by=chef)

    with pytest.raises(order_services.TooLateForNotes, match=r"#1 is out of the oven already\. Please call us"):
        change(placed_order, guest)
    assert Ticket.objects.get().allergies == ""

    change(placed_order, chef)
    assert (Ticket.objects.get().allergies, Ticket.objects.get().unacknowledged_change) == ("Nuts", "changed")


def test_nobody_changes_an_order_that_has_left_the_shop_or_is_over(kitchen, guest, chef):
    driver, pickup = shop.hire(DRIVER), shop.place()
    delivery, cancelled = shop.place(method=FulfillmentMethod.DELIVERY), shop.place()
    shop.cooked(delivery, by=chef)
    delivery_services.claim_delivery(ref=delivery.ref, by=driver, at=FRIDAY_NIGHT)
    delivery_services.leave_for_delivery(ref=delivery.ref, by=driver, at=FRIDAY_NIGHT)
    order_services.hand_over(ref=shop.cooked(pickup, by=chef).ref, by=chef, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=cancelled.ref, reason=CancelReason.TOO_BUSY, by=chef, at=FRIDAY_NIGHT)

    for by in (guest, chef):
        with pytest.raises(order_services.TooLateForNotes, match="left the shop"):
            change(delivery, by)
        with pytest.raises(order_services.OrderStateConflict, match="handed over already"):
            change(pickup, by)
        with pytest.raises(order_services.OrderStateConflict, match="cancelled already"):
            change(cancelled, by)


def test_another_guest_cannot_change_an_order_nor_learn_of_it(placed_order, guest):
    for ref in (placed_order.ref, uuid7()):
        with pytest.raises(order_services.OrderNotFound):
            order_services.change_notes(ref=ref, **NUTS, by=guest, at=FRIDAY_NIGHT)


def test_seeing_every_order_is_not_enough_to_change_its_notes(placed_order):
    reader = Actor(ActorKind.PERSON, 9, frozenset({SEE_ALL_ORDERS}))

    with pytest.raises(NotAllowed):
        order_services.change_notes(ref=placed_order.ref, **NUTS, by=reader, at=FRIDAY_NIGHT)


def test_a_text_that_was_changed_since_it_was_shown_is_not_replaced(placed_order, guest, chef):
    seen = {"notes": "", "allergies": ""}
    change(placed_order, chef)

    with pytest.raises(ChangedMeanwhile) as refused:
        change(placed_order, guest, allergies="Milk", shown=seen)

    assert refused.value.field == "allergies"
    assert OrderContact.objects.get().allergies == "Nuts"


def test_a_guest_cannot_call_the_cook_from_the_oven_all_evening_and_the_counter_still_can(placed_order, guest, chef):
    for count in range(order_services.notes.CHANGES_PER_HOUR):
        change(placed_order, guest, notes=f"Note {count}")

    with pytest.raises(TooManyAttempts):
        change(placed_order, guest)
    change(placed_order, chef)

    assert OrderContact.objects.get().allergies == "Nuts"


def test_a_start_can_be_undone_although_the_guest_has_added_a_note_since(placed_order, guest, chef):
    start(placed_order, chef)
    change(placed_order, guest)

    kitchen_services.undo_step(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    placed_order.refresh_from_db()
    assert placed_order.status == "confirmed"
    assert Ticket.objects.get().allergies == "Nuts"
    assert list(replay.differences()) == []


def test_a_change_is_published_as_an_event_of_the_order(placed_order, guest):
    change(placed_order, guest)

    event = changes_of(placed_order).get()
    assert event.actor == "guest"
    assert OutboxEntry.objects.get(event=event).relayed_at is None


# --- The page ---


def test_a_guest_adds_an_allergy_by_the_link_of_the_order(client, placed_order):
    page = client.get(guests_address(placed_order))
    assert "It is not in the oven yet." in words(page)

    response = client.post(guests_address(placed_order), shown(placed_order) | {"allergies": "Nuts"}, follow=True)

    assert response.redirect_chain == [(placed_order_url(placed_order), 302)]
    assert "The kitchen has it." in words(response)
    assert Ticket.objects.get().allergies == "Nuts"


def placed_order_url(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def test_the_page_of_an_order_leads_to_the_form_until_it_is_ready(client, placed_order, chef):
    address = f'href="{guests_address(placed_order)}"'
    assert address in client.get(placed_order_url(placed_order)).content.decode()

    shop.cooked(placed_order, by=chef)

    assert address not in client.get(placed_order_url(placed_order)).content.decode()


def test_a_customer_finds_the_form_on_the_own_order_alone(sign_in, client, kitchen):
    marta = sign_in(CUSTOMER)
    order = shop.place(by=shop.acting_as(CUSTOMER, marta.user.pk))
    address = reverse("orders:notes", args=[order.ref])
    assert address in marta.get(reverse("orders:order", args=[order.ref])).content.decode()

    assert marta.post(address, shown(order) | {"notes": "Cut it"}).status_code == 302
    assert Ticket.objects.get().notes == "Cut it"

    assert sign_in(CUSTOMER).get(address).status_code == 404


def test_the_form_is_honest_about_a_pizza_that_is_in_the_oven_and_asks_for_a_call(client, placed_order, chef):
    start(placed_order, chef)

    page = words(client.get(guests_address(placed_order)))
    assert "It is in the oven already." in page
    assert "we will see what we can do" in page
    assert "Is it an allergy?" in page

    response = client.post(guests_address(placed_order), shown(placed_order) | {"allergies": "Nuts"}, follow=True)
    assert "we will see what we can do" in words(response)


@pytest.mark.parametrize(
    ("field", "typed", "message"),
    [
        ("allergies", "n" * 301, "That is too long: 300 characters at most, please."),
        ("notes", "n" * 501, "That is too long: 500 characters at most, please."),
    ],
)
def test_a_text_that_cannot_be_taken_is_explained_beside_the_field_and_stays_as_typed(
    client, placed_order, field, typed, message
):
    response = client.post(guests_address(placed_order), shown(placed_order) | {field: typed})

    assert response.status_code == 422
    assert message in words(response)
    assert typed in response.content.decode()
    assert (Ticket.objects.get().notes, Ticket.objects.get().allergies) == ("", "")


def test_characters_that_turn_or_hide_text_never_reach_the_cook(client, placed_order):
    typed = {"allergies": "\u202enuts\u202c\n and milk\x07", "notes": "one\r\n\r\n\u200btwo\x1b"}

    client.post(guests_address(placed_order), shown(placed_order) | typed)

    ticket = Ticket.objects.get()
    assert (ticket.allergies, ticket.notes) == ("nuts and milk", "one\ntwo")


def test_a_form_that_comes_after_the_order_was_handed_over_is_answered_with_a_sentence(client, placed_order, chef):
    form = shown(placed_order) | {"notes": "Cut it"}
    order_services.hand_over(ref=shop.cooked(placed_order, by=chef).ref, by=chef, at=FRIDAY_NIGHT)

    response = client.post(guests_address(placed_order), form, follow=True)

    assert "#1 has been handed over already." in words(response)
    assert Ticket.objects.get().notes == ""


def test_a_form_keeps_the_allergy_that_the_counter_added_while_it_was_open(client, placed_order, chef):
    form = shown(placed_order) | {"notes": "Cut it"}
    change(placed_order, chef)

    client.post(guests_address(placed_order), form)

    assert (Ticket.objects.get().notes, Ticket.objects.get().allergies) == ("Cut it", "Nuts")


def test_a_form_that_would_replace_what_the_counter_wrote_is_shown_again_with_it(client, placed_order, chef):
    form = shown(placed_order) | {"allergies": "Milk"}
    change(placed_order, chef)

    response = client.post(guests_address(placed_order), form)

    assert response.status_code == 422
    assert "Nuts" in words(response)
    assert Ticket.objects.get().allergies == "Nuts"


def test_a_cook_adds_what_a_guest_says_on_the_telephone_and_returns_to_the_order(sign_in, kitchen):
    order = shop.place(contact=replace(ANNA, notes="Ring twice"))
    ciro, address = sign_in(KITCHEN), reverse("orders:notes", args=[order.ref])
    assert "Ring twice" in ciro.get(address).content.decode()

    response = ciro.post(address, shown(order) | {"allergies": "Nuts"})

    assert response.url == reverse("orders:order", args=[order.ref])
    assert (Ticket.objects.get().notes, Ticket.objects.get().allergies) == ("Ring twice", "Nuts")
    assert changes_of(order).get().actor == str(ciro.user.pk)


def test_a_driver_who_may_not_see_the_order_finds_no_form(sign_in, placed_order):
    assert sign_in(DRIVER).get(reverse("orders:notes", args=[placed_order.ref])).status_code == 404
