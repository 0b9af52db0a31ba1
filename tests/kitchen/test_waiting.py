"""The cooks' commands for a waiting ticket: putting it on hold, and before the others."""

import pytest

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen import signals as kitchen_signals
from kitchen.models import Kitchen, Ticket, TicketState
from kitchen.services import TicketStateConflict
from pizzeria.foundation.refusals import NotAllowed
from tests import shop
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

HOLD, RESUME = kitchen_services.hold_ticket, kitchen_services.resume_ticket
FIRST, NORMAL = kitchen_services.prioritize_ticket, kitchen_services.deprioritize_ticket
COMMANDS = [HOLD, RESUME, FIRST, NORMAL]


@pytest.fixture
def waiting(kitchen):
    return in_queue(kitchen, TicketState.WAITING, TicketState.WAITING)


def sequence():
    return list(Ticket.objects.in_sequence().values_list("label", flat=True))


def test_a_ticket_on_hold_keeps_its_place_and_is_not_started_before_it_is_resumed(waiting, chef):
    HOLD(ref=waiting[0].ref, by=chef, at=FRIDAY_NIGHT)

    assert sequence() == ["#1", "#2"]
    assert Ticket.objects.get(ref=waiting[0].ref).on_hold_since == FRIDAY_NIGHT
    with pytest.raises(TicketStateConflict, match=r"^#1 is on hold\. Resume it first\.$"):
        kitchen_services.start_cooking(ref=waiting[0].ref, by=chef, at=FRIDAY_NIGHT)

    RESUME(ref=waiting[0].ref, by=chef, at=FRIDAY_NIGHT)

    assert Ticket.objects.get(ref=waiting[0].ref).on_hold_since is None


def test_a_ticket_with_priority_comes_before_those_that_are_due_earlier_until_it_has_none(waiting, chef):
    FIRST(ref=waiting[1].ref, by=chef, at=FRIDAY_NIGHT)
    assert sequence() == ["#2", "#1"]

    NORMAL(ref=waiting[1].ref, by=chef, at=FRIDAY_NIGHT)
    assert sequence() == ["#1", "#2"]


@pytest.mark.parametrize(("first", "then"), [(HOLD, RESUME), (FIRST, NORMAL)])
def test_each_changes_the_seq_and_the_version_and_has_the_promises_compared(waiting, chef, first, then):
    promised = []

    def listen(*, promises, **_arguments):
        promised.append(set(promises))

    kitchen_signals.promises_changed.connect(listen)
    try:
        for command in (first, then):
            command(ref=waiting[0].ref, by=chef, at=FRIDAY_NIGHT)
    finally:
        kitchen_signals.promises_changed.disconnect(listen)

    assert Ticket.objects.get(ref=waiting[0].ref).seq == 2
    assert Kitchen.objects.get().version == 2
    assert promised == [{ticket.ref for ticket in waiting}] * 2


@pytest.mark.parametrize(
    ("done", "again", "message"),
    [
        (HOLD, HOLD, "#1 is on hold already."),
        (None, RESUME, "#1 is not on hold."),
        (FIRST, FIRST, "#1 comes first already."),
        (None, NORMAL, "#1 is at its place already."),
    ],
)
def test_what_is_so_already_is_refused_with_a_sentence(waiting, chef, done, again, message):
    if done:
        done(ref=waiting[0].ref, by=chef, at=FRIDAY_NIGHT)

    with pytest.raises(TicketStateConflict) as refused:
        again(ref=waiting[0].ref, by=chef, at=FRIDAY_NIGHT)

    assert refused.value.message == message


@pytest.mark.parametrize("command", COMMANDS)
def test_a_ticket_in_another_state_an_older_screen_and_an_actor_who_is_no_cook_are_refused(
    kitchen, chef, guest, command
):
    cooking, waiting = in_queue(kitchen, TicketState.COOKING, TicketState.WAITING)

    with pytest.raises(TicketStateConflict, match=r"^#1 is in the oven already\.$"):
        command(ref=cooking.ref, by=chef, at=FRIDAY_NIGHT)
    with pytest.raises(TicketStateConflict, match=r"^#2 was changed meanwhile\. Please read it again\.$"):
        command(ref=waiting.ref, seen_seq=7, by=chef, at=FRIDAY_NIGHT)
    with pytest.raises(NotAllowed):
        command(ref=waiting.ref, by=guest, at=FRIDAY_NIGHT)
    assert Kitchen.objects.get().version == 0


def test_priority_outlives_a_start_that_is_undone_and_ends_when_the_ticket_is_ready(kitchen, chef):
    _first, ref = shop.place(), shop.place().ref
    FIRST(ref=ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.start_cooking(ref=ref, by=chef, at=FRIDAY_NIGHT)
    [cooking] = kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT).cooking
    assert not cooking.is_priority
    kitchen_services.undo_step(ref=ref, by=chef, at=FRIDAY_NIGHT)
    assert sequence() == ["#2", "#1"]

    kitchen_services.start_cooking(ref=ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=ref, by=chef, at=FRIDAY_NIGHT)

    assert not Ticket.objects.get(ref=ref).is_priority
