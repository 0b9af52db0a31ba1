"""Alerts of the board: tickets that nobody sees, and an open kitchen whose board is nowhere in sight."""

from datetime import timedelta

import pytest

from kitchen import services
from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.services.watch import NO_LIVE_SCREEN
from kitchen.tasks import watch_boards
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.alerts import tasks as alert_tasks
from pizzeria.foundation.alerts.models import Alert, AlertEmail
from pizzeria.foundation.alerts.services import acknowledge_alert
from pizzeria.users.roles import MANAGER
from tests import shop
from tests.factories import BoardScreenFactory
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
DAY_LONG = [[{"opens": "18:00", "closes": "23:00"}]] * 7  # on the shop's wall clock; FRIDAY_NIGHT is 20:00
OPENED = FRIDAY_NIGHT - timedelta(hours=2)

pytestmark = pytest.mark.usefixtures("kitchen")


def watch(at):
    return services.watch_board(kitchen=Kitchen.objects.get(), by=SYSTEM, at=at)


def raised_at(begin=FRIDAY_NIGHT):
    """Watch every ten seconds for four minutes; return after how many seconds an alert was raised."""
    return [seconds for seconds in range(0, 240, 10) if watch(begin + seconds * SECOND)]


def alerts(kind):
    return Alert.objects.filter(kind=kind.code).order_by("pk")


@pytest.fixture
def in_sight(kitchen):
    """A screen that shows the board all evening."""
    return BoardScreenFactory(kitchen=kitchen, last_seen_at=FRIDAY_NIGHT + timedelta(hours=5))


def test_a_ticket_that_no_cook_has_seen_for_thirty_seconds_is_an_alert(kitchen, in_sight):
    in_queue(kitchen, TicketState.WAITING)

    assert not watch(FRIDAY_NIGHT + 29 * SECOND)
    assert watch(FRIDAY_NIGHT + 30 * SECOND)

    assert str(Alert.objects.get()) == ("No cook has seen ticket #1 for 30 seconds. Unseen for too long in all: 1.")


def test_the_same_unseen_ticket_is_counted_once_however_often_it_is_looked_at(kitchen, in_sight):
    in_queue(kitchen, TicketState.WAITING)

    raised = [watch(FRIDAY_NIGHT + seconds * SECOND) for seconds in (30, 40, 50, 600)]

    assert raised == [True, False, False, False]
    assert Alert.objects.get().times_seen == 1


def test_another_ticket_that_becomes_unseen_for_too_long_is_counted_and_the_oldest_named(kitchen, in_sight):
    in_queue(kitchen, TicketState.WAITING)
    watch(FRIDAY_NIGHT + 30 * SECOND)
    later = FRIDAY_NIGHT + 45 * SECOND
    in_queue(kitchen, TicketState.WAITING, TicketState.WAITING, at=later)

    raised = [watch(later + seconds * SECOND) for seconds in (29, 30, 40)]

    assert raised == [False, True, False]
    alert = Alert.objects.get()
    assert alert.times_seen == 2
    assert alert.parameters == {"ticket": "#1", "seconds": 75, "tickets": 3}


def test_an_unseen_ticket_whose_alert_was_acknowledged_raises_no_other(kitchen, in_sight):
    in_queue(kitchen, TicketState.WAITING)
    watch(FRIDAY_NIGHT + 30 * SECOND)
    acknowledge_alert(alert_id=Alert.objects.get().pk, by=shop.hire(MANAGER), at=FRIDAY_NIGHT + 35 * SECOND)

    assert not watch(FRIDAY_NIGHT + 40 * SECOND)
    assert Alert.objects.count() == 1


def test_the_alert_ends_by_itself_once_every_ticket_is_seen(kitchen, in_sight):
    in_queue(kitchen, TicketState.WAITING)
    watch(FRIDAY_NIGHT + 30 * SECOND)
    Ticket.objects.update(seen_at=FRIDAY_NIGHT + 35 * SECOND)

    watch(FRIDAY_NIGHT + 40 * SECOND)

    alert = Alert.objects.get()
    assert (alert.acknowledged_at, alert.acknowledged_by) == (FRIDAY_NIGHT + 40 * SECOND, None)


@pytest.mark.parametrize(
    "ticket",
    [
        {"state": TicketState.WAITING, "seen_at": FRIDAY_NIGHT},
        {"state": TicketState.WAITING, "on_hold_since": FRIDAY_NIGHT},
        {"state": TicketState.HELD},
        {"state": TicketState.SCHEDULED},
        {"state": TicketState.COOKING},
        {"state": TicketState.READY},
    ],
    ids=str,
)
def test_a_ticket_that_is_seen_or_not_yet_to_be_made_is_no_alert(kitchen, in_sight, ticket):
    state = ticket.pop("state")
    in_queue(kitchen, state, **ticket)

    assert not watch(FRIDAY_NIGHT + 10 * MINUTE)


