"""Dead letters: a manager requeues an event that could not be published, or discards it with a reason."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import reverse

from orders.signals import order_placed
from pizzeria.foundation.events import dead_letters
from pizzeria.foundation.events.claims import MAX_ATTEMPTS
from pizzeria.foundation.events.models import OutboxEntry
from pizzeria.foundation.events.relay import MAX_DELAY, relay_due
from pizzeria.foundation.refusals import NotAllowed, Refusal
from pizzeria.users.roles import KITCHEN, MANAGER
from tests import shop
from tests.shop import FRIDAY_NIGHT as NIGHT

LATER = NIGHT + timedelta(days=1)


@pytest.fixture
def failing_receiver():
    """A receiver of `order_placed` that fails until `failing_receiver.fails = False`."""
    state = SimpleNamespace(fails=True)

    def receive(*, event, **_):
        if state.fails:
            raise ZeroDivisionError

    order_placed.connect(receive)
    yield state
    order_placed.disconnect(receive)


@pytest.fixture
def dead_event(kitchen, failing_receiver):
    """The outbox entry of a placed order's first event, which has become a dead letter."""
    order = shop.place()
    for turn in range(MAX_ATTEMPTS):
        relay_due(now=lambda turn=turn: NIGHT + turn * MAX_DELAY)
    return OutboxEntry.objects.get(event__aggregate_ref=order.ref, event__seq=1)


def test_a_dead_letter_that_a_manager_requeues_is_published(dead_event, failing_receiver, manager):
    failing_receiver.fails = False

    dead_letters.requeue(event_id=dead_event.pk, by=manager, at=LATER)
    relay_due(now=lambda: LATER)

    dead_event.refresh_from_db()
    assert (dead_event.relayed_at, dead_event.dead_lettered_at, dead_event.error) == (LATER, None, "")


def test_a_dead_letter_that_a_manager_discards_is_never_published(dead_event, failing_receiver, manager):
    failing_receiver.fails = False

    dead_letters.discard(event_id=dead_event.pk, reason=" known by phone ", by=manager, at=LATER)
    relay_due(now=lambda: LATER)

    dead_event.refresh_from_db()
    assert (dead_event.relayed_at, dead_event.discard_reason) == (None, "known by phone")


@pytest.mark.parametrize("reason", ["", "  "])
def test_discarding_a_dead_letter_requires_a_reason(dead_event, manager, reason):
    with pytest.raises(dead_letters.DiscardReasonMissing):
        dead_letters.discard(event_id=dead_event.pk, reason=reason, by=manager, at=LATER)


def test_requeueing_a_dead_letter_is_refused_to_kitchen_staff(dead_event, chef):
    with pytest.raises(NotAllowed):
        dead_letters.requeue(event_id=dead_event.pk, by=chef, at=LATER)


def test_requeueing_is_refused_for_an_event_that_is_no_dead_letter(placed_order, manager):
    for entry in OutboxEntry.objects.filter(event__aggregate_ref=placed_order.ref):
        with pytest.raises(Refusal):
            dead_letters.requeue(event_id=entry.pk, by=manager, at=LATER)


def submit_action(browser, action, entry, **fields):
    response = browser.post(
        reverse("admin:events_outboxentry_changelist"),
        {"action": action, "_selected_action": [entry.pk], **fields},
        follow=True,
    )
    entry.refresh_from_db()
    return response.content.decode()


def test_the_admin_lists_dead_letters_with_their_errors(dead_event, sign_in):
    html = sign_in(MANAGER).get(reverse("admin:events_outboxentry_changelist"), {"state": "dead"}).content.decode()

    assert "order.placed.v4" in html
    assert "ZeroDivisionError" in html


def test_a_manager_can_requeue_a_dead_letter_in_the_admin(dead_event, sign_in):
    html = submit_action(sign_in(MANAGER), "requeue", dead_event)

    assert "was requeued" in html
    assert dead_event.dead_lettered_at is None


def test_a_manager_can_discard_a_dead_letter_in_the_admin_with_a_reason_only(dead_event, sign_in):
    browser = sign_in(MANAGER)

    assert "Please give a reason" in submit_action(browser, "discard", dead_event)
    assert "is discarded and will not be published" in submit_action(
        browser, "discard", dead_event, reason="known by phone"
    )
    assert dead_event.discard_reason == "known by phone"


@pytest.mark.parametrize(
    ("state", "is_listed"),
    [("dead", True), ("waiting", False), ("relayed", False), ("discarded", False), ("nonsense", True)],
)
def test_the_outbox_list_in_the_admin_is_filtered_by_state(dead_event, sign_in, state, is_listed):
    page = sign_in(MANAGER).get(reverse("admin:events_outboxentry_changelist"), {"state": state})

    assert page.context["cl"].queryset.filter(pk=dead_event.pk).exists() is is_listed


def test_the_outbox_list_in_the_admin_is_closed_to_kitchen_staff(dead_event, sign_in):
    assert sign_in(KITCHEN).get(reverse("admin:events_outboxentry_changelist")).status_code in {302, 403}
