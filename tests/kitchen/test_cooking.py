"""The cooks' commands: starting and finishing a ticket."""

from uuid import uuid4

import pytest

from kitchen import services as kitchen_services
from kitchen import signals as kitchen_signals
from kitchen.exceptions import TicketNotFound
from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.services import OvenSlotsTaken, TicketStateConflict
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.factories import UserFactory
from tests.kitchen.tickets import MINUTE, in_queue
from tests.shop import FRIDAY_NIGHT

LATER = FRIDAY_NIGHT + 9 * MINUTE


@pytest.fixture
def without_receivers():
    """Disconnect every receiver of the two signals, because these tickets belong to no order."""
    original_receivers = {
        signal: signal.receivers for signal in (kitchen_signals.cooking_started, kitchen_signals.ticket_ready)
    }
    for signal in original_receivers:
        signal.receivers = []
        signal.sender_receivers_cache.clear()
    yield
    for signal, receivers in original_receivers.items():
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


pytestmark = pytest.mark.usefixtures("without_receivers")


@pytest.fixture
def sent_signals():
    """Record the signals that the kitchen sends, as (signal, arguments)."""
    sent = []

    def listen(*, signal, sender, **arguments):
        sent.append((signal, arguments))

    for signal in (kitchen_signals.cooking_started, kitchen_signals.ticket_ready):
        signal.connect(listen)
    yield sent
    for signal in (kitchen_signals.cooking_started, kitchen_signals.ticket_ready):
        signal.disconnect(listen)


@pytest.fixture
def waiting(kitchen):
    [ticket] = in_queue(kitchen, TicketState.WAITING)
    return ticket


@pytest.fixture
def cooking(kitchen):
    [ticket] = in_queue(kitchen, TicketState.COOKING)
    return ticket


def start(ticket, *, by, at=LATER):
    return kitchen_services.start_cooking(ref=ticket.ref, by=by, at=at)


def finish(ticket, *, by, at=LATER):
    return kitchen_services.finish_ticket(ref=ticket.ref, by=by, at=at)


def state_of(ticket):
    return Ticket.objects.get(pk=ticket.pk).state


def test_starting_a_waiting_ticket_marks_it_as_cooking_and_stores_the_time(waiting, chef):
    start(waiting, by=chef)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_changed_at, waiting.started_at) == (TicketState.COOKING, LATER, LATER)


def test_finishing_a_cooking_ticket_marks_it_as_ready_and_keeps_its_start_time(cooking, chef):
    finish(cooking, by=chef)

    cooking.refresh_from_db()
    assert (cooking.state, cooking.state_changed_at, cooking.started_at) == (TicketState.READY, LATER, FRIDAY_NIGHT)


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (TicketState.COOKING, "#1 is in the oven already."),
        (TicketState.READY, "#1 is ready already."),
        (TicketState.GONE, "#1 has been handed over already."),
        (TicketState.HELD, "#1 is not to be cooked yet."),
        (TicketState.WITHDRAWN, "#1 was cancelled: it is not to be made."),
    ],
    ids=str,
)
def test_starting_a_ticket_that_is_not_waiting_is_refused_with_its_current_state(kitchen, chef, state, message):
    [ticket] = in_queue(kitchen, state)

    with pytest.raises(TicketStateConflict) as refused:
        start(ticket, by=chef)

    assert refused.value.message == message
    assert state_of(ticket) == state


@pytest.mark.parametrize(
    ("state", "message"),
    [
        (TicketState.WAITING, "#1 has not been started yet."),
        (TicketState.READY, "#1 is ready already."),
        (TicketState.GONE, "#1 has been handed over already."),
    ],
    ids=str,
)
def test_finishing_a_ticket_that_is_not_cooking_is_refused_with_its_current_state(kitchen, chef, state, message):
    [ticket] = in_queue(kitchen, state)

    with pytest.raises(TicketStateConflict) as refused:
        finish(ticket, by=chef)

    assert refused.value.message == message
    assert state_of(ticket) == state


def test_the_refusal_of_a_second_start_names_the_other_cook_who_was_first(waiting, manager):
    ciro = shop.acting_as(KITCHEN, UserFactory(first_name="Ciro").pk)
    start(waiting, by=ciro)

    with pytest.raises(TicketStateConflict, match=r"^#1 is in the oven already\. Ciro was first\.$"):
        start(waiting, by=manager)
    with pytest.raises(TicketStateConflict, match=r"^#1 is in the oven already\.$"):
        start(waiting, by=ciro)


