"""The kitchen board: the tickets that it shows, and its buttons."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from kitchen import selectors as kitchen_selectors
from kitchen import services as kitchen_services
from kitchen.models import Ticket, TicketState
from kitchen.views import cards
from pizzeria.foundation import clock
from pizzeria.foundation.actor import GUEST
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.kitchen.tickets import MARGHERITA, in_queue, press
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD = reverse("kitchen:board")
HTMX = {"HX-Request": "true", "HX-Current-URL": f"http://testserver{BOARD}"}


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN, first_name="Ciro")


@pytest.fixture
def placed_order(kitchen):
    """Place an order today, so that its number has no date on the board."""
    return shop.place(at=clock.now())


def column(html, name):
    """Return the labels of the tickets in one column."""
    [section] = re.findall(rf'<section id="column-{name}".*?</section>', html, re.DOTALL)
    return re.findall(r"data-label>(.*?)<", section)


def test_the_board_shows_each_ticket_in_the_column_of_its_state_ordered_by_due_time(ciro, kitchen):
    states = [TicketState.WAITING, TicketState.COOKING, TicketState.READY, TicketState.WAITING]
    in_queue(kitchen, *states, at=clock.now())

    html = ciro.get(BOARD).content.decode()

    assert {name: column(html, name) for name in ("waiting", "cooking", "ready")} == {
        "waiting": ["#1", "#4"],
        "cooking": ["#2"],
        "ready": ["#3"],
    }


def test_the_board_shows_no_held_scheduled_gone_or_withdrawn_ticket(ciro, kitchen):
    states = (TicketState.HELD, TicketState.SCHEDULED, TicketState.GONE, TicketState.WITHDRAWN)
    in_queue(kitchen, *states, joins_queue_at=clock.now() + timedelta(hours=1))

    assert "data-label" not in ciro.get(BOARD).content.decode()


def test_the_board_counts_the_load_and_the_free_oven_slots(kitchen):
    in_queue(
        kitchen,
        TicketState.HELD,
        TicketState.WAITING,
        TicketState.COOKING,
        TicketState.COOKING,
        TicketState.READY,
        TicketState.SCHEDULED,
    )

    board = kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT)

    assert (board.load.orders, board.max_orders) == (4, 20)
    assert (board.free_oven_slots, board.oven_slots) == (3, 5)


def test_the_board_never_counts_fewer_than_zero_free_oven_slots(kitchen):
    kitchen.oven_slots = 1
    in_queue(kitchen, TicketState.COOKING, TicketState.COOKING)

    assert kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT).free_oven_slots == 0


def test_the_board_shows_added_and_left_out_toppings_allergies_and_notes(ciro, kitchen):
    pizza = MARGHERITA | {"quantity": 2, "size": "Large", "added": ["Olives"], "left_out": ["Basil"]}
    in_queue(kitchen, TicketState.WAITING, items=[pizza], notes="By the <window>", allergies="Nuts")

    html = " ".join(re.sub(r"<[^>]+>", " ", ciro.get(BOARD).content.decode()).split())

    for words in ("2× Margherita Large", "with Olives", "no Basil", "Allergy Nuts", "By the &lt;window&gt;"):
        assert words in html


@pytest.mark.parametrize("state", [TicketState.WAITING, TicketState.COOKING, TicketState.READY])
def test_the_board_marks_a_ticket_as_late_after_its_due_time_also_while_it_is_ready(kitchen, state):
    in_queue(kitchen, state)

    def marked(at):
        board = kitchen_selectors.board(kitchen, at=at)
        return [ticket.late for ticket in (*board.waiting, *board.cooking, *board.ready)]

    due_at = FRIDAY_NIGHT + timedelta(minutes=1)
    assert marked(due_at) == [False]
    assert marked(due_at + timedelta(microseconds=1)) == [True]


def test_the_board_page_labels_only_late_tickets_as_late(ciro, kitchen):
    in_queue(kitchen, TicketState.WAITING, at=clock.now() - timedelta(hours=1))
    in_queue(kitchen, TicketState.WAITING, at=clock.now() + timedelta(hours=1))

    html = ciro.get(BOARD).content.decode()

    assert html.count('data-late="very_late"') == html.count("<i>late</i>") == 1
    assert html.count('data-late="on_time"') == 1


@pytest.mark.parametrize("tickets", [5, 200])
def test_the_board_page_takes_at_most_six_queries_however_many_tickets_there_are(ciro, kitchen, tickets):
    in_queue(kitchen, *[TicketState.WAITING, TicketState.COOKING, TicketState.READY] * tickets)
    ciro.get(BOARD)

    with CaptureQueriesContext(connection) as asked:
        ciro.get(BOARD)

    statements = [query["sql"] for query in asked]
    assert any("kitchen_ticket" in statement for statement in statements)
    assert len(statements) <= 6, statements


def test_the_page_of_a_board_with_200_open_tickets_is_smaller_than_200_kilobytes(ciro, kitchen):
    states = [TicketState.WAITING] * 100 + [TicketState.COOKING] * 50 + [TicketState.READY] * 50
    in_queue(kitchen, *states, at=clock.now(), items=[MARGHERITA, MARGHERITA | {"size": "Large", "added": ["Olives"]}])

    page = ciro.get(BOARD).content

    assert page.count(b"data-label") == 200
    assert len(page) < 200_000


def test_a_card_is_shown_anew_whatever_of_it_has_changed(ciro, kitchen):
    in_queue(kitchen, TicketState.WAITING, at=clock.now())
    ciro.get(BOARD)
    Ticket.objects.update(items=[MARGHERITA | {"name": "Diavola"}], notes="Well done")

    html = ciro.get(BOARD).content.decode()

    assert "1× Diavola" in html
    assert "Well done" in html
    assert "Margherita" not in html


def test_the_cards_that_are_kept_are_those_of_the_last_board(ciro, kitchen):
    in_queue(kitchen, *[TicketState.WAITING] * 3, notes="By the window")
    ciro.get(BOARD)
    Ticket.objects.update(state=TicketState.GONE)
    ciro.get(BOARD)

    assert "By the window" not in str(cards._shown)


def test_a_card_that_is_kept_has_only_the_buttons_of_who_looks_at_it(kitchen, chef):
    in_queue(kitchen, TicketState.WAITING)
    board = kitchen_selectors.board(kitchen, at=FRIDAY_NIGHT)

    shown = [card.html(ticket) for by in (chef, GUEST, chef) for ticket, card in cards.cards_of(board, by=by).items()]

    assert ["Start cooking" in html for html in shown] == [True, False, True]


def test_an_htmx_request_gets_only_the_board_partial(ciro):
    part = ciro.get(BOARD, headers=HTMX)

    assert part.content.decode().lstrip().startswith('<div id="board"')
    assert "<html" not in part.content.decode()
    assert "HX-Request" in part["Vary"]


def test_the_board_page_is_never_cached(ciro):
    assert "no-store" in ciro.get(BOARD)["Cache-Control"]


def test_the_board_redirects_a_guest_to_sign_in_with_the_board_as_the_next_page(client):
    response = client.get(BOARD)

    assert (response.status_code, response["Location"]) == (302, f"{reverse('users:sign_in')}?next={BOARD}")


def test_an_htmx_request_of_a_signed_out_screen_is_redirected_to_the_whole_board_page(client, kitchen):
    """A sign-in page inside the board partial would be of no use."""
    [ticket] = in_queue(kitchen, TicketState.WAITING)

    for response in (client.get(BOARD, headers=HTMX), press(client, "start", ticket, headers=HTMX)):
        assert "Location" not in response
        assert response["HX-Redirect"] == BOARD
        assert response["X-Signed-Out"] == "1"


def test_a_button_that_leads_to_a_page_does_not_look_like_the_end_of_the_access(sign_in, kitchen):
    """The board's script deletes what the browser keeps of it when the access ends."""
    [ticket] = in_queue(kitchen, TicketState.WAITING)
    fields = {"ticket": f"{ticket.ref}:{ticket.seq}", "bulk": "cancel", "by": "page"}

    for address in (reverse("orders:cancel_from_board"), reverse("kitchen:print")):
        response = sign_in(MANAGER).post(address, fields, headers=HTMX)
        assert response["HX-Redirect"]
        assert "X-Signed-Out" not in response


