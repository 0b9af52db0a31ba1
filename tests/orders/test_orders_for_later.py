"""Orders for later: placed, paid, cancelled, kept in time, shown and counted."""

from datetime import timedelta

import pytest
from django.urls import reverse

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen.exceptions import TooLateToUndo
from kitchen.models import FulfillmentMethod, Kitchen, Ticket, TicketState
from kitchen.slots import SlotFull, SlotNotOffered
from orders import presenters, replay
from orders import services as order_services
from orders.backoffice import event_texts, order_texts
from orders.models import CancelReason, Order, OrderStatus, PaymentMethod
from orders.notifications.messages import message_for
from orders.notifications.models import Notification
from orders.payments import services as payment_services
from orders.payments.gateways.protocol import SessionReading, SessionState
from orders.payments.models import PaymentAttempt
from orders.reports.attention.orders import order_concerns
from orders.reports.definitions import durations
from orders.reports.what_if.selectors import evening_of
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.models import StoredEvent
from tests import shop
from tests.orders.notifications.notification_helpers import EMAIL, SMS
from tests.shop import FRIDAY_NIGHT

MINUTE = timedelta(minutes=1)
AT_TEN = FRIDAY_NIGHT + 120 * MINUTE  # 22:00 on the shop's wall clock
TOMORROW = AT_TEN + timedelta(days=1)


@pytest.fixture(autouse=True)
def kitchen(kitchen, settings):
    """Return a kitchen that takes orders for later, of four pizzas in each quarter of an hour."""
    settings.STRIPE_SECRET_KEY = "sk_test_of_no_account"  # so that cards are offered; nothing is asked
    Kitchen.objects.update(max_slot_pizzas=4)
    kitchen.refresh_from_db()
    return kitchen


def four_pizzas(wanted_at=AT_TEN, **more):
    return shop.place(shop.basket_of(quantity=4), wanted_at=wanted_at, **more)


def settle(order, state, *, at):
    attempt = PaymentAttempt.objects.get(order=order)
    reading = SessionReading(
        f"cs_{attempt.pk}",
        state,
        attempt.amount,
        attempt.currency,
        payment_id=f"pi_{attempt.pk}" if state == SessionState.PAID else "",
    )
    payment_services.settle_attempt(ref=attempt.ref, reading=reading, by=SYSTEM, at=at)
    order.refresh_from_db()


def test_an_order_for_later_is_promised_for_its_time_and_counts_on_the_day_on_which_it_was_placed():
    order = shop.place(wanted_at=TOMORROW)

    assert (order.requested_for, order.promise_from) == (TOMORROW, TOMORROW)
    assert order.promise_until == TOMORROW + 10 * MINUTE
    assert (order.status, order.business_date) == (OrderStatus.CONFIRMED, FRIDAY_NIGHT.date())
    assert StoredEvent.objects.get(aggregate_ref=order.ref, seq=1).data["wanted_at"] == "2026-11-21T21:00:00Z"
    assert list(replay.differences()) == []


def test_an_order_for_later_is_accepted_by_a_full_and_by_a_paused_kitchen(kitchen, chef):
    Kitchen.objects.update(max_concurrent_orders=1)
    shop.place()
    until = FRIDAY_NIGHT + 30 * MINUTE
    kitchen_services.pause(kitchen=kitchen, reason="The oven is cold", until=until, by=chef, at=FRIDAY_NIGHT)

    order = shop.place(wanted_at=AT_TEN)

    assert Ticket.objects.get(ref=order.ref).state == TicketState.SCHEDULED


def test_of_a_slot_only_as_many_pizzas_are_sold_as_it_has_and_nothing_is_written_for_more():
    four_pizzas()

    with pytest.raises(SlotFull, match="22:00 is taken by now"):
        shop.place(wanted_at=AT_TEN)

    assert Order.objects.count() == Ticket.objects.count() == 1
    assert Kitchen.objects.get().last_number == 1


def test_a_time_that_is_no_full_quarter_is_refused():
    with pytest.raises(SlotNotOffered, match="We cannot have it for you at 22:01"):
        shop.place(wanted_at=AT_TEN + MINUTE)


def test_cancelling_an_order_for_later_frees_its_slot():
    order = four_pizzas()

    order_services.cancel_order(
        ref=order.ref, reason=CancelReason.CHANGED_MIND, by=shop.with_link(order), at=FRIDAY_NIGHT
    )

    assert four_pizzas().requested_for == AT_TEN


def test_an_order_for_later_that_is_paid_by_card_is_scheduled_once_it_is_paid_and_keeps_its_time():
    order = four_pizzas(payment_method=PaymentMethod.CREDIT_CARD)
    assert Ticket.objects.get().state == TicketState.HELD
    with pytest.raises(SlotFull):
        shop.place(wanted_at=AT_TEN)

    settle(order, SessionState.PAID, at=FRIDAY_NIGHT + MINUTE)

    assert Ticket.objects.get().state == TicketState.SCHEDULED
    assert (order.status, order.promise_from, order.promise_until) == ("confirmed", AT_TEN, AT_TEN + 10 * MINUTE)
    assert list(replay.differences()) == []


def test_a_payment_that_fails_frees_the_slot():
    order = four_pizzas(payment_method=PaymentMethod.CREDIT_CARD)

    settle(order, SessionState.EXPIRED, at=FRIDAY_NIGHT + MINUTE)

    assert order.status == "cancelled"
    four_pizzas()


