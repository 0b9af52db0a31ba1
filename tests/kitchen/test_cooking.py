"""The cooks' commands: a ticket goes into the oven and comes out."""

from uuid import uuid4

import pytest

from kitchen import services as kitchen_services
from kitchen import signals as kitchen_signals
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
def nobody_listens():
    """The line alone, without the desk: these tickets belong to no order."""
    heard_by = {signal: signal.receivers for signal in (kitchen_signals.cooking_started, kitchen_signals.ticket_ready)}
    for signal in heard_by:
        signal.receivers = []
        signal.sender_receivers_cache.clear()
    yield
    for signal, receivers in heard_by.items():
        signal.receivers = receivers
        signal.sender_receivers_cache.clear()


pytestmark = pytest.mark.usefixtures("nobody_listens")


@pytest.fixture
def heard():
    """What the line tells whoever listens."""
    told = []

    def listen(*, signal, sender, **news):
        told.append((signal, news))

    for signal in (kitchen_signals.cooking_started, kitchen_signals.ticket_ready):
        signal.connect(listen)
    yield told
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


def test_puts_a_waiting_ticket_into_the_oven(waiting, chef):
    start(waiting, by=chef)

    waiting.refresh_from_db()
    assert (waiting.state, waiting.state_changed_at, waiting.started_at) == (TicketState.COOKING, LATER, LATER)


def test_takes_a_cooking_ticket_out_and_remembers_when_it_went_in(cooking, chef):
    finish(cooking, by=chef)

    cooking.refresh_from_db()
    assert (cooking.state, cooking.state_changed_at, cooking.started_at) == (TicketState.READY, LATER, FRIDAY_NIGHT)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (TicketState.COOKING, "#1 is in the oven already."),
        (TicketState.READY, "#1 is ready already."),
        (TicketState.GONE, "#1 has been handed over already."),
        (TicketState.HELD, "#1 is not in the line any more."),
        (TicketState.WITHDRAWN, "#1 is not in the line any more."),
    ],
    ids=str,
)
def test_starts_nothing_that_is_not_waiting_and_says_where_it_is(kitchen, chef, state, sentence):
    [ticket] = in_queue(kitchen, state)

    with pytest.raises(TicketStateConflict) as refused:
        start(ticket, by=chef)

    assert refused.value.sentence == sentence
    assert state_of(ticket) == state


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (TicketState.WAITING, "#1 has not been started yet."),
        (TicketState.READY, "#1 is ready already."),
        (TicketState.GONE, "#1 has been handed over already."),
    ],
    ids=str,
)
def test_finishes_nothing_that_is_not_cooking_and_says_where_it_is(kitchen, chef, state, sentence):
    [ticket] = in_queue(kitchen, state)

    with pytest.raises(TicketStateConflict) as refused:
        finish(ticket, by=chef)

    assert refused.value.sentence == sentence
    assert state_of(ticket) == state


def test_tells_the_second_cook_who_was_quicker(waiting, manager):
    ciro = shop.acting_as(KITCHEN, UserFactory(first_name="Ciro").pk)
    start(waiting, by=ciro)

    with pytest.raises(TicketStateConflict, match=r"^#1 is in the oven already\. Ciro was first\.$"):
        start(waiting, by=manager)
    with pytest.raises(TicketStateConflict, match=r"^#1 is in the oven already\.$"):
        start(waiting, by=ciro)


def test_never_takes_more_than_there_are_places(kitchen, chef):
    Kitchen.objects.update(oven_slots=2)
    *_cooking, third = in_queue(kitchen, TicketState.COOKING, TicketState.COOKING, TicketState.WAITING)

    with pytest.raises(OvenSlotsTaken) as refused:
        start(third, by=chef)

    assert refused.value.sentence == "Every place in the oven is taken. Finish a ticket first."
    assert state_of(third) == TicketState.WAITING


def test_takes_the_next_when_one_is_out(kitchen, chef):
    Kitchen.objects.update(oven_slots=2)
    first, _second, third = in_queue(kitchen, TicketState.COOKING, TicketState.COOKING, TicketState.WAITING)

    finish(first, by=chef)
    start(third, by=chef)

    assert state_of(third) == TicketState.COOKING


def test_is_not_for_guests_and_drivers(kitchen, guest, driver):
    waiting, cooking = in_queue(kitchen, TicketState.WAITING, TicketState.COOKING)

    for somebody in (guest, driver):
        with pytest.raises(NotAllowed):
            start(waiting, by=somebody)
        with pytest.raises(NotAllowed):
            finish(cooking, by=somebody)

    assert (state_of(waiting), state_of(cooking)) == (TicketState.WAITING, TicketState.COOKING)


def test_knows_no_ticket_that_nobody_wrote(kitchen, chef):
    for step in (kitchen_services.start_cooking, kitchen_services.finish_ticket):
        with pytest.raises(Kitchen.DoesNotExist):
            step(ref=uuid4(), by=chef, at=LATER)


def test_raises_the_boards_version_at_each_step_and_at_no_refusal(kitchen, waiting, chef):
    def version():
        return Kitchen.objects.get(pk=kitchen.pk).version

    start(waiting, by=chef)
    assert version() == 1

    with pytest.raises(TicketStateConflict):
        start(waiting, by=chef)
    assert version() == 1

    finish(waiting, by=chef)
    assert version() == 2


def test_is_told_with_who_when_and_the_locked_kitchen(kitchen, waiting, chef, heard):
    start(waiting, by=chef)
    finish(waiting, by=chef)

    news = {"kitchen": kitchen, "ref": waiting.ref, "by": chef, "at": LATER}
    assert heard == [(kitchen_signals.cooking_started, news), (kitchen_signals.ticket_ready, news)]


def test_is_not_told_when_it_was_refused(cooking, chef, heard):
    with pytest.raises(TicketStateConflict):
        start(cooking, by=chef)

    assert heard == []


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("signal", "state", "step"),
    [
        (kitchen_signals.cooking_started, TicketState.WAITING, start),
        (kitchen_signals.ticket_ready, TicketState.COOKING, finish),
    ],
    ids=["started", "ready"],
)
def test_is_undone_when_somebody_who_hears_it_fails(kitchen, chef, signal, state, step):
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
