"""The address to which a board sends the steps of tickets."""

import re
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.foundation import clock
from pizzeria.foundation.ids import uuid7
from pizzeria.users.roles import CUSTOMER, KITCHEN
from tests import shop
from tests.kitchen.tickets import in_queue, press
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

STEPS = reverse("kitchen:steps")
HTMX = {"HX-Request": "true"}
JSON = {"Accept": "application/json"}


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN, first_name="Ciro")


@pytest.fixture
def placed(kitchen):
    """Place three orders today."""
    return [shop.place(at=clock.now()) for _ in range(3)]


def states():
    return list(Ticket.objects.order_by("id").values_list("state", flat=True))


def card(html, order):
    """Return the HTML of a ticket's card."""
    return html.partition(f'id="ticket-{order.ref}"')[2].partition('id="ticket-')[0]


def results(response):
    assert response.status_code == 200
    return [(result["label"], result["ok"], result["message"]) for result in response.json()["results"]]


def test_several_selected_tickets_are_started_at_once_and_one_message_names_them(ciro, placed):
    html = press(ciro, "start", *placed[:2], headers=HTMX).content.decode()

    assert states() == ["cooking", "cooking", "waiting"]
    assert "#1, #2 are in the oven." in html


def test_of_several_selected_tickets_those_that_can_be_started_are_and_the_others_say_why_not(ciro, placed):
    Kitchen.objects.update(oven_slots=1)

    html = press(ciro, "start", *placed, headers=HTMX).content.decode()

    assert states() == ["cooking", "waiting", "waiting"]
    assert html.count("Every oven slot is taken.") == 3  # as a message, and on the card of each
    for order in placed[1:]:
        assert "Every oven slot is taken." in card(html, order)


def test_without_a_script_the_refusal_is_on_the_card_after_the_redirect(ciro, placed, chef):
    kitchen_services.start_cooking(ref=placed[0].ref, by=chef, at=FRIDAY_NIGHT)

    html = press(ciro, "start", placed[0], follow=True).content.decode()

    assert "#1 is in the oven already." in card(html, placed[0])


def test_a_step_on_a_ticket_that_another_cook_has_taken_names_who_was_first(sign_in, placed):
    press(sign_in(KITCHEN, first_name="Pia"), "start", placed[0])

    answer = press(sign_in(KITCHEN, first_name="Ciro"), "start", placed[0], seq=0, headers=JSON)

    assert results(answer) == [("#1", False, "#1 is in the oven already. Pia was first.")]


def test_a_step_on_a_ticket_that_is_in_the_same_state_again_is_refused_by_its_seq(ciro, placed, chef):
    kitchen_services.start_cooking(ref=placed[0].ref, by=chef, at=clock.now())
    kitchen_services.undo_step(ref=placed[0].ref, by=chef, at=clock.now())

    answer = press(ciro, "start", placed[0], seq=0, headers=JSON)

    assert results(answer) == [("#1", False, "#1 was changed meanwhile. Please read it again.")]
    assert results(press(ciro, "start", placed[0], seq=2, headers=JSON)) == [("#1", True, "")]


def test_a_step_on_a_ticket_that_was_cancelled_meanwhile_says_so(ciro, placed, manager):
    order_services.cancel_order(ref=placed[0].ref, reason=CancelReason.SOLD_OUT, by=manager, at=clock.now())

    answer = press(ciro, "start", placed[0], seq=0, headers=JSON)

    assert results(answer) == [("#1", False, "#1 was cancelled: it is not to be made.")]


def test_a_handover_of_a_ticket_that_another_has_handed_over_names_who_was_first(sign_in, placed, chef):
    shop.cooked(placed[0], by=chef, at=clock.now())
    press(sign_in(KITCHEN, first_name="Pia"), "hand_over", placed[0])

    answer = press(sign_in(KITCHEN, first_name="Ciro"), "hand_over", placed[0], seq=2, headers=JSON)

    assert results(answer) == [("#1", False, "#1 has been handed over already. Pia was first.")]


def test_a_step_of_an_unknown_ticket_is_refused(ciro):
    answer = ciro.post(STEPS, {"step": f"start:{uuid7()}:0"}, headers=JSON)

    assert results(answer) == [("", False, "There is no such ticket.")]


