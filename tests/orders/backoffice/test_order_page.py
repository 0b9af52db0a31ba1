"""The admin's page of one order: summary, buttons, and the timeline of all that has happened; the page to print."""

import re
from dataclasses import replace
from datetime import timedelta

import pytest
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders.backoffice import order_texts
from orders.backoffice.order_page import action_buttons
from orders.backoffice.timeline import timeline
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order
from orders.notifications.models import Notification, NotificationState
from orders.payments import services as payment_services
from orders.payments.models import Receipt, Refund
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import User
from pizzeria.users.roles import DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.orders.backoffice.test_admin import messages_on, page_of, run_action_on_form
from tests.orders.notifications.notification_helpers import create_notifications
from tests.orders.payments.receipt_helpers import paid_by_card
from tests.orders.payments.refund_helpers import now, paid_in_cash, request, two_lines

pytestmark = pytest.mark.usefixtures("kitchen")

DELIVERY = FulfillmentMethod.DELIVERY


def print_page_of(order):
    return reverse("admin:orders_order_print", args=[order.pk])


def buttons(order, by):
    order.refresh_from_db()
    return [button.action for button in action_buttons(order, by)]


def test_the_page_shows_the_facts_first_and_has_nothing_to_edit(marta, placed_order):
    html = marta.get(page_of(placed_order)).content.decode()

    assert html.index("order-summary") < html.index("What was ordered") < html.index("timeline-heading")
    for words in ("Anna Bianchi", "due €12.99", "confirmed", "Margherita", "Pickup, promised"):
        assert words in html
    assert not re.findall(r"<select|<textarea|<input type=\"(?!hidden|submit)", html.split('id="content-main"')[1])


def test_the_buttons_are_those_of_the_steps_that_can_be_taken_now(manager, dina, chef):
    at = shop.FRIDAY_NIGHT
    pickup, delivery = shop.place(), shop.place(method=DELIVERY)
    assert buttons(pickup, manager) == buttons(delivery, manager) == ["cancel"]

    for order in (pickup, delivery):
        shop.cooked(order, by=chef)
    assert buttons(pickup, manager) == ["hand_over", "cancel"]
    assert buttons(delivery, manager) == ["assign_driver", "cancel"]

    delivery_services.claim_delivery(ref=delivery.ref, by=dina, at=at)
    assert buttons(delivery, manager) == ["assign_driver", "unassign_driver", "cancel"]

    delivery_services.leave_for_delivery(ref=delivery.ref, by=dina, at=at)
    assert buttons(delivery, manager) == ["hand_over", "cancel"]

    delivery_services.deliver(ref=delivery.ref, by=dina, at=at)
    assert buttons(delivery, manager) == ["refund"]

    order_services.cancel_order(ref=pickup.ref, reason=CancelReason.NOT_COLLECTED, by=SYSTEM, at=at)
    assert buttons(pickup, manager) == []


def test_the_buttons_are_those_that_the_actor_is_allowed(chef, dina):
    pickup, delivery = shop.cooked(shop.place(), by=chef), shop.cooked(shop.place(method=DELIVERY), by=chef)
    cook, driver = shop.acting_as(KITCHEN), shop.acting_as(DRIVER)

    assert buttons(pickup, cook) == ["hand_over", "cancel"]
    assert buttons(delivery, cook) == ["cancel"]
    assert buttons(pickup, driver) == buttons(delivery, driver) == []


def test_a_delivery_that_another_driver_has_is_given_to_a_new_one(marta, dina, chef):
    order = shop.cooked(shop.place(method=DELIVERY, at=clock.now()), by=chef, at=clock.now())
    delivery_services.claim_delivery(ref=order.ref, by=dina, at=clock.now())
    luca = shop.hire(DRIVER, first_name="Luca")
    assert "Give it to another driver…" in marta.get(page_of(order)).content.decode()

    name = User.objects.get(pk=luca.user_id).username
    response = run_action_on_form(marta, "assign_driver", order, driver=name)

    assert messages_on(response) == [f"{order} has its driver."]
    assert Order.objects.get(pk=order.pk).driver_id == luca.user_id


def test_an_action_that_is_too_late_is_refused_with_a_warning(marta, placed_order):
    response = run_action_on_form(marta, "hand_over", placed_order)

    assert messages_on(response) == ["#1 is not ready yet."]


def test_the_timeline_has_events_messages_ticket_payments_refunds_and_receipts_newest_first(message_sinks):
    order = paid_by_card(two_lines())
    create_notifications(order)
    request(order, {0: 1}, by=shop.hire(MANAGER, first_name="Mario"), note="The driver forgot it.")

    entries = timeline(order)

    kinds = {entry.kind.value for entry in entries}
    assert kinds == {"order", "kitchen", "message", "payment", "refund", "receipt"}
    assert [entry.at for entry in entries] == sorted((entry.at for entry in entries), reverse=True)
    texts = [entry.text for entry in entries]
    assert any("credit card: paid" in text for text in texts)
    assert f"Receipt {Receipt.objects.first().number_text}" in " ".join(texts)
    (refund,) = [entry for entry in entries if "efund" in entry.text]
    assert refund.text == "Refund of €12.99 (missing item): to be sent"
    assert (refund.actor, refund.detail) == ("Mario Conti", "1 × Margherita, Small; The driver forgot it.")


