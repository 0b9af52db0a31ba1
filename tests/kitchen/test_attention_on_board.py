"""The board shows what has to reach a cook: unseen tickets, and those that were cancelled or changed."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.users.roles import KITCHEN
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

BOARD, STEPS = reverse("kitchen:board"), reverse("kitchen:steps")


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN, first_name="Ciro")


@pytest.fixture
def cancelled_in_the_oven(placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    order_services.cancel_order(ref=placed_order.ref, reason=CancelReason.CHANGED_MIND, by=chef, at=FRIDAY_NIGHT)
    return Ticket.objects.get()


def board():
    return kitchen_selectors.board(Kitchen.objects.get(), at=FRIDAY_NIGHT)


def card(html, ticket):
    [found] = re.findall(
        rf'<li[^>]* id="ticket-{ticket.ref}".*?</li>\s*(?=<li[^>]* id="ticket-|</ol>)', html, re.DOTALL
    )
    return found


def buttons(html):
    return re.findall(r'<button[^>]*?name="step"\s+value="([^"]*)"', html)


def test_a_card_is_marked_as_unseen_until_a_cook_has_seen_it(ciro, placed_order):
    html = ciro.get(BOARD).content.decode()
    assert "data-unseen" in card(html, placed_order)

    [step] = [button for button in buttons(html) if button.startswith("seen:")]
    ciro.post(STEPS, {"step": step})

    assert "data-unseen" not in card(ciro.get(BOARD).content.decode(), placed_order)
    assert Ticket.objects.get().seen_by == str(ciro.user.pk)


def test_one_button_marks_all_new_tickets_as_seen(ciro, kitchen):
    tickets = in_queue(kitchen, TicketState.WAITING, TicketState.WAITING, TicketState.WAITING)
    html = ciro.get(BOARD).content.decode()
    assert "3 new: seen" in html
    [step] = [button for button in buttons(html) if button.startswith("seen:")]

    response = ciro.post(STEPS, {"step": step}, follow=True)

    assert "#1, #2, #3 are seen." in response.content.decode()
    assert not Ticket.objects.filter(seen_at=None).exists()
    assert len(tickets) == 3
    assert "All seen" in response.content.decode()


def test_the_button_leaves_a_ticket_that_has_come_since_its_page_was_shown(ciro, kitchen):
    in_queue(kitchen, TicketState.WAITING)
    [step] = [button for button in buttons(ciro.get(BOARD).content.decode()) if button.startswith("seen:")]
    [newer] = in_queue(kitchen, TicketState.WAITING)

    ciro.post(STEPS, {"step": step})

    assert list(Ticket.objects.filter(seen_at=None)) == [newer]


def test_several_tickets_can_be_selected_and_marked_as_seen(ciro, kitchen):
    tickets = in_queue(kitchen, TicketState.WAITING, TicketState.WAITING)

    ciro.post(STEPS, {"bulk": "seen", "ticket": [f"{ticket.ref}:{ticket.seq}" for ticket in tickets]})

    assert not Ticket.objects.filter(seen_at=None).exists()


@pytest.mark.parametrize("step", ["seen", "seen:", "seen:1:2", " ", "seen:{ref}:0 x"])
def test_a_value_that_is_no_step_of_a_board_does_nothing(ciro, placed_order, step):
    response = ciro.post(STEPS, {"step": step.format(ref=placed_order.ref)}, headers={"Accept": "application/json"})

    assert response.status_code == 422
    assert Ticket.objects.get().is_unseen


def test_a_seen_step_sent_twice_with_one_key_is_done_once_and_answered_alike(ciro, placed_order):
    step = {"step": f"seen:{placed_order.ref}:{Ticket.objects.get().seq}"}
    headers = {"Accept": "application/json", "Idempotency-Key": "0197c2a0-0000-7000-8000-000000000001"}

    answers = [ciro.post(STEPS, step, headers=headers).json() for _time in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["results"][0]["ok"]


def test_a_ticket_cancelled_in_the_oven_stays_in_its_column_with_one_button(ciro, cancelled_in_the_oven):
    assert [ticket.ref for ticket in board().cooking] == [cancelled_in_the_oven.ref]

    html = card(ciro.get(BOARD).content.decode(), cancelled_in_the_oven)

    assert 'data-change="cancelled"' in html
    assert "Cancelled" in html
    assert buttons(html) == [f"acknowledge:{cancelled_in_the_oven.ref}:{cancelled_in_the_oven.seq}"]
    assert "checkbox" not in html


def test_a_ticket_cancelled_in_the_oven_counts_neither_in_the_load_nor_in_the_oven(cancelled_in_the_oven):
    assert (board().load.orders, board().free_oven_slots) == (0, board().oven_slots)
    assert not board().cooking[0].late


def test_acknowledging_takes_a_cancelled_ticket_from_the_board(ciro, cancelled_in_the_oven):
    [step] = buttons(card(ciro.get(BOARD).content.decode(), cancelled_in_the_oven))

    response = ciro.post(STEPS, {"step": step}, follow=True)

    assert str(cancelled_in_the_oven.ref) not in response.content.decode()
    assert board().cooking == []


def test_a_changed_card_says_so_with_the_new_allergy(ciro, kitchen, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.change_ticket_notes(
        kitchen=kitchen, ref=placed_order.ref, notes="By the <window>", allergies="<b>Nuts</b>", at=FRIDAY_NIGHT
    )

    html = card(ciro.get(BOARD).content.decode(), placed_order)

    assert 'data-change="changed"' in html
    assert "Changed: read again" in html
    assert "<strong><bdi>&lt;b&gt;Nuts&lt;/b&gt;</bdi></strong>" in html
    assert "By the &lt;window&gt;" in html
    assert any(button.startswith("finish:") for button in buttons(html))


def test_a_tap_on_a_changed_card_that_was_changed_again_is_refused_on_the_card(ciro, kitchen, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.change_ticket_notes(
        kitchen=kitchen, ref=placed_order.ref, notes="Cut it", allergies="", at=FRIDAY_NIGHT
    )
    html = card(ciro.get(BOARD).content.decode(), placed_order)
    [step] = [button for button in buttons(html) if button.startswith("acknowledge:")]
    kitchen_services.change_ticket_notes(
        kitchen=kitchen, ref=placed_order.ref, notes="Cut it", allergies="Nuts", at=FRIDAY_NIGHT
    )

    response = ciro.post(STEPS, {"step": step}, follow=True)

    assert "#1 was changed meanwhile" in card(response.content.decode(), placed_order)
    assert Ticket.objects.get().unacknowledged_change == "changed"


def test_putting_a_ticket_aside_or_first_marks_it_as_seen(kitchen, chef):
    aside, first = in_queue(kitchen, TicketState.WAITING, TicketState.WAITING)

    kitchen_services.hold_ticket(ref=aside.ref, by=chef, at=FRIDAY_NIGHT)
    kitchen_services.prioritize_ticket(ref=first.ref, by=chef, at=FRIDAY_NIGHT)

    assert list(Ticket.objects.values_list("seen_by", flat=True)) == [str(chef)] * 2


def test_the_page_says_without_a_script_that_it_makes_no_sound_and_gives_the_script_its_settings(ciro, kitchen):
    Kitchen.objects.update(unseen_seconds=45)

    html = ciro.get(BOARD).content.decode()

    assert re.search(r'class="sound-none without-script">.*?This page makes no sound', html, re.DOTALL)
    assert 'data-unseen-seconds="45"' in html
    reader = re.search(r'data-user="(\w*)"', html)[1]
    assert len(reader) == 20
    assert f'data-reader="{reader}"' in html


def test_unseen_and_cancelled_tickets_cost_the_board_no_query(kitchen, placed_order, chef):
    def queries():
        with CaptureQueriesContext(connection) as captured:
            kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT)
        return len(captured)

    before = queries()
    in_queue(kitchen, TicketState.WAITING)
    in_queue(kitchen, TicketState.WITHDRAWN, unacknowledged_change="cancelled", previous_state="cooking")

    assert queries() == before