def test_the_refusal_of_a_withdrawn_ticket_names_nobody_as_a_guest_may_have_cancelled_it(waiting, chef):
    guest = UserFactory(first_name="Carla")
    Ticket.objects.update(state=TicketState.WITHDRAWN, state_changed_by=str(guest.pk))

    with pytest.raises(TicketStateConflict, match=r"^#1 was cancelled: it is not to be made\.$"):
        kitchen_services.start_cooking(ref=waiting.ref, by=chef, at=FRIDAY_NIGHT)


def test_starting_a_ticket_is_refused_while_every_oven_slot_is_taken(kitchen, chef):
    Kitchen.objects.update(oven_slots=2)
    *_cooking, third = in_queue(kitchen, TicketState.COOKING, TicketState.COOKING, TicketState.WAITING)

    with pytest.raises(OvenSlotsTaken) as refused:
        start(third, by=chef)

    assert refused.value.message == "Every oven slot is taken. Finish a ticket first."
    assert state_of(third) == TicketState.WAITING


def test_finishing_a_ticket_frees_an_oven_slot_for_the_next_one(kitchen, chef):
    Kitchen.objects.update(oven_slots=2)
    first, _second, third = in_queue(kitchen, TicketState.COOKING, TicketState.COOKING, TicketState.WAITING)

    finish(first, by=chef)
    start(third, by=chef)

    assert state_of(third) == TicketState.COOKING


def test_guests_and_drivers_may_neither_start_nor_finish_a_ticket(kitchen, guest, driver):
    waiting, cooking = in_queue(kitchen, TicketState.WAITING, TicketState.COOKING)

    for actor in (guest, driver):
        with pytest.raises(NotAllowed):
            start(waiting, by=actor)
        with pytest.raises(NotAllowed):
            finish(cooking, by=actor)

    assert (state_of(waiting), state_of(cooking)) == (TicketState.WAITING, TicketState.COOKING)


def test_starting_or_finishing_an_unknown_ticket_is_refused_as_a_ticket_that_is_not_found(kitchen, chef):
    for step in (kitchen_services.start_cooking, kitchen_services.finish_ticket):
        with pytest.raises(TicketNotFound):
            step(ref=uuid4(), by=chef, at=LATER)


def test_each_step_increments_the_board_version_and_a_refusal_does_not(kitchen, waiting, chef):
    def version():
        return Kitchen.objects.get(pk=kitchen.pk).version

    start(waiting, by=chef)
    assert version() == 1

    with pytest.raises(TicketStateConflict):
        start(waiting, by=chef)
    assert version() == 1

    finish(waiting, by=chef)
    assert version() == 2


def test_each_step_sends_its_signal_with_kitchen_ref_actor_and_time(kitchen, waiting, chef, sent_signals):
    start(waiting, by=chef)
    finish(waiting, by=chef)

    arguments = {"kitchen": kitchen, "ref": waiting.ref, "by": chef, "at": LATER}
    assert sent_signals == [(kitchen_signals.cooking_started, arguments), (kitchen_signals.ticket_ready, arguments)]


def test_a_refused_step_sends_no_signal(cooking, chef, sent_signals):
    with pytest.raises(TicketStateConflict):
        start(cooking, by=chef)

    assert sent_signals == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("signal", "state", "step"),
    [
        (kitchen_signals.cooking_started, TicketState.WAITING, start),
        (kitchen_signals.ticket_ready, TicketState.COOKING, finish),
    ],
    ids=["started", "ready"],
)
def test_a_step_is_rolled_back_when_a_receiver_of_its_signal_fails(kitchen, chef, signal, state, step):
    [ticket] = in_queue(kitchen, state)

    def fail(**_news):
        assert state_of(ticket) != state, "it has happened already, in this transaction"
        raise ZeroDivisionError

    signal.connect(fail)
    try:
        with pytest.raises(ZeroDivisionError):
            step(ticket, by=chef)
    finally:
        signal.disconnect(fail)

    assert state_of(ticket) == state
    assert Kitchen.objects.get(pk=kitchen.pk).version == 0
