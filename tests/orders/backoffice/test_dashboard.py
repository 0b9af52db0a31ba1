"""The overview on the first page of the admin: what needs a hand, its buttons, and today's figures."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import BoardScreen, FulfillmentMethod, Kitchen, TicketState
from menu import services as menu_services
from menu.models import Pizza
from orders.backoffice.dashboard import dashboard
from orders.deliveries import services as delivery_services
from orders.notifications.models import Notification, NotificationState
from orders.payments.models import Refund, RefundState
from orders.reports.attention import MAX_AT_ONCE
from orders.reports.day_figures import a_week_before, compared
from orders.reports.figures import Overview
from pizzeria.foundation import clock
from pizzeria.foundation.actor import Actor, ActorKind
from pizzeria.foundation.alerts.kinds import AlertKind
from pizzeria.foundation.alerts.models import Alert
from pizzeria.foundation.alerts.services import raise_alert
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.users.roles import DRIVER, MANAGER
from tests import shop
from tests.factories import BoardScreenFactory
from tests.kitchen.tickets import in_queue
from tests.orders.payments import refund_helpers
from tests.shop import FRIDAY_NIGHT

INDEX, REFRESH = reverse("admin:index"), reverse("admin:overview")
LATER = FRIDAY_NIGHT + timedelta(minutes=15)
FRYER = AlertKind("fryer_is_cold", "The fryer has only %(degrees)s °C.")

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture(autouse=True)
def _board_in_sight(kitchen):
    BoardScreenFactory(kitchen=kitchen, last_seen_at=FRIDAY_NIGHT + timedelta(days=1))


@pytest.fixture
def marta(manager):
    return manager


def texts(by, at=LATER):
    """Return what needs a hand, by group."""
    groups = dashboard(by=by, at=at).groups
    return {group.id: [concern.text for concern in group.concerns] for group in groups}


def buttons(by, group, at=LATER):
    """Return where the buttons of a group lead."""
    [found] = [each for each in dashboard(by=by, at=at).groups if each.id == group]
    return [concern.button.url for concern in found.concerns]


def delivery(chef, at=FRIDAY_NIGHT):
    """Return a new delivery that is ready."""
    return shop.cooked(shop.place(method=FulfillmentMethod.DELIVERY, at=at), by=chef, at=at)


def test_nothing_needs_a_hand_on_a_calm_evening(marta):
    shop.place()

    assert texts(marta, at=FRIDAY_NIGHT) == {}


def test_an_order_that_is_not_started_for_fifteen_minutes_waits_too_long(marta, chef):
    order, _started = shop.place(), kitchen_services.start_cooking(ref=shop.place().ref, by=chef, at=FRIDAY_NIGHT)

    assert "waiting" not in texts(marta, at=LATER - timedelta(seconds=1))
    assert texts(marta)["waiting"] == [f"#{order.number} was confirmed at 20:00 and is not started."]
    assert buttons(marta, "waiting") == [reverse("admin:orders_order_change", args=[order.pk])]


def test_the_shop_says_itself_how_long_is_too_long(marta, change_shop):
    shop.place()

    change_shop(waiting_minutes=16)

    assert "waiting" not in texts(marta)


def test_a_pickup_that_nobody_fetches_and_a_delivery_that_nobody_takes_along_wait_too_long(marta, chef, driver):
    pickup = shop.cooked(shop.place(), by=chef)
    brought = delivery(chef)
    delivery_services.claim_delivery(ref=brought.ref, by=shop.hire(DRIVER), at=FRIDAY_NIGHT)

    assert texts(marta)["waiting"] == [
        f"#{pickup.number} is ready since 20:00 and not picked up.",
        f"#{brought.number} is ready since 20:00 and not on its way.",
    ]


def test_a_delivery_without_a_driver_needs_a_hand_at_once_and_is_named_once(marta, chef):
    order = delivery(chef)

    for at in (FRIDAY_NIGHT, LATER, FRIDAY_NIGHT + timedelta(hours=3)):
        assert texts(marta, at=at) == {"drivers": [f"#{order.number} is ready since 20:00 and has no driver."]}


def test_an_order_in_the_oven_is_late_once_its_promise_has_passed(marta, chef):
    order = shop.place()
    kitchen_services.start_cooking(ref=order.ref, by=chef, at=FRIDAY_NIGHT)
    order.refresh_from_db()

    found = texts(marta, at=order.promise_until + timedelta(seconds=1))

    assert found["late"] == [f"#{order.number} was promised until 20:20 and is cooking."]
    assert "late" not in texts(marta, at=order.promise_until)


def test_what_is_delivered_or_cancelled_needs_no_hand(marta):
    refund_helpers.paid_in_cash()

    assert texts(marta, at=FRIDAY_NIGHT + timedelta(hours=2)) == {}


def test_a_paused_kitchen_is_resumed_from_the_first_page(sign_in, marta, kitchen, tonight):
    kitchen_services.pause(kitchen=kitchen, reason="The oven is cold", until=None, by=marta, at=FRIDAY_NIGHT)
    assert texts(marta)["kitchen"] == ["No orders are accepted until further notice: The oven is cold"]
    browser = sign_in(MANAGER)

    page = browser.post(reverse("admin:resume_kitchen"), follow=True)

    assert page.request["PATH_INFO"] == INDEX
    assert Kitchen.objects.get().taking_orders
    assert "The oven is cold" not in page.content.decode()


def test_a_full_kitchen_says_so(marta, kitchen):
    shop.place()
    Kitchen.objects.update(max_concurrent_orders=1)

    assert texts(marta)["kitchen"] == ["The kitchen is full: 1 of 1 orders are open."]


def test_an_open_kitchen_whose_board_is_nowhere_in_sight_or_heard_says_so(marta, kitchen):
    BoardScreen.objects.update(is_sound_on=False, name="Wall")
    assert texts(marta)["kitchen"] == ["The sound is off on every screen of the board: Wall."]

    BoardScreen.objects.update(last_visible_at=LATER - timedelta(seconds=45))
    assert texts(marta)["kitchen"] == ["The kitchen is open, and no screen shows its board."]
    assert buttons(marta, "kitchen") == [reverse("admin:kitchen_boardscreen_changelist")]

    Kitchen.objects.update(watches_screens=False)
    assert "kitchen" not in texts(marta)
    Kitchen.objects.update(watches_screens=True)

    Kitchen.objects.update(opening_hours={"week": [[]] * 7})
    assert "kitchen" not in texts(marta)


def test_a_ticket_that_is_on_hold_for_too_long_needs_a_hand(marta, kitchen):
    in_queue(kitchen, TicketState.WAITING, on_hold_since=FRIDAY_NIGHT)

    assert "kitchen" not in texts(marta, at=LATER - timedelta(seconds=1))
    assert texts(marta)["kitchen"] == ["#1 is on hold since 20:00."]


def test_a_sound_on_one_screen_is_enough(marta):
    BoardScreenFactory(is_sound_on=False, last_seen_at=LATER)

    assert "kitchen" not in texts(marta)


def test_what_is_sold_out_is_put_back_on_the_menu_from_the_first_page(sign_in, marta, tonight):
    pepperoni = Pizza.objects.get(slug="pepperoni")
    menu_services.mark_sold_out(item=pepperoni, until=None, by=marta, at=FRIDAY_NIGHT)
    assert texts(marta)["sold-out"] == ["Pepperoni until further notice"]

    page = sign_in(MANAGER).post(reverse("admin:back_on_the_menu"), {"kind": "pizza", "slug": "pepperoni"}, follow=True)

    assert "Pepperoni is back on the menu." in page.content.decode()
    assert texts(marta) == {}


@pytest.mark.parametrize(
    "sent", [{}, {"kind": "pizza", "slug": "calzone"}, {"kind": "car", "slug": "pepperoni"}], ids=str
)
def test_what_is_not_on_the_menu_cannot_be_put_back(sign_in, sent):
    assert sign_in(MANAGER).post(reverse("admin:back_on_the_menu"), sent).status_code == 404


def test_an_alert_is_acknowledged_on_the_first_page(sign_in, marta):
    raise_alert(FRYER, at=FRIDAY_NIGHT, degrees=90)
    assert texts(marta)["alerts"] == ["The fryer has only 90 °C. (1×, last 20:00)"]
    browser = sign_in(MANAGER)

    browser.post(reverse("admin:acknowledge_alert"), {"alert": Alert.objects.get().pk})

    assert Alert.objects.get().acknowledged_by == browser.user
    assert texts(marta) == {}


@pytest.mark.parametrize("alert", ["", "0", "-1", "x", "9" * 30], ids=str)
def test_an_unknown_alert_cannot_be_acknowledged(sign_in, alert):
    assert sign_in(MANAGER).post(reverse("admin:acknowledge_alert"), {"alert": alert}).status_code == 404


def test_refunds_that_failed_or_wait_for_a_second_manager_need_a_hand(settings, marta, change_shop):
    order = refund_helpers.paid_by_card(settings)
    second = refund_helpers.paid_by_card(settings)
    refund_helpers.request(order, {0: 1}, by=shop.hire(MANAGER))
    change_shop(refund_limit=Decimal(1))
    refund_helpers.request(second, {0: 1}, by=shop.hire(MANAGER))
    Refund.objects.update(state=RefundState.FAILED)

    found = texts(marta, at=FRIDAY_NIGHT)

    assert found["payments"] == [f"The refund of €12.99 for #{order.number} failed."]
    assert found["requests"] == [f"€12.99 for #{second.number}, missing item"]


def test_what_could_not_be_sent_is_counted_with_a_link_to_the_list_of_it(marta, placed_order):
    OutboxEntry.objects.update(dead_lettered_at=FRIDAY_NIGHT)
    Notification.objects.create(
        event=OutboxEntry.objects.first().event,
        order=placed_order,
        kind="placed",
        channel="email",
        recipient="guest",
        state=NotificationState.DEAD,
        created_at=FRIDAY_NIGHT,
        relevant_since=FRIDAY_NIGHT,
        due_at=FRIDAY_NIGHT,
    )

    found = texts(marta, at=FRIDAY_NIGHT)

    many = OutboxEntry.objects.count()
    assert found["dead-letters"] == [f"{many} events were given up."]
    assert found["notifications"] == ["1 message to a guest was given up in the last 24 hours."]
    assert buttons(marta, "dead-letters", at=FRIDAY_NIGHT) == [
        f"{reverse('admin:events_outboxentry_changelist')}?state=dead"
    ]
    assert "notifications" not in texts(marta, at=FRIDAY_NIGHT + timedelta(days=2))


def test_the_buttons_of_lists_lead_to_lists_that_show_themselves(sign_in, marta, placed_order):
    OutboxEntry.objects.update(dead_lettered_at=FRIDAY_NIGHT)
    browser = sign_in(MANAGER)

    for address in buttons(marta, "dead-letters", at=FRIDAY_NIGHT):
        assert browser.get(address).status_code == 200


def test_what_the_actor_may_not_see_is_neither_shown_nor_asked(chef, django_assert_num_queries):
    shop.place()
    raise_alert(FRYER, at=FRIDAY_NIGHT, degrees=90)
    nobody = Actor(ActorKind.PERSON, 1)

    with django_assert_num_queries(0):
        seen = dashboard(by=nobody, at=LATER)

    assert (seen.groups, seen.open_orders, seen.today) == ([], None, None)
    assert set(texts(chef)) == {"waiting"}


def test_the_number_of_queries_does_not_depend_on_the_number_of_orders(marta, chef):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            dashboard(by=marta, at=FRIDAY_NIGHT + timedelta(hours=1))
        return len(captured)

    Kitchen.objects.update(max_concurrent_orders=500)
    shop.place(), delivery(chef)
    few = queries()
    for _each in range(8):
        shop.place(), delivery(chef)

    assert queries() == few


def test_a_long_list_shows_its_oldest_first_and_the_others_on_request(sign_in, monkeypatch):
    Kitchen.objects.update(max_concurrent_orders=500)
    orders = [shop.place() for _each in range(MAX_AT_ONCE + 2)]
    monkeypatch.setattr("pizzeria.foundation.clock.now", lambda: LATER)

    html = sign_in(MANAGER).get(INDEX).content.decode()

    first, _summary, others = html.partition("<summary")
    assert f'id="waiting-{orders[0].pk}"' in first
    assert f'id="waiting-{orders[-1].pk}"' in others
    assert "2 more" in others


def test_a_list_that_is_cut_says_so_and_links_to_all(marta, monkeypatch):
    monkeypatch.setattr("orders.reports.attention.concern.MAX_ROWS", 1)
    shop.place(), shop.place()

    [group] = dashboard(by=marta, at=LATER).groups

    assert len(group.concerns) == 1
    assert group.more.url == f"{reverse('admin:orders_order_changelist')}?status=open"


def test_the_page_and_its_refresh_show_the_same_and_say_as_of_when(sign_in, tonight):
    shop.place()
    browser = sign_in(MANAGER)

    page, part = browser.get(INDEX).content.decode(), browser.get(REFRESH).content.decode()

    assert "20:00:00</time>" in page
    assert "20:00:00</time>" in part
    assert part.lstrip().startswith('<div id="overview"')
    assert f'hx-get="{REFRESH}"' in page
    assert "<script>" not in page


def test_the_refresh_of_the_overview_is_no_use_of_the_session(sign_in, monkeypatch):
    browser, began = sign_in(MANAGER), clock.now()

    def status_after(minutes, address):
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(minutes=minutes))
        return browser.get(address).status_code

    assert [status_after(0, INDEX), status_after(20, REFRESH), status_after(31, REFRESH)] == [200, 200, 302]


def test_today_is_compared_with_the_same_time_by_the_clock_on_the_wall_also_when_the_clocks_changed():
    after_the_change = datetime(2026, 10, 27, 19, 0, tzinfo=UTC)  # 20:00 in Rome, in winter

    assert a_week_before(FRIDAY_NIGHT) == FRIDAY_NIGHT - timedelta(days=7)
    assert a_week_before(after_the_change) == datetime(2026, 10, 20, 18, 0, tzinfo=UTC)  # 20:00, in summer


def test_todays_figures_count_what_was_sold_today_and_last_week_only_until_this_time(marta):
    week_before = FRIDAY_NIGHT - timedelta(days=7)
    shop.place(at=week_before)
    shop.place(at=week_before + timedelta(hours=1))
    refund_helpers.paid_in_cash()
    shop.place()

    today = dashboard(by=marta, at=FRIDAY_NIGHT + timedelta(minutes=1)).today

    shown = {figure.label: (figure.value, figure.before) for figure in today.figures}
    assert (shown["Orders"], shown["Revenue"]) == (("2", "1"), ("€32.38", "€0.00"))
    assert shown["Pizzas"] == ("3", "1")


def test_open_orders_are_counted_by_status(marta, chef):
    shop.place(), shop.place(), delivery(chef)
    refund_helpers.paid_in_cash()

    seen = dashboard(by=marta, at=FRIDAY_NIGHT)

    assert {row.status: row.count for row in seen.open_orders if row.count} == {"confirmed": 2, "ready": 1}
    assert seen.open_count == 3


def test_figures_stand_beside_those_of_the_week_before():
    now = Overview(orders=12, sales=Decimal(240), captured=Decimal(230), pizzas=20, promises=10, promises_kept=9)
    before = Overview(orders=10, sales=Decimal(200), captured=Decimal(240), pizzas=20, promises=10, promises_kept=10)

    shown = {
        figure.label: (figure.value, figure.before, figure.change, figure.is_good) for figure in compared(now, before)
    }

    assert shown == {
        "Orders": ("12", "10", "▲ 20% more", True),
        "Revenue": ("€230.00", "€240.00", "▼ 4.2% less", False),
        "Average order": ("€20.00", "€20.00", "= the same", None),
        "Pizzas": ("20", "20", "= the same", None),
        "Promises kept": ("90%", "100%", "▼ 10 points less", False),
    }


def test_more_than_a_week_before_is_better_also_if_more_was_refunded_than_captured_then():
    now, before = Overview(captured=Decimal(100)), Overview(refunded=Decimal(10))

    revenue = compared(now, before)[1]

    assert (revenue.before, revenue.change, revenue.is_good) == ("-€10.00", "▲ 1,100% more", True)


def test_a_first_day_has_nothing_to_be_compared_with():
    assert [figure.change for figure in compared(Overview(), Overview())] == [""] * 5
    assert [figure.value for figure in compared(Overview(), Overview())] == ["0", "€0.00", "–", "0", "–"]