def test_an_htmx_request_of_a_signed_out_screen_without_a_current_url_is_redirected_to_sign_in(client):
    response = client.get(BOARD, headers={"HX-Request": "true"})

    assert response["HX-Redirect"].startswith(reverse("users:sign_in"))


@pytest.mark.parametrize(
    ("role", "status"), [(KITCHEN, 200), (MANAGER, 200), (ADMIN, 200), (DRIVER, 403), (CUSTOMER, 403)]
)
def test_only_cooks_managers_and_admins_may_open_the_board(sign_in, role, status):
    assert sign_in(role).get(BOARD).status_code == status


def test_a_customer_may_not_use_the_buttons_of_the_board(sign_in, kitchen):
    waiting, cooking = in_queue(kitchen, TicketState.WAITING, TicketState.COOKING)
    browser = sign_in(CUSTOMER)

    responses = [
        press(browser, "start", waiting),
        press(browser, "finish", cooking),
    ]

    assert [response.status_code for response in responses] == [403, 403]
    assert set(Ticket.objects.values_list("state", flat=True)) == {TicketState.WAITING, TicketState.COOKING}


def test_the_board_has_a_button_for_the_next_step_of_each_ticket(ciro, placed_order):
    for seq, (action, shown_in) in enumerate([("start", "waiting"), ("finish", "cooking")]):
        html = ciro.get(BOARD).content.decode()
        assert column(html, shown_in) == ["#1"]
        assert f'value="{action}:{placed_order.ref}:{seq}"' in html
        response = press(ciro, action, placed_order, seq=seq)
        assert (response.status_code, response["Location"]) == (302, BOARD)

    html = ciro.get(BOARD).content.decode()
    assert column(html, "ready") == ["#1"]
    assert f'value="hand_over:{placed_order.ref}:2"' in html
    assert f'formaction="{reverse("orders:hand_over")}"' in html