def test_the_promise_of_an_order_for_later_is_kept_while_it_waits_and_extended_once_it_cannot_be_kept(kitchen):
    order = shop.place(wanted_at=AT_TEN)

    kitchen_services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=AT_TEN - 18 * MINUTE)
    order.refresh_from_db()
    assert (Ticket.objects.get().state, order.promise_from) == (TicketState.WAITING, AT_TEN)

    kitchen_services.recalculate_promises(kitchen=kitchen, by=SYSTEM, at=AT_TEN + 15 * MINUTE)
    order.refresh_from_db()
    assert order.promise_from > AT_TEN + 10 * MINUTE


def test_a_cook_may_begin_early_and_the_order_is_for_later_again_once_the_start_is_undone(kitchen, chef):
    order = shop.place(wanted_at=AT_TEN)
    before = Ticket.objects.values().get()

    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    assert Ticket.objects.get().state == TicketState.COOKING
    assert [offer.ref for offer in kitchen_selectors.undo_offers(by=chef, at=FRIDAY_NIGHT)] == [order.ref]
    kitchen_services.undo_step(ref=order.ref, by=chef, at=FRIDAY_NIGHT)

    order.refresh_from_db()
    seen = {"seen_at": FRIDAY_NIGHT, "seen_by": str(chef)}
    assert Ticket.objects.values().get() == {**before, **seen, "seq": before["seq"] + 2}
    assert (order.status, order.promise_from) == ("confirmed", AT_TEN)
    kitchen_services.join_queue(kitchen=kitchen, by=SYSTEM, at=AT_TEN - 18 * MINUTE)
    assert Ticket.objects.get().state == TicketState.WAITING


def test_the_undo_of_an_early_start_is_refused_to_another_cook_and_after_ten_seconds(chef, manager):
    order = shop.place(wanted_at=AT_TEN)
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)

    for by, seconds in ((manager, 1), (chef, 11)):
        with pytest.raises(TooLateToUndo):
            kitchen_services.undo_step(ref=order.ref, by=by, at=FRIDAY_NIGHT + timedelta(seconds=seconds))

    assert Ticket.objects.get().state == TicketState.COOKING


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (
            FulfillmentMethod.PICKUP,
            "You want it at Sat 21 Nov, 22:00. We make it in time, and call “#1” at the counter.",
        ),
        (FulfillmentMethod.DELIVERY, "You want it at Sat 21 Nov, 22:00. We make it in time, and bring it to you."),
    ],
)
def test_the_guest_reads_for_when_the_order_is(client, method, message):
    order = shop.place(wanted_at=TOMORROW, method=method)

    assert presenters.order_headline(order) == "We have your order for Sat 21 Nov, 22:00"
    assert presenters.status_message(order) == message
    page = client.get(reverse("orders:guest_order", args=[order.ref, order.contact.guest_token]))
    assert message in page.content.decode()


def test_the_messages_say_for_when_the_order_is_and_not_that_it_is_in_line_for_the_oven():
    order = shop.place(wanted_at=TOMORROW)
    event = StoredEvent.objects.get(type="order.confirmed.v1")

    email, sms = (
        message_for(Notification(order=order, event=event, channel=channel, kind="confirmed"))
        for channel in (EMAIL, SMS)
    )

    assert email.subject == "Order #1 is booked for Sat 21 Nov, 22:00"
    assert "We have your order for Sat 21 Nov, 22:00, and make it in time." in email.text
    assert "Ready between Sat 21 Nov, 22:00 and 22:10." in email.text
    assert "in line for the oven" not in email.text
    assert "got #1 for Sat 22:00-22:10" in sms.text


def test_managers_read_for_when_the_order_is():
    order = shop.place(wanted_at=TOMORROW)

    assert order_texts.promise_text(order) == "Sat 21 Nov, 22:00–22:10 (wanted for Sat 21 Nov, 22:00)"
    placed = StoredEvent.objects.get(aggregate_ref=order.ref, seq=1)
    assert "wanted for Sat 21 Nov, 22:00, promised" in event_texts.event_text(placed)


def test_an_order_for_later_does_not_wait_too_long_before_its_time(manager):
    shop.place(wanted_at=AT_TEN)

    def concerns(at):
        return {group.id: len(group.concerns) for group in order_concerns(manager, at) if group.concerns}

    assert concerns(AT_TEN - MINUTE) == {}
    assert concerns(AT_TEN + 11 * MINUTE) == {"late": 1}


def test_a_later_order_comes_in_when_it_joined_the_queue_in_the_simulation_of_its_evening():
    now, later = shop.place(), shop.place(wanted_at=AT_TEN)

    arrivals = {arrival.ref: arrival for arrival in evening_of(FRIDAY_NIGHT.date()).arrivals}

    joined_at = Ticket.objects.get(ref=later.ref).joins_queue_at
    assert joined_at == AT_TEN - 20 * MINUTE
    assert (arrivals[later.ref].at, arrivals[later.ref].released_at) == (joined_at, joined_at)
    assert arrivals[now.ref].at == FRIDAY_NIGHT


def test_the_preparation_of_an_order_for_later_is_not_measured():
    assert (
        "CASE WHEN requested_for IS NULL THEN ready_at - confirmed_at END AS preparation" in durations.DURATION_COUNTS
    )