def test_the_same_request_with_the_same_idempotency_key_is_taken_once_and_answered_alike(ciro, placed):
    headers = {**JSON, "Idempotency-Key": str(uuid4())}

    first = press(ciro, "start", *placed[:2], seq=0, headers=headers)
    again = press(ciro, "start", *placed[:2], seq=0, headers=headers)

    assert results(first) == results(again) == [("#1", True, ""), ("#2", True, "")]
    assert list(Ticket.objects.order_by("id").values_list("seq", flat=True)) == [1, 1, 0]
    other_key = press(ciro, "start", placed[0], seq=0, headers={**JSON, "Idempotency-Key": str(uuid4())})
    assert results(other_key) == [("#1", False, "#1 is in the oven already.")]


@pytest.mark.parametrize(
    "sent",
    [
        {"step": "start"},
        {"step": "start:not-a-ref:0"},
        {"step": "start:{ref}:-1"},
        {"step": "start:{ref}:٣"},
        {"step": "sing:{ref}:0"},
        {"step": "hand_over:{ref}:0"},
        {"bulk": "sing", "ticket": ["{ref}:0"]},
        {"ticket": ["{ref}:0"]},
        {"bulk": "start", "ticket": ["{ref}:0", "{ref}:\x00"]},
    ],
    ids=str,
)
def test_what_no_board_sends_is_answered_with_a_sentence_and_nothing_is_done(ciro, placed, sent):
    sent = {
        name: [each.format(ref=placed[0].ref) for each in ([value] if isinstance(value, str) else value)]
        for name, value in sent.items()
    }

    answer = ciro.post(STEPS, sent, headers=JSON)
    page = ciro.post(STEPS, sent, follow=True)

    assert (answer.status_code, answer.json()["results"]) == (422, [])
    assert "This board has no such button. Please load it again." in page.content.decode()
    assert states() == ["waiting"] * 3


@pytest.mark.parametrize(("count", "message"), [(0, "Select at least one ticket first."), (251, "250 tickets at once")])
def test_none_or_too_many_selected_tickets_are_refused_with_a_sentence(ciro, count, message):
    sent = {"bulk": "start", "ticket": [f"{uuid7()}:0" for _ in range(count)]}

    assert message in ciro.post(STEPS, sent, follow=True).content.decode()


def test_an_idempotency_key_that_is_no_uuid_is_refused(ciro, placed):
    answer = press(ciro, "start", placed[0], headers={**JSON, "Idempotency-Key": "once"})

    assert (answer.status_code, answer.json()["message"]) == (422, "The idempotency key has to be a UUID.")
    assert states() == ["waiting"] * 3


@pytest.mark.parametrize("action", ["start", "hand_over"])
def test_a_script_that_is_signed_out_or_may_not_cook_gets_a_status_and_no_redirect(client, sign_in, placed, action):
    assert press(client, action, placed[0], headers=JSON).status_code == 401
    assert press(sign_in(CUSTOMER), action, placed[0], headers=JSON).status_code == 403
    assert states() == ["waiting"] * 3


def test_a_get_request_to_the_address_of_the_steps_changes_nothing(ciro, placed):
    assert ciro.get(STEPS, {"step": f"start:{placed[0].ref}:0"}).status_code == 405
    assert states() == ["waiting"] * 3


def test_a_held_ticket_is_refused_as_not_to_be_cooked_yet(ciro, kitchen):
    [held] = in_queue(kitchen, TicketState.HELD)

    response = press(ciro, "start", held)

    assert [str(message) for message in get_messages(response.wsgi_request)] == ["#1 is not to be cooked yet."]


def test_steps_of_several_kinds_in_one_request_are_named_each_by_its_own_sentence(ciro, placed, chef):
    kitchen_services.start_cooking(ref=placed[0].ref, by=chef, at=clock.now())
    seq = [Ticket.objects.get(ref=order.ref).seq for order in placed]
    steps = [f"finish:{placed[0].ref}:{seq[0]}", f"start:{placed[1].ref}:{seq[1]}", f"start:{placed[2].ref}:{seq[2]}"]

    html = ciro.post(STEPS, {"step": " ".join(steps)}, headers=HTMX).content.decode()

    assert "#1 is ready." in html
    assert "#2, #3 are in the oven." in html


def test_the_button_for_all_new_tickets_names_no_more_than_can_be_sent_at_once(ciro, placed, monkeypatch):
    monkeypatch.setattr("kitchen.views.content.MAX_AT_ONCE", 2)
    monkeypatch.setattr("kitchen.steps.MAX_AT_ONCE", 2)
    html = ciro.get(reverse("kitchen:board")).content.decode()
    assert "2 new: seen" in html
    steps = re.search(r'value="(seen:[^"]*)"', html)[1]

    page = ciro.post(STEPS, {"step": steps}, headers=HTMX).content.decode()

    assert "#1, #2 are seen." in page
    assert "1 new: seen" in page
