"""What happens to an order on later days, by the shop's commands and the relay, rebuilds the days that it changes."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from kitchen import services as kitchen_services
from kitchen.models import FulfillmentMethod
from orders import services as order_services
from orders import signals
from orders.deliveries import services as delivery_services
from orders.models import CancelReason, Order
from orders.payments.models import Refund
from orders.reports import services
from orders.reports.models import BuiltDay
from orders.reports.periods import Grain, Period
from orders.reports.selectors.live_days import days_to_build
from orders.reports.services import dirty_days
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM, Actor
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import relay_due
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN
from tests import shop
from tests.factories import DeliveryZoneFactory
from tests.orders.payments.receipt_helpers import paid_by_card, placed_by_card, refund_done, refunded, settle
from tests.orders.reports.assertions import assert_right
from tests.shop import FRIDAY_NIGHT

FRIDAY = FRIDAY_NIGHT.date()
DAY, AT_ONCE = timedelta(days=1), timedelta(seconds=5)


@dataclass
class Shop:
    """People, the order, and the present moment."""

    chef: Actor
    driver: Actor
    carla: Actor
    at: datetime = FRIDAY_NIGHT
    order: Order | None = None

    @property
    def step(self):
        return {"ref": self.order.ref, "at": self.at}


def place(shop_):
    shop_.order = shop.place(at=shop_.at)


def place_delivery(shop_):
    shop_.order = shop.place(at=shop_.at, method=FulfillmentMethod.DELIVERY)


def order_by_card(shop_):
    shop_.order = placed_by_card(at=shop_.at)


def pay_by_card(shop_):
    shop_.order = paid_by_card(at=shop_.at)


def open_the_shop(_shop):
    shop.place(at=FRIDAY_NIGHT)


def order_by_card_on_friday(shop_):
    """Place an order that is committed when its day is over and built."""
    shop_.order = placed_by_card(at=FRIDAY_NIGHT)


def gateway_says_paid(shop_):
    settle(shop_.order, at=shop_.at)


def start(shop_):
    kitchen_services.start_cooking(by=shop_.chef, **shop_.step)


def finish(shop_):
    kitchen_services.finish_ticket(by=shop_.chef, **shop_.step)


def cook(shop_):
    start(shop_)
    finish(shop_)


def recall(shop_):
    kitchen_services.recall_ticket(by=shop_.chef, **shop_.step)


def undo(shop_):
    kitchen_services.undo_step(by=shop_.chef, **shop_.step)


def hand_over(shop_):
    order_services.hand_over(by=shop_.chef, **shop_.step)


def undo_hand_over(shop_):
    order_services.undo_hand_over(by=shop_.chef, **shop_.step)


def claim(shop_):
    delivery_services.claim_delivery(by=shop_.driver, **shop_.step)


def leave(shop_):
    delivery_services.leave_for_delivery(by=shop_.driver, **shop_.step)


def bring_back(shop_):
    delivery_services.fail_delivery(by=shop_.driver, reason=CancelReason.NOBODY_HOME, **shop_.step)


def deliver(shop_):
    delivery_services.deliver(by=shop_.driver, **shop_.step)


def undo_deliver(shop_):
    delivery_services.undo_deliver(by=shop_.driver, **shop_.step)


def cancel(shop_):
    order_services.cancel_order(by=SYSTEM, reason=CancelReason.TOO_BUSY, **shop_.step)


def refund_a_part(shop_):
    refunded(shop_.order, Decimal("4.33"), at=shop_.at)


def gateway_has_refunded(shop_):
    refund_done(Refund.objects.exclude(state="done").get(), at=shop_.at)


def link(shop_):
    by = shop.with_link(Order.objects.select_related("contact").get(pk=shop_.order.pk), shop_.carla)
    order_services.link_order_to_customer(ref=shop_.order.ref, by=by, at=shop_.at)


# What happens on Friday, and then step by step: on the next day each, unless a step has its own pause.
STORIES = {
    "placed late": [open_the_shop, order_by_card_on_friday],
    "paid late": [order_by_card, gateway_says_paid],
    "cooked late": [place, start, (AT_ONCE, undo), start, finish, hand_over],
    "recalled": [place, cook, recall, finish, (AT_ONCE, undo), finish, hand_over, (AT_ONCE, undo_hand_over), hand_over],
    "brought back": [place_delivery, cook, claim, leave, bring_back],
    "delivered late": [place_delivery, cook, claim, leave, deliver, (AT_ONCE, undo_deliver), deliver],
    "cancelled": [place, cancel],
    "refunded": [pay_by_card, refund_a_part, cook],
    "refunded, then cancelled": [pay_by_card, refund_a_part, cancel, gateway_has_refunded],
    "cancelled, then paid": [order_by_card, cancel, gateway_says_paid, gateway_has_refunded],
    "linked": [place, link],
}


@pytest.fixture
def people(kitchen):
    DeliveryZoneFactory()
    roles = {"Luigi": KITCHEN, "Dario": DRIVER, "Carla": CUSTOMER}
    return Shop(*(shop.hire(role, first_name=name, last_name="") for name, role in roles.items()))


def happens(story, people, monkeypatch):
    """Play a story; after each step the events are relayed, the due days built, and all figures are right."""
    monkeypatch.setattr(clock, "now", lambda: people.at)
    first, *later = STORIES[story]
    first(people)
    look_at_the_reports(people)
    for step in later:
        pause, take = step if isinstance(step, tuple) else (DAY, step)
        people.at += pause
        build_due_days(people)
        take(people)
        look_at_the_reports(people)
    people.at += DAY
    look_at_the_reports(people)


def build_due_days(people):
    for day in days_to_build(at=people.at):
        services.rebuild_day(day=day, by=SYSTEM, at=people.at)


def look_at_the_reports(people):
    relay_due(now=lambda: people.at + timedelta(seconds=1))  # a step is undone when its command had its locks
    assert not OutboxEntry.objects.waiting().exists()
    build_due_days(people)
    assert_right(Period(FRIDAY, people.at.date()), at=people.at, grains=[Grain.DAY])


@pytest.mark.parametrize("story", STORIES)
def test_every_figure_is_right_after_each_later_step_when_only_marked_days_are_rebuilt(people, monkeypatch, story):
    happens(story, people, monkeypatch)

    built = BuiltDay.objects.values_list("business_date", flat=True)
    assert FRIDAY in built
    assert [difference for day in built for difference in services.differences(day)] == []


def test_control_a_change_that_marks_no_day_is_noticed(people, monkeypatch):
    monkeypatch.setattr(services, "mark_days_of_orders", lambda *_, **__: None)

    with pytest.raises(AssertionError):
        happens("cancelled", people, monkeypatch)


def test_control_marks_on_the_orders_own_day_alone_are_too_few(people, monkeypatch):
    monkeypatch.setattr(dirty_days, "_days_of_orders", lambda _refs: {FRIDAY})

    with pytest.raises(AssertionError):
        happens("refunded, then cancelled", people, monkeypatch)


# A captured payment alone changes no figure: the order that it pays is confirmed with it, or cancelled already.
@pytest.mark.parametrize(
    ("signal", "story"),
    [
        ("order_placed", "placed late"),
        ("order_cooking_started", "cooked late"),
        ("order_ready", "cooked late"),
        ("order_recalled", "recalled"),
        ("order_step_undone", "cooked late"),
        ("order_out_for_delivery", "delivered late"),
        ("order_delivery_failed", "brought back"),
        ("order_delivered", "delivered late"),
        ("order_cancelled", "cancelled"),
        ("order_refunded", "cancelled, then paid"),
        ("order_linked_to_customer", "linked"),
    ],
)
def test_control_each_signal_that_is_not_heard_is_noticed(people, monkeypatch, signal, story):
    heard = getattr(signals, signal)
    receivers = [each for each in heard.receivers if each[0][0] != "reports.on_figures_changed"]
    assert len(receivers) == len(heard.receivers) - 1
    monkeypatch.setattr(heard, "receivers", receivers)
    heard.sender_receivers_cache.clear()

    with pytest.raises(AssertionError):
        happens(story, people, monkeypatch)
