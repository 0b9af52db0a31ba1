"""What the page of an order says of the kitchen: promises and their changes, the cook, and that there is no news."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from phonenumber_field.phonenumber import to_python

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod, Kitchen, Ticket
from orders import selectors as order_selectors
from orders import services as order_services
from orders.deliveries import services as delivery_services
from orders.events import OrderPromiseChanged
from orders.models import CancelReason, Order
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.events.log import record
from pizzeria.users.models import User
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.shop import FRIDAY_NIGHT


def minutes(count):
    return FRIDAY_NIGHT + timedelta(minutes=count)


@pytest.fixture
def ciro(kitchen):
    """Return a cook who is a user in the database, in a kitchen that shows who cooks."""
    Kitchen.objects.update(shows_cook=True)
    return shop.hire(KITCHEN, first_name="Ciro", last_name="Esposito")


@pytest.fixture
def show(client, monkeypatch):
    """Return a function that returns the text of an order's page at a moment, without what is hidden."""

    def show_order(order, at=FRIDAY_NIGHT):
        monkeypatch.setattr(clock, "now", lambda: at)
        html = client.get(link(order)).content.decode()
        return re.sub(
            r"\s+", " ", re.sub(r"<[^>]+>", "", re.sub(r"<p[^>]*\bhidden>.*?</p>", "", html, flags=re.DOTALL))
        )

    return show_order


def link(order):
    return reverse("orders:guest_order", args=[order.ref, order.contact.guest_token])


def tracker_of(order, at):
    return order_selectors.tracker(Order.objects.get(pk=order.pk), at=at)


def start(order, by, at=FRIDAY_NIGHT):
    kitchen_services.start_cooking(ref=order.ref, by=by, at=at)


def finish(order, by, at=FRIDAY_NIGHT):
    kitchen_services.finish_ticket(ref=order.ref, by=by, at=at)


def steps_of(order):
    detail = order_selectors.order_detail(order_selectors.get_order(order.ref), at=FRIDAY_NIGHT)
    return [(step.name, step.state, step.at) for step in detail.steps]


def change_promise(order, *, begins, at):
    order = Order.objects.get(pk=order.pk)
    changed = OrderPromiseChanged(promise_from=minutes(begins), promise_until=minutes(begins + 20))
    record(order, changed, by=SYSTEM, at=minutes(at))


# Promises


def test_a_promise_that_was_never_changed_is_shown_alone(placed_order, show):
    text = show(placed_order)

    assert "Ready between 20:10 and 20:20" in text
    assert "First promised" not in text


def test_a_changed_promise_is_shown_with_the_first_one_and_the_time_of_the_change(placed_order, show):
    kitchen_services.recalculate_promises(kitchen=Kitchen.objects.get(), by=SYSTEM, at=minutes(12))

    text = show(placed_order, at=minutes(13))

    assert "Ready between 20:22 and 20:42" in text
    assert "First promised 20:10–20:20; now 20:22–20:42, since 20:12." in text


def test_of_many_changed_promises_the_first_and_the_newest_are_shown(placed_order, show):
    for number in range(1, 8):
        change_promise(placed_order, begins=10 * number + 10, at=10 * number)

    text = show(placed_order, at=minutes(71))

    assert (
        "First promised 20:10–20:20; then 21:00–21:20, since 20:50; then 21:10–21:30, since 21:00; "
        "now 21:20–21:40, since 21:10."
    ) in text
    assert text.count("since") == 3


# The cook


def test_the_first_name_of_the_cook_is_shown_while_it_cooks_and_afterwards(ciro, show):
    order = shop.place()
    assert "Ciro" not in show(order)

    start(order, ciro)
    assert "Ciro is making it." in show(order)
    finish(order, ciro)
    text = show(order)

    assert "Made by Ciro." in text
    assert "Esposito" not in text


def test_the_cook_is_not_shown_by_a_kitchen_that_does_not_want_it(ciro, show):
    Kitchen.objects.update(shows_cook=False)
    order = shop.place()
    start(order, ciro)

    assert "Ciro" not in show(order)


@pytest.mark.parametrize("erased", [{"first_name": ""}, {"is_active": False}])
def test_a_cook_who_was_erased_or_has_left_is_not_shown(ciro, show, erased):
    order = shop.place()
    start(order, ciro)
    User.objects.filter(pk=ciro.user_id).update(**erased)

    assert "is making it" not in show(order)
    assert "Ciro" not in show(order)


def test_the_cook_whose_start_was_undone_is_not_shown(ciro, show):
    order = shop.place()
    at = clock.database_now()
    start(order, ciro, at=at)
    kitchen_services.undo_step(ref=order.ref, by=ciro, at=at)

    assert "Ciro" not in show(order)


def test_the_cook_who_took_over_after_a_recall_is_shown(ciro, show):
    order, carlo = shop.place(), shop.hire(KITCHEN, first_name="Carlo")
    start(order, ciro)
    finish(order, ciro)
    Kitchen.objects.update(oven_slots=1)
    other = shop.place()
    start(other, ciro)
    kitchen_services.recall_ticket(ref=order.ref, by=carlo, at=FRIDAY_NIGHT)
    assert "Ciro" not in show(order)
    finish(other, ciro)

    start(order, carlo)

    assert "Carlo is making it." in show(order)


# Steps


def test_an_order_that_was_recalled_to_the_waiting_ones_is_not_in_the_oven(ciro):
    order = shop.place()
    start(order, ciro)
    finish(order, ciro)
    Kitchen.objects.update(oven_slots=1)
    start(shop.place(), ciro)

    kitchen_services.recall_ticket(ref=order.ref, by=ciro, at=FRIDAY_NIGHT)

    assert steps_of(order) == [
        ("Ordered", "now", FRIDAY_NIGHT),
        ("In the oven", "later", None),
        ("Ready", "later", None),
        ("Handed over", "later", None),
    ]


