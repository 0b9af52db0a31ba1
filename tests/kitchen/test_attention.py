"""What must reach a cook: new tickets until they are seen, and changes of one that is worked on."""

from datetime import timedelta

import pytest

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen.capacity import KitchenFull
from kitchen.exceptions import TicketNotFound
from kitchen.models import LOAD, Kitchen, Ticket, TicketChange, TicketState
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.foundation.idempotency.keys import IdempotentRequest
from pizzeria.foundation.ids import uuid7
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

LATER = FRIDAY_NIGHT + timedelta(minutes=1)


@pytest.fixture
def carlo():
    """Return another cook than the chef."""
    return shop.acting_as(KITCHEN, 21)


def mark_seen(order, by, at=FRIDAY_NIGHT, **options):
    return kitchen_services.mark_seen(ref=order.ref, by=by, at=at, **options)


def acknowledge(order, by, **options):
    return kitchen_services.acknowledge_change(ref=order.ref, by=by, at=FRIDAY_NIGHT, **options)


def cancel(order, by):
    order_services.cancel_order(ref=order.ref, reason=CancelReason.CHANGED_MIND, by=by, at=FRIDAY_NIGHT)


def change_notes(kitchen, order, notes="Cut it", allergies=""):
    kitchen_services.change_ticket_notes(
        kitchen=kitchen, ref=order.ref, notes=notes, allergies=allergies, at=FRIDAY_NIGHT
    )


def on_board():
    return list(Ticket.objects.on_board(FRIDAY_NIGHT).order_by("id").values_list("ref", flat=True))


# --- Seen ---


def test_a_new_ticket_is_unseen_until_a_cook_has_seen_it(placed_order, chef):
    assert Ticket.objects.get().is_unseen

    mark_seen(placed_order, chef, LATER)

    ticket = Ticket.objects.get()
    assert (ticket.is_unseen, ticket.seen_at, ticket.seen_by) == (False, LATER, str(chef))


def test_a_ticket_that_is_seen_already_keeps_the_first_cook_and_the_board_its_version(placed_order, chef, carlo):
    mark_seen(placed_order, chef)
    version = Kitchen.objects.get().version

    mark_seen(placed_order, carlo, LATER)

    ticket = Ticket.objects.get()
    assert (ticket.seen_at, ticket.seen_by) == (FRIDAY_NIGHT, str(chef))
    assert Kitchen.objects.get().version == version


def test_starting_a_ticket_marks_it_as_seen_by_the_cook_who_starts_it(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=LATER)

    ticket = Ticket.objects.get()
    assert (ticket.seen_at, ticket.seen_by) == (LATER, str(chef))


def test_starting_a_ticket_keeps_the_cook_who_saw_it_first(placed_order, chef, carlo):
    mark_seen(placed_order, chef)
    kitchen_services.start_cooking(ref=placed_order.ref, by=carlo, at=LATER)

    assert Ticket.objects.get().seen_by == str(chef)


def test_seeing_a_ticket_renews_the_board_and_leaves_what_other_cooks_aim_at_it_valid(placed_order, chef):
    seq, version = Ticket.objects.get().seq, Kitchen.objects.get().version

    mark_seen(placed_order, chef, seen_seq=seq)

    assert Ticket.objects.get().seq == seq
    assert Kitchen.objects.get().version == version + 1


def test_a_ticket_that_was_changed_since_the_cook_read_it_is_not_marked_as_seen(kitchen, placed_order, chef):
    seq = Ticket.objects.get().seq
    change_notes(kitchen, placed_order)

    with pytest.raises(kitchen_services.TicketStateConflict, match="#1 was changed meanwhile"):
        mark_seen(placed_order, chef, seen_seq=seq)

    assert Ticket.objects.get().is_unseen


def test_a_ticket_that_was_cancelled_meanwhile_is_not_marked_as_seen(placed_order, chef):
    cancel(placed_order, chef)

    with pytest.raises(kitchen_services.TicketStateConflict, match="#1"):
        mark_seen(placed_order, chef)

    assert Ticket.objects.get().seen_at is None


def test_seeing_and_acknowledging_need_the_permission_to_cook(placed_order, guest, driver):
    for command in (kitchen_services.mark_seen, kitchen_services.acknowledge_change):
        for stranger in (guest, driver):
            with pytest.raises(NotAllowed):
                command(ref=placed_order.ref, by=stranger, at=FRIDAY_NIGHT)

    assert Ticket.objects.get().is_unseen


