"""Dead events: news that nobody could be told is a manager's to have told again, or to drop with a reason."""

from datetime import timedelta

import pytest
from django.urls import reverse

from orders.signals import order_placed
from pizzeria.foundation.events import dead_letters
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import MAX_ATTEMPTS, MAX_DELAY, relay_due
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT as NIGHT

LATER = NIGHT + timedelta(days=1)


@pytest.fixture
def ears():
    """Somebody outside who hears of placed orders; deaf until `ears.append("open")`."""
    open_ears = []

    def hear(*, event, **_):
        if not open_ears:
            raise ZeroDivisionError

    order_placed.connect(hear)
    yield open_ears
    order_placed.disconnect(hear)


@pytest.fixture
def dead_event(kitchen, ears):
    """The placing of an order of which nobody could be told."""
    order = shop.place()
    for turn in range(MAX_ATTEMPTS):
        relay_due(now=lambda turn=turn: NIGHT + turn * MAX_DELAY)
    return OutboxEntry.objects.get(event__aggregate_ref=order.ref, event__seq=1)


def test_are_told_after_all_when_a_manager_says_so(dead_event, ears, manager):
    ears.append("open")

    dead_letters.requeue(event_id=dead_event.pk, by=manager, at=LATER)
    relay_due(now=lambda: LATER)

    dead_event.refresh_from_db()
    assert (dead_event.relayed_at, dead_event.dead_lettered_at, dead_event.error) == (LATER, None, "")


def test_stay_untold_when_a_manager_drops_them(dead_event, ears, manager):
    ears.append("open")

    dead_letters.discard(event_id=dead_event.pk, because=" told by phone ", by=manager, at=LATER)
    relay_due(now=lambda: LATER)

    dead_event.refresh_from_db()
    assert (dead_event.relayed_at, dead_event.discard_reason) == (None, "told by phone")


@pytest.mark.parametrize("because", ["", "  "])
def test_are_not_dropped_without_a_reason(dead_event, manager, because):
    with pytest.raises(dead_letters.DiscardReasonMissing):
        dead_letters.discard(event_id=dead_event.pk, because=because, by=manager, at=LATER)


def test_are_no_cooks_business(dead_event, chef):
    with pytest.raises(NotAllowed):
        dead_letters.requeue(event_id=dead_event.pk, by=chef, at=LATER)


def test_are_nothing_else_than_dead(placed_order, manager):
    for relay in OutboxEntry.objects.filter(event__aggregate_ref=placed_order.ref):
        with pytest.raises(Refusal):
            dead_letters.requeue(event_id=relay.pk, by=manager, at=LATER)


def post(browser, action, relay, **fields):
    answer = browser.post(
        reverse("admin:events_outboxentry_changelist"),
        {"action": action, "_selected_action": [relay.pk], **fields},
        follow=True,
    )
    relay.refresh_from_db()
    return answer.content.decode()


def test_are_listed_in_admin_with_what_went_wrong(dead_event, sign_in):
    html = sign_in(MANAGER).get(reverse("admin:events_outboxentry_changelist"), {"state": "dead"}).content.decode()

    assert "order.placed.v1" in html
    assert "ZeroDivisionError" in html


def test_are_told_again_from_admin(dead_event, sign_in):
    html = post(sign_in(MANAGER), "requeue", dead_event)

    assert "is told again" in html
    assert dead_event.dead_lettered_at is None


def test_are_dropped_from_admin_with_a_reason(dead_event, sign_in):
    browser = sign_in(MANAGER)

    assert "Please say why" in post(browser, "discard", dead_event)
    assert "Nobody will be told" in post(browser, "discard", dead_event, because="told by phone")
    assert dead_event.discard_reason == "told by phone"


@pytest.mark.parametrize("state", ["dead", "waiting", "relayed", "discarded", "nonsense"])
def test_can_be_looked_for_by_state(dead_event, sign_in, state):
    assert sign_in(MANAGER).get(reverse("admin:events_outboxentry_changelist"), {"state": state}).status_code == 200


def test_are_shown_to_managers_alone(dead_event, sign_in):
    assert sign_in(KITCHEN).get(reverse("admin:events_outboxentry_changelist")).status_code in {302, 403}