def test_each_step_of_a_delivery_is_shown_with_its_time(ciro, dina, show):
    order = shop.place(method=FulfillmentMethod.DELIVERY)
    start(order, ciro, at=minutes(1))
    finish(order, ciro, at=minutes(9))
    delivery_services.claim_delivery(ref=order.ref, by=dina, at=minutes(10))
    delivery_services.leave_for_delivery(ref=order.ref, by=dina, at=minutes(12))

    assert steps_of(order) == [
        ("Ordered", "done", FRIDAY_NIGHT),
        ("In the oven", "done", minutes(1)),
        ("Ready", "done", minutes(9)),
        ("On its way", "now", minutes(12)),
        ("Brought to you", "later", None),
    ]


# An order for later


def test_an_order_for_later_says_when_it_goes_into_the_oven_until_it_is_there(kitchen, chef, show):
    Kitchen.objects.update(max_slot_pizzas=8)
    order = shop.place(wanted_at=minutes(60))
    text = show(order)
    assert "Ready between 21:00 and 21:10" in text
    assert "It goes into the oven around 20:50." in text

    start(order, chef, at=minutes(45))

    assert "It goes into the oven around" not in show(order, at=minutes(45))


def test_an_order_for_now_does_not_say_when_it_goes_into_the_oven(placed_order, show):
    Ticket.objects.update(due_at=minutes(58))

    assert "It goes into the oven around" not in show(placed_order)


# Silence


def test_a_silent_kitchen_is_mentioned_once_an_order_that_waits_should_be_out_of_the_oven(
    placed_order, show, change_shop
):
    change_shop(phone=to_python("+390612345678"))
    assert Ticket.objects.get().due_at == minutes(8)

    assert "No news" not in show(placed_order, at=minutes(8) - timedelta(seconds=1))
    assert "No news from the kitchen for 8 minutes. Call us: +39 06 1234 5678" in show(placed_order, at=minutes(8))
    assert "No news from the kitchen for 61 minutes." in show(placed_order, at=minutes(61) + timedelta(seconds=59))


def test_a_silent_kitchen_is_mentioned_once_an_order_should_be_out_after_its_start(placed_order, chef, show):
    start(placed_order, chef, at=minutes(6))

    assert "No news" not in show(placed_order, at=minutes(14) - timedelta(seconds=1))
    assert "No news from the kitchen for 8 minutes." in show(placed_order, at=minutes(14))


def test_news_that_is_less_than_five_minutes_old_is_news(placed_order, chef, show):
    start(placed_order, chef)
    finish(placed_order, chef, at=minutes(8))
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=minutes(9))

    Ticket.objects.update(started_at=FRIDAY_NIGHT)

    assert "No news" not in show(placed_order, at=minutes(14) - timedelta(seconds=1))
    assert "No news from the kitchen for 5 minutes." in show(placed_order, at=minutes(14))


def test_a_new_promise_is_no_news_from_the_kitchen(placed_order, show):
    change_promise(placed_order, begins=30, at=12)

    assert "No news from the kitchen for 13 minutes." in show(placed_order, at=minutes(13))


@pytest.mark.parametrize("end", ["ready", "cancelled"])
def test_an_order_that_the_kitchen_has_not_any_more_has_no_silence(placed_order, chef, show, end):
    if end == "ready":
        shop.cooked(placed_order, by=chef)
    else:
        order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.SOLD_OUT, by=chef, at=FRIDAY_NIGHT)

    assert tracker_of(placed_order, minutes(90)).silence is None
    assert "No news" not in show(placed_order, at=minutes(90))


def test_an_order_that_is_being_paid_has_no_tracker_yet(kitchen):
    order = shop.place()
    Order.objects.update(status="pending")

    assert tracker_of(order, minutes(90)) == order_selectors.Tracker()


# Title and icon


def head_of(client, order, **headers):
    html = client.get(link(order), headers=headers).content.decode()
    icon = re.search(r'(?:rel="icon"[^>]*href|data-icon)="([^"]+)"', html, flags=re.DOTALL)[1]
    return re.search(r"<title>(.+?) · Order", html)[1], icon.rpartition("/")[2].split(".")[0]


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "swap"])
def test_title_and_icon_change_when_a_pickup_is_ready(client, placed_order, chef, headers):
    assert head_of(client, placed_order, **headers) == ("We have your order", "mark")

    shop.cooked(placed_order, by=chef)

    assert head_of(client, placed_order, **headers) == ("Ready for you", "mark_ready")


@pytest.mark.parametrize("headers", [{}, {"HX-Request": "true"}], ids=["page", "swap"])
def test_title_and_icon_change_when_a_delivery_is_on_its_way(client, kitchen, chef, dina, headers):
    order = shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY), by=chef)
    assert head_of(client, order, **headers) == ("Ready to go", "mark")
    delivery_services.claim_delivery(ref=order.ref, by=dina, at=FRIDAY_NIGHT)

    delivery_services.leave_for_delivery(ref=order.ref, by=dina, at=FRIDAY_NIGHT)

    assert head_of(client, order, **headers) == ("On its way", "mark_ready")


# Queries


def test_the_tracker_takes_three_queries_however_often_a_promise_was_changed(ciro, django_assert_num_queries):
    order = shop.place()
    start(order, ciro)
    for number in range(20):
        change_promise(order, begins=number, at=number)
    order = Order.objects.select_related("kitchen").get(pk=order.pk)

    with django_assert_num_queries(3):
        tracker = order_selectors.tracker(order, at=minutes(70))

    assert (len(tracker.promises), tracker.cook) == (4, "Ciro is making it.")