def test_a_step_by_htmx_returns_the_board_partial_with_the_ticket_in_its_new_column(ciro, placed_order):
    part = press(ciro, "start", placed_order, headers=HTMX)

    assert column(part.content.decode(), "cooking") == ["#1"]


def test_a_step_that_another_cook_took_first_is_refused_with_a_message_on_the_board(ciro, placed_order, chef):
    kitchen_services.start_cooking(ref=placed_order.ref, by=chef, at=FRIDAY_NIGHT)

    part = press(ciro, "start", placed_order, headers=HTMX).content.decode()

    assert "#1 is in the oven already." in part
    assert column(part, "cooking") == ["#1"]


def test_a_step_without_a_csrf_token_is_refused(ciro, placed_order):
    ciro.handler.enforce_csrf_checks = True

    response = press(ciro, "start", placed_order)

    assert response.status_code == 403
    assert Ticket.objects.get().state == TicketState.WAITING


@pytest.mark.usefixtures("tonight")
def test_a_ticket_of_another_day_has_its_date_beside_that_of_today_with_the_same_number(ciro, kitchen):
    a_day = timedelta(days=1)
    today = clock.business_date(FRIDAY_NIGHT)
    in_queue(kitchen, TicketState.READY, business_date=today - a_day, at=FRIDAY_NIGHT - a_day)
    in_queue(kitchen, TicketState.READY, business_date=today, at=FRIDAY_NIGHT)

    html = ciro.get(BOARD).content.decode()
    assert column(html, "ready") == ["#1 of Thu 19 Nov", "#1"]
    assert re.findall(r"Handed over<i> (.*?)</i>", html) == ["#1 of Thu 19 Nov", "#1"]
    assert "<time>Thu 19 Nov, 20:01</time>" in html  # when it was due


def test_a_ticket_says_beside_an_allergy_what_each_item_contains_and_what_nobody_has_declared(ciro, kitchen):
    items = [{**MARGHERITA, "contains": ["milk"], "is_declared": False}]
    in_queue(kitchen, TicketState.WAITING, items=items, allergies="nuts", at=clock.now())
    in_queue(kitchen, TicketState.WAITING, items=items, at=clock.now())

    html = ciro.get(BOARD).content.decode()
    assert html.count("contains milk") == html.count("Not all allergens are declared.") == 1