def test_an_unknown_ticket_can_be_neither_seen_nor_acknowledged(kitchen, chef):
    for command in (kitchen_services.mark_seen, kitchen_services.acknowledge_change):
        with pytest.raises(TicketNotFound):
            command(ref=uuid7(), by=chef, at=FRIDAY_NIGHT)


def test_the_same_seen_request_sent_again_returns_the_ticket(placed_order, chef):
    request = IdempotentRequest.of(principal=str(chef), key=uuid7(), data={"ref": placed_order.ref})

    first, again = (mark_seen(placed_order, chef, at, idempotency=request) for at in (FRIDAY_NIGHT, LATER))

    assert first.seen_at == again.seen_at == FRIDAY_NIGHT


# --- Cancelled while it is worked on ---


@pytest.mark.parametrize("is_ready", [False, True], ids=["cooking", "ready"])
def test_a_ticket_cancelled_in_the_oven_or_after_it_stays_on_the_board_until_a_cook_acknowledges_it(
    placed_order, chef, carlo, is_ready
):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    if is_ready:
        kitchen_services.finish_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    before = Ticket.objects.get().state
    cancel(placed_order, chef)
    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.previous_state) == (TicketState.WITHDRAWN, before)
    assert ticket.unacknowledged_change == TicketChange.CANCELLED
    assert on_board() == [placed_order.ref]

    acknowledge(placed_order, carlo)

    assert Ticket.objects.get().unacknowledged_change == ""
    assert on_board() == []


def test_a_waiting_ticket_that_nobody_has_seen_or_printed_just_goes_when_it_is_cancelled(kitchen, placed_order, chef):
    change_notes(kitchen, placed_order)

    cancel(placed_order, chef)

    assert Ticket.objects.get().unacknowledged_change == ""
    assert on_board() == []


@pytest.mark.parametrize("field", ["seen_at", "printed_at"])
def test_a_ticket_cancelled_while_a_cook_may_be_topping_it_stays_in_its_column_until_it_is_acknowledged(
    kitchen, placed_order, chef, field
):
    Ticket.objects.update(**{field: FRIDAY_NIGHT})

    cancel(placed_order, chef)

    [shown] = kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT).waiting
    assert (shown.ref, shown.change) == (placed_order.ref, TicketChange.CANCELLED)
    acknowledge(placed_order, chef)
    assert on_board() == []


def test_a_printed_ticket_for_later_that_is_cancelled_stays_on_the_board_too(kitchen, chef):
    [scheduled] = in_queue(
        kitchen, TicketState.SCHEDULED, joins_queue_at=FRIDAY_NIGHT + timedelta(hours=1), printed_at=FRIDAY_NIGHT
    )

    kitchen_services.withdraw_ticket(kitchen=kitchen, ref=scheduled.ref, by=chef, at=FRIDAY_NIGHT)

    assert [shown.ref for shown in kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT).waiting] == [scheduled.ref]


