"""A rush: a cook taps through the board while others order, cook and cancel. A tap acts on its ticket, or on none."""

import random
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from threading import Event

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import Kitchen, Ticket, TicketState
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.foundation.refusals import Refusal
from pizzeria.users.models import User
from tests.e2e.browsers import checked_pages
from tests.e2e.people import sign_in
from tests.e2e.test_live import stop_clock
from tests.length import by_length
from tests.races.concurrency import with_a_connection
from tests.shop import basket_of, pizza, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

TICKETS = 60
MAX_TAPS = 1000
OTHERS_STEPS = by_length(40, long=150)
WALL_SCREEN = {"width": 1280, "height": 2600}  # all tickets are in view
REACTION_MS = 300  # from when the cook sees a button until the finger is there
DOUBLE_TAP_MS = 150
SETTLE_MS = 600

RECORD_STEPS = """
    window.sent = [];
    document.addEventListener("submit", ({ submitter }) => window.sent.push(submitter?.value ?? ""), true);
    window.taps = 0;
    window.addEventListener("pointerup", () => (window.taps += 1), true);
"""
BUTTONS = """() => {
    const buttons = document.querySelectorAll('.column-waiting .ticket-step[value^="start:"]:not([aria-busy])');
    const places = [...buttons].map((button) => {
        const { left, top, width, height } = button.getBoundingClientRect();
        return [button.value, left + width / 2, top + height / 2];
    });
    return [places, isSending];
}"""


@dataclass(frozen=True)
class Tap:
    """
    A tap of the cook.

    :param aim: the value of the button that was there when the cook looked
    :param sent: the values of the buttons that it has pressed
    """

    aim: str
    sent: list[str]

    @property
    def is_astray(self):
        return any(step != self.aim for step in self.sent)


@pytest.fixture
def expected_errors():
    """Return what the pages of the test may log as an error."""
    return ["422"]


@pytest.fixture
def kitchen_at_work(served_shop):
    """Place the tickets of the rush in a kitchen that takes as many as come; return their refs."""
    Kitchen.objects.update(max_concurrent_orders=10_000, max_open_pizzas=None, oven_slots=10_000)
    return {str(_place().ref) for _ in range(TICKETS)}


@pytest.fixture
def chef_page(kitchen_at_work, server, browser, expected_errors):
    """Yield a function that opens the board, without one of its scripts if it is named."""
    address = f"http://127.0.0.1:{server.port}"
    with checked_pages(browser, address, expected_statuses=expected_errors) as open_page:

        def open_board(*, blocked_script=""):
            page = open_page(viewport=WALL_SCREEN)
            if blocked_script:
                page.route(f"**/{blocked_script}", lambda route: route.abort())
            stop_clock(page)  # how fast the cook is does not depend on the machine
            page.add_init_script(RECORD_STEPS)
            sign_in(page, "chef")
            expect(page.locator(".column-waiting .ticket")).to_have_count(TICKETS)
            page.clock.run_for(SETTLE_MS)
            return page

        yield open_board


def _place():
    at = clock.now()
    return place(basket_of(pizza(), at=at), at=at)


def others_at_work(stop):
    """Order, start, put first and cancel tickets, one after the other, until told to stop."""
    chosen = random.Random(7)
    for number in range(OTHERS_STEPS):
        if stop.wait(0.2):
            return
        waiting = list(Ticket.objects.filter(state=TicketState.WAITING).values_list("ref", flat=True))
        if number % 4 == 0 or not waiting:
            _place()
            continue
        with suppress(Refusal):  # the cook was first
            _step_of_another(number, ref=chosen.choice(waiting))


def _step_of_another(number, *, ref):
    at = clock.now()
    if number % 4 == 1:
        kitchen_services.prioritize_ticket(ref=ref, by=SYSTEM, at=at)
    elif number % 4 == 2:
        kitchen_services.start_cooking(ref=ref, by=SYSTEM, at=at)
    else:
        order_services.cancel_order(ref=ref, reason=CancelReason.SOLD_OUT, by=SYSTEM, at=at)


def tap_through(page, refs, *, is_enough=lambda _taps: False):
    """Tap the start button of each ticket until none waits any more, some of them twice; return the taps."""
    taps, chosen, stop = [], random.Random(3), Event()
    with ThreadPoolExecutor(1) as others:
        work = others.submit(with_a_connection(others_at_work), stop)
        try:
            while len(taps) < MAX_TAPS and not is_enough(taps):
                buttons = start_buttons(page, refs)
                if not buttons:
                    break
                aim, x, y = chosen.choice(buttons)
                page.clock.run_for(REACTION_MS)
                taps.append(_tap(page, aim, x, y))
                if len(taps) % 3 == 0:
                    page.clock.run_for(DOUBLE_TAP_MS)
                    taps.append(_tap(page, aim, x, y))
        finally:
            stop.set()
            work.result()
    until(lambda: page.clock.run_for(SETTLE_MS) or not page.evaluate("isSending"), page=page)
    return taps


def start_buttons(page, refs):
    """
    Return value and place of each start button that can be pressed.

    If there is none, wait for the answers to the steps under way: a ticket that another has changed just before its
    step is waiting again.
    """

    def found():
        places, is_sending = page.evaluate(BUTTONS)
        buttons = [place for place in places if place[0].split(":")[1] in refs]
        if is_sending and not buttons:
            page.clock.run_for(SETTLE_MS)
            return None
        return (buttons,)

    [buttons] = until(found, page=page)
    return buttons


def _tap(page, aim, x, y):
    taps = page.evaluate("window.taps")
    page.mouse.click(x, y)
    until(lambda: page.evaluate("window.taps") > taps, page=page)  # a busy browser may take it only now
    return Tap(aim, page.evaluate("window.sent.splice(0)"))


@pytest.mark.long
def test_in_a_rush_of_60_tickets_every_tap_acts_on_the_ticket_it_was_aimed_at_or_on_none(chef_page, kitchen_at_work):
    page = chef_page()

    taps = tap_through(page, kitchen_at_work)

    assert [tap for tap in taps if tap.is_astray] == []
    aimed = {tap.aim.split(":")[1] for tap in taps if tap.sent}
    by_cook = Ticket.objects.filter(state_changed_by=str(User.objects.get(username="chef").pk))
    started = {str(ref) for ref in by_cook.values_list("ref", flat=True)}
    assert started <= aimed
    assert set(by_cook.values_list("state", flat=True)) == {TicketState.COOKING}
    assert len(started) >= TICKETS // 3  # the others took some, and cancelled some
    assert not Ticket.objects.filter(ref__in=kitchen_at_work, state=TicketState.WAITING).exists()


def test_control_without_the_script_that_keeps_things_in_place_taps_act_on_other_tickets(
    chef_page, kitchen_at_work, expected_errors
):
    expected_errors.append("ERR_FAILED")
    page = chef_page(blocked_script="stable.js")

    taps = tap_through(page, kitchen_at_work, is_enough=lambda taps: any(tap.is_astray for tap in taps))

    assert any(tap.is_astray for tap in taps)
