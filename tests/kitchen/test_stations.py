"""The board of a station, what is to be made in all, and the tickets that were finished last."""

import re
from uuid import uuid4

import pytest
from django.contrib.messages import get_messages
from django.template.loader import render_to_string
from django.urls import reverse

from kitchen import selectors as kitchen_selectors
from kitchen.models import Kitchen, TicketState
from pizzeria.foundation import clock
from pizzeria.users.roles import KITCHEN
from tests import shop
from tests.kitchen.tickets import MARGHERITA, in_queue, press
from tests.shop import FRIDAY_NIGHT

pytestmark = pytest.mark.usefixtures("kitchen")

BOARD = reverse("kitchen:board")
PIZZA = {**MARGHERITA, "station": {"slug": "pizzas", "name": "Pizzas"}}
COLA = {**MARGHERITA, "name": "Cola", "size": "", "station": {"slug": "drinks", "name": "Drinks"}}


@pytest.fixture
def ciro(sign_in):
    """Return the browser of a signed-in cook."""
    return sign_in(KITCHEN, first_name="Ciro")


def board(**options):
    return kitchen_selectors.board(Kitchen.objects.get(), **options, at=FRIDAY_NIGHT)


def test_a_placed_order_has_the_menu_category_of_each_item_as_its_station():
    shop.place()

    assert [station.slug for station in board().stations] == ["pizzas"]


def test_the_board_of_a_station_shows_tickets_with_an_item_of_it_and_those_of_no_station(kitchen):
    for items in ([PIZZA], [COLA], [PIZZA, COLA], [MARGHERITA]):
        in_queue(kitchen, TicketState.WAITING, items=items)

    shown = board(station="drinks").waiting

    assert [[line.name for line in ticket.lines if not line.is_elsewhere] for ticket in shown] == [
        ["Cola"],
        ["Cola"],
        ["Margherita"],
    ]
    assert len(board().waiting) == 4
    assert [station.name for station in board(station="drinks").stations] == ["Drinks", "Pizzas"]


def test_a_step_leads_back_to_the_board_of_the_station(ciro, kitchen):
    shop.place(at=clock.now())
    html = ciro.get(BOARD, {"station": "pizzas"}).content.decode()
    [step] = re.findall(r'value="(start:[^"]*)"', html)
    assert f'hx-get="{BOARD}?station=pizzas"' in html

    response = ciro.post(reverse("kitchen:steps"), {"step": step, "station": "pizzas"})

    assert response["Location"] == f"{BOARD}?station=pizzas"


@pytest.mark.parametrize("station", ["<script>", "x" * 500, "\x00"])
def test_a_station_that_cannot_be_one_shows_the_whole_board(ciro, kitchen, station):
    in_queue(kitchen, TicketState.WAITING, items=[COLA])

    response = ciro.get(BOARD, {"station": station})

    assert response.status_code == 200
    assert response.context["board"].station == ""


def test_all_day_counts_what_waits_and_cooks_by_dish_and_by_added_topping(kitchen):
    two = {**PIZZA, "quantity": 2, "added": ["Pepperoni"]}
    in_queue(kitchen, TicketState.WAITING, items=[two, COLA])
    in_queue(kitchen, TicketState.COOKING, items=[PIZZA])
    in_queue(kitchen, TicketState.READY, items=[PIZZA])

    counts = [(count.count, count.name, count.is_topping) for count in board().all_day]

    assert counts == [(3, "Margherita", False), (1, "Cola", False), (2, "Pepperoni", True)]
    assert [count.name for count in board(station="drinks").all_day] == ["Cola"]


def test_the_last_twenty_finished_tickets_are_shown_and_those_that_are_ready_can_be_recalled(ciro, kitchen, chef):
    in_queue(kitchen, *[TicketState.GONE] * 25, previous_state=TicketState.READY)
    order = shop.cooked(shop.place(at=clock.now()), by=chef, at=clock.now())
    page = reverse("kitchen:finished")

    html = ciro.get(page).content.decode()
    assert html.count("<h2>") == 20
    assert html.count("it cannot be recalled") == 19
    [step] = re.findall(r'value="(recall:[^"]*)"', html)

    ciro.post(reverse("kitchen:steps"), {"step": step})
    assert [ticket.ref for ticket in board().cooking] == [order.ref]


def test_a_full_kitchen_is_announced_on_the_board(ciro, kitchen):
    Kitchen.objects.update(max_concurrent_orders=1)
    in_queue(kitchen, TicketState.WAITING)

    assert "The kitchen is full" in ciro.get(BOARD).content.decode()


def test_the_bar_opens_the_page_on_which_one_selected_order_is_cancelled(ciro, kitchen):
    first, second = shop.place(at=clock.now()), shop.place(at=clock.now())
    cancel = reverse("orders:cancel_from_board")

    def select(*orders):
        return ciro.post(cancel, {"bulk": "cancel", "ticket": [f"{order.ref}:0" for order in orders]})

    assert select(first)["Location"] == reverse("orders:cancel", args=[first.ref])
    several = [str(message) for message in get_messages(select(first, second).wsgi_request)]
    assert several == ["One order at a time is cancelled, as each needs its reason."]
    assert press(ciro, "start", first).status_code == 302


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("resume", {}),
        ("pause", {"reason": "The oven is cold", "minutes": "30"}),
        ("name_screen", {"key": "no key", "name": "Wall"}),
        ("print", {}),
        ("dismiss_print_failures", {}),
    ],
    ids=str,
)
def test_each_answer_of_the_board_leads_back_to_its_station(ciro, name, sent):
    response = ciro.post(reverse(f"kitchen:{name}"), sent | {"station": "drinks"})

    assert response["Location"] == f"{BOARD}?station=drinks"


def test_every_form_of_the_board_has_its_station(ciro, kitchen):
    html = ciro.get(BOARD, {"station": "pizzas"}).content.decode()

    forms = [form for form in re.findall(r"<form.*?</form>", html, re.DOTALL) if "/kitchen/" in form]
    without = [form for form in forms if 'name="station" value="pizzas"' not in form]
    assert len(forms) == 4  # the board, two tools, and the report of the screen
    assert ["screen-report" in form for form in without] == [True]


def test_the_form_that_undoes_a_step_has_the_station_of_the_board(kitchen):
    offer = kitchen_selectors.UndoOffer("undo_step", uuid4(), "#1", 9)

    html = render_to_string("layout/undo.html", {"undo": offer, "board": board(station="pizzas")})

    assert 'name="station" value="pizzas"' in html


def test_the_pages_beside_the_board_lead_back_to_its_station(ciro, kitchen, placed_order):
    html = ciro.get(reverse("kitchen:finished"), {"station": "pizzas"}).content.decode()
    assert f'href="{BOARD}?station=pizzas"' in html

    selected = {"station": "pizzas", "ticket": f"{placed_order.ref}:0"}
    page = ciro.post(reverse("kitchen:print"), selected | {"by": "page"}, follow=True)
    assert f'href="{BOARD}?station=pizzas"' in page.content.decode()

    step = {"station": "pizzas", "step": f"cancel:{placed_order.ref}:0"}
    page = ciro.post(reverse("orders:cancel_from_board"), step, follow=True)
    assert page.context["back_url"] == f"{BOARD}?station=pizzas"
    assert 'name="station" value="pizzas"' in page.content.decode()