def test_a_kitchen_that_does_not_want_to_know_of_unseen_tickets_is_not_told(kitchen, in_sight):
    Kitchen.objects.update(unseen_seconds=0)
    in_queue(kitchen, TicketState.WAITING)

    assert not watch(FRIDAY_NIGHT + 10 * MINUTE)


def test_an_open_kitchen_whose_board_is_nowhere_in_sight_for_two_minutes_is_one_alert(kitchen):
    BoardScreenFactory(last_seen_at=FRIDAY_NIGHT)

    raised = [watch(FRIDAY_NIGHT + seconds * SECOND) for seconds in (60, 119, 120, 130, 3000)]

    assert raised == [False, False, True, False, False]
    assert str(alerts(NO_LIVE_SCREEN).get()) == "The kitchen Via Roma is open, and no screen shows its board."
    assert Alert.objects.get().times_seen == 1


def test_a_kitchen_that_never_had_a_screen_is_alerted_of_two_minutes_after_it_was_first_looked_at(kitchen):
    assert raised_at() == [120]


def test_a_kitchen_that_works_without_screens_is_not_alerted_of(kitchen):
    Kitchen.objects.update(watches_screens=False)

    assert raised_at() == []


def test_the_alert_ends_when_a_manager_says_that_the_kitchen_works_without_screens(kitchen):
    raised_at()
    Kitchen.objects.update(watches_screens=False)

    watch(FRIDAY_NIGHT + 5 * MINUTE)

    assert not Alert.objects.open().exists()


def test_the_screen_of_a_manager_counts_only_if_it_has_a_name(kitchen):
    screen = BoardScreenFactory(is_of_cook=False, last_seen_at=FRIDAY_NIGHT + timedelta(hours=5))
    assert raised_at() == [120]

    screen.name = "Wall"
    screen.save()

    watch(FRIDAY_NIGHT + 5 * MINUTE)
    assert not Alert.objects.open().exists()


def test_a_screen_without_sound_counts(kitchen, in_sight):
    in_sight.is_sound_on = False
    in_sight.save()

    assert raised_at() == []


def test_the_alert_ends_with_the_outage_and_the_next_outage_is_another_one(kitchen):
    screen = BoardScreenFactory(last_seen_at=FRIDAY_NIGHT)
    assert raised_at() == [120]
    screen.last_visible_at = FRIDAY_NIGHT + 3 * MINUTE
    screen.save()
    watch(FRIDAY_NIGHT + 3 * MINUTE)
    assert not Alert.objects.open().exists()

    assert raised_at(FRIDAY_NIGHT + 3 * MINUTE) == [120]

    assert alerts(NO_LIVE_SCREEN).count() == 2


def test_a_manager_who_knows_of_the_outage_is_reminded_after_an_hour(kitchen, in_sight):
    in_sight.last_visible_at = FRIDAY_NIGHT - timedelta(hours=1)
    in_sight.save()
    Kitchen.objects.update(unwatched_since=FRIDAY_NIGHT - timedelta(hours=1))
    watch(FRIDAY_NIGHT)
    acknowledge_alert(alert_id=Alert.objects.get().pk, by=shop.hire(MANAGER), at=FRIDAY_NIGHT + MINUTE)

    assert not watch(FRIDAY_NIGHT + 59 * MINUTE)
    assert watch(FRIDAY_NIGHT + 60 * MINUTE)


def test_a_closed_kitchen_needs_no_screen_and_one_that_opens_has_two_minutes(kitchen):
    Kitchen.objects.update(opening_hours={"week": DAY_LONG})

    raised = [watch(OPENED + seconds * SECOND) for seconds in (-1, 0, 119, 120)]

    assert raised == [False, False, False, True]

    watch(FRIDAY_NIGHT + 3 * timedelta(hours=1))
    assert not Alert.objects.open().exists()


def test_a_paused_kitchen_needs_no_screen(kitchen):
    Kitchen.objects.update(taking_orders=False)
    assert raised_at() == []

    Kitchen.objects.update(taking_orders=True)
    assert raised_at(FRIDAY_NIGHT + 5 * MINUTE) == [120]


def test_the_task_sends_what_it_raises_without_waiting_for_the_sweep(
    kitchen, tonight, message_sinks, change_shop, monkeypatch
):
    change_shop(alerts_email_to="mario@pizzeria.example")
    Kitchen.objects.update(unwatched_since=FRIDAY_NIGHT - timedelta(hours=1))
    queued = []
    monkeypatch.setattr(alert_tasks.send_alert_email, "apply_async", lambda **sent: queued.append(sent))

    watch_boards()

    assert [sent["kwargs"] for sent in queued] == [{"email_id": AlertEmail.objects.get().pk}]
    assert alerts(NO_LIVE_SCREEN).count() == 1