def test_a_refund_that_is_done_keeps_the_row_of_its_request_with_the_managers_reason(message_sinks):
    order = paid_in_cash()
    request(order, {0: 1}, by=shop.hire(MANAGER, first_name="Mario"))
    payment_services.sync_refund(refund_id=Refund.objects.get().pk, at=shop.FRIDAY_NIGHT + timedelta(minutes=3))

    texts = [entry.text for entry in timeline(now(order)) if "efund" in entry.text]

    assert order_texts.payment_text(now(order)) == "paid €19.39, refunded €12.99"
    assert texts == ["Refund of €12.99 (missing item): done", "Refund of €12.99: missing item"]


def test_the_history_of_an_order_is_its_timeline(marta, placed_order):
    response = marta.get(reverse("admin:orders_order_history", args=[placed_order.pk]))

    assert response.url == page_of(placed_order) + "#timeline-heading"
    assert "historylink" not in marta.get(page_of(placed_order)).content.decode()


def test_the_timeline_says_who_has_cooked(chef, placed_order):
    ciro = shop.hire(KITCHEN, first_name="Ciro")
    kitchen_services.start_cooking(ref=placed_order.ref, by=ciro, at=shop.FRIDAY_NIGHT + timedelta(minutes=1))

    newest = timeline(placed_order)[:2]

    assert [(entry.kind.value, entry.text, entry.actor) for entry in newest] == [
        ("kitchen", "Ticket: cooking", "Ciro Conti"),
        ("order", "Cooking started", "Ciro Conti"),
    ]


@pytest.fixture
def dead(message_sinks, email):
    """Return an e-mail about an order that was given up."""
    Notification.objects.filter(pk=email.pk).update(state=NotificationState.DEAD, attempts=8, error="mailbox full")
    email.refresh_from_db()
    return email


def test_a_message_that_was_not_sent_is_sent_again_from_the_orders_page(marta, placed_order, dead):
    html = marta.get(page_of(placed_order)).content.decode()
    assert "8 attempts, mailbox full" in html
    assert html.count('value="resend"') == 1

    response = run_action_on_form(marta, "resend", placed_order, notification=dead.pk)

    assert messages_on(response) == [f"It will be sent again: {dead}."]
    dead.refresh_from_db()
    assert (dead.state, dead.attempts) == (NotificationState.QUEUED, 0)
    assert 'value="resend"' not in response.content.decode()
    again = run_action_on_form(marta, "resend", placed_order, notification=dead.pk)
    assert messages_on(again) == ["Only dead, expired or failed notifications can be sent again."]


@pytest.mark.parametrize("chosen", ["", "x", "-1", "99999999999999999999", "\x00", "another order's"])
def test_a_message_that_is_not_the_orders_is_refused(marta, placed_order, dead, chosen):
    other = shop.place(at=clock.now())

    response = run_action_on_form(
        marta, "resend", other, notification=dead.pk if chosen == "another order's" else chosen
    )

    assert messages_on(response) == ["There is no such notification."]


def test_the_list_does_not_offer_to_send_messages_again(marta, placed_order):
    page = marta.get(reverse("admin:orders_order_changelist")).content.decode()

    assert '<option value="resend"' not in page


def test_receipts_are_linked(marta):
    order = paid_by_card()
    receipt = Receipt.objects.get(order=order)

    assert f'href="/receipts/{receipt.ref}/"' in marta.get(page_of(order)).content.decode()


@pytest.mark.parametrize("path", ["0", "99999999999999999999", "x", "٣"])
def test_an_order_that_does_not_exist_leads_back(marta, path):
    response = marta.get(f"/admin/orders/order/{path}/change/", follow=True)

    assert response.status_code == 200


# --- The page to print ---


def test_the_printed_page_has_lines_choices_allergies_notes_address_and_what_is_due(marta):
    basket = shop.basket_of(shop.pizza(added=("olives",)), shop.simple_item(), at=clock.now())
    contact = replace(shop.AT_HOME, allergies="peanuts", notes="Ring <twice>")
    order = shop.place(basket, method=DELIVERY, contact=contact, at=clock.now())

    html = marta.get(print_page_of(order)).content.decode()

    assert "<strong>Allergies: <bdi>peanuts</bdi></strong>" in html
    assert "Ring &lt;twice&gt;" in html
    for words in ("#1", "Margherita", "+ Olives", "Cola", "Via Appia 7", "Anna Bianchi", "+39 06 1234 5678"):
        assert words in html
    assert f"Due €{order.total}" in html
    assert order.contact.guest_token not in html
    assert "<script" not in html


def test_the_printed_page_is_for_managers_and_only_to_read(sign_in, placed_order):
    assert sign_in(KITCHEN).get(print_page_of(placed_order), follow=True).status_code == 403
    manager = sign_in(MANAGER)
    assert manager.post(print_page_of(placed_order)).status_code == 405
    assert manager.get(reverse("admin:orders_order_print", args=[404])).status_code == 404