def test_a_recalled_ticket_whose_second_start_was_undone_stays_when_it_is_cancelled(placed_order, chef):
    Kitchen.objects.update(oven_slots=1)
    shop.cooked(placed_order, by=chef)
    other = shop.place()
    kitchen_services.start_cooking(ref=other.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.finish_ticket(ref=other.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.undo_step(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert Ticket.objects.get(ref=placed_order.ref).state == TicketState.WAITING

    cancel(placed_order, chef)

    assert Ticket.objects.get(ref=placed_order.ref).unacknowledged_change == TicketChange.CANCELLED


def test_a_recalled_ticket_cancelled_while_it_waits_for_the_oven_stays_since_it_is_baked(placed_order, chef):
    Kitchen.objects.update(oven_slots=1)
    shop.cooked(placed_order, by=chef)
    kitchen_services.start_cooking(ref=shop.place().ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.recall_ticket(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    assert Ticket.objects.get(ref=placed_order.ref).state == TicketState.WAITING

    cancel(placed_order, chef)

    assert Ticket.objects.get(ref=placed_order.ref).unacknowledged_change == TicketChange.CANCELLED


def test_a_cancelled_ticket_frees_its_oven_slot_and_its_place_at_once_and_once(placed_order, chef):
    Kitchen.objects.update(oven_slots=1, max_concurrent_orders=2)
    other = shop.place()
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    cancel(placed_order, chef)

    kitchen_services.start_cooking(ref=other.ref, by=chef, at=FRIDAY_NIGHT)
    acknowledge(placed_order, chef)

    assert Ticket.objects.filter(state__in=LOAD).count() == 1
    shop.place()
    with pytest.raises(KitchenFull):
        shop.place()


def test_a_ticket_cancelled_on_its_way_to_the_guest_asks_nothing_of_the_kitchen(placed_order, chef, kitchen):
    shop.cooked(placed_order, by=chef)
    kitchen_services.hand_over_ticket(kitchen=kitchen, ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    kitchen_services.withdraw_ticket(kitchen=kitchen, ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    assert on_board() == []


# --- Changed while it is worked on ---


@pytest.mark.parametrize(
    ("state", "fields", "is_marked"),
    [
        (TicketState.HELD, {}, False),
        (TicketState.WAITING, {}, False),
        (TicketState.WAITING, {"seen_at": FRIDAY_NIGHT}, True),
        (TicketState.WAITING, {"printed_at": FRIDAY_NIGHT}, True),
        (TicketState.COOKING, {"seen_at": FRIDAY_NIGHT}, True),
        (TicketState.READY, {"seen_at": FRIDAY_NIGHT}, True),
    ],
    ids=["held", "new", "seen", "printed", "cooking", "ready"],
)
def test_a_ticket_turns_when_it_is_changed_after_a_cook_may_have_begun_with_it(kitchen, state, fields, is_marked):
    [before] = in_queue(kitchen, state, **fields)
    version = Kitchen.objects.get().version

    change_notes(kitchen, before, notes="Cut it", allergies="Nuts")

    ticket = Ticket.objects.get()
    assert (ticket.notes, ticket.allergies, ticket.seq) == ("Cut it", "Nuts", before.seq + 1)
    assert ticket.unacknowledged_change == (TicketChange.CHANGED if is_marked else "")
    assert Kitchen.objects.get().version == version + 1


def test_an_acknowledged_change_leaves_the_ticket_where_it_was(kitchen, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    change_notes(kitchen, placed_order)
    before, version = Ticket.objects.get(), Kitchen.objects.get().version

    acknowledge(placed_order, chef, seen_seq=before.seq)

    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.unacknowledged_change, ticket.seq) == (TicketState.COOKING, "", before.seq + 1)
    assert Kitchen.objects.get().version == version + 1


def test_a_second_change_is_not_acknowledged_by_a_tap_on_the_first(kitchen, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    change_notes(kitchen, placed_order)
    shown = Ticket.objects.get().seq
    change_notes(kitchen, placed_order, allergies="Nuts")

    with pytest.raises(kitchen_services.TicketStateConflict, match="#1 was changed meanwhile"):
        acknowledge(placed_order, chef, seen_seq=shown)

    assert Ticket.objects.get().unacknowledged_change == TicketChange.CHANGED


def test_a_cancellation_is_not_acknowledged_by_a_tap_on_an_earlier_change(kitchen, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    change_notes(kitchen, placed_order)
    shown = Ticket.objects.get().seq
    cancel(placed_order, chef)

    with pytest.raises(kitchen_services.TicketStateConflict):
        acknowledge(placed_order, chef, seen_seq=shown)

    assert Ticket.objects.get().unacknowledged_change == TicketChange.CANCELLED


def test_acknowledging_what_another_cook_has_acknowledged_changes_nothing(kitchen, placed_order, chef, carlo):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    change_notes(kitchen, placed_order)
    shown = Ticket.objects.get().seq
    acknowledge(placed_order, chef, seen_seq=shown)
    before = Ticket.objects.values().get(), Kitchen.objects.values().get()

    acknowledge(placed_order, carlo, seen_seq=shown)

    assert (Ticket.objects.values().get(), Kitchen.objects.values().get()) == before


def test_the_steps_of_a_changed_ticket_go_on_and_leave_the_change_to_be_read(kitchen, placed_order, chef):
    mark_seen(placed_order, chef)
    change_notes(kitchen, placed_order)

    shop.cooked(placed_order, by=chef)

    ticket = Ticket.objects.get()
    assert (ticket.state, ticket.unacknowledged_change) == (TicketState.READY, TicketChange.CHANGED)
