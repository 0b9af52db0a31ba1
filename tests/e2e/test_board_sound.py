"""The sound of the board in a browser that blocks sound until the page is used."""

import re

import pytest
from playwright.sync_api import expect

from kitchen import services as kitchen_services
from kitchen.models import BoardScreen, Kitchen, Ticket
from orders import services as order_services
from orders.models import CancelReason
from pizzeria.foundation import clock
from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import User
from tests.e2e.browsers import checked_pages
from tests.e2e.people import sign_in
from tests.shop import basket_of, place
from tests.waiting import until

pytestmark = pytest.mark.django_db(transaction=True)

# Notes each tone of the page: its frequency and shape, and whether it is over.
TONES = """
    window.tones = [];
    const createOscillator = AudioContext.prototype.createOscillator;
    AudioContext.prototype.createOscillator = function () {
      const oscillator = createOscillator.call(this);
      const tone = { state: this.state, isStarted: false, isOver: false };
      const start = oscillator.start.bind(oscillator);
      oscillator.start = (at) => {
        Object.assign(tone, { frequency: oscillator.frequency.value, type: oscillator.type, isStarted: true });
        start(at);
      };
      oscillator.addEventListener("ended", () => (tone.isOver = true));
      window.tones.push(tone);
      return oscillator;
    };
"""
NEW, CHANGED = 880, 523  # Hz: the first tone of each signal


@pytest.fixture
def screens(served_shop, server, browser):
    """Yield a function that opens the board for a member of staff: `page = screens("chef")`."""
    with checked_pages(browser, f"http://127.0.0.1:{server.port}", expected_statuses=()) as open_page:

        def open_board(name):
            signed_in = open_page()
            sign_in(signed_in, name)
            page = signed_in.context.new_page()  # one that nobody has used yet
            page.add_init_script(TONES)
            page.clock.install()  # it runs, and can be put forward
            page.goto("/kitchen/")
            page.wait_for_load_state()
            return page

        yield open_board


def new_order():
    return place(basket_of(at=clock.now()), at=clock.now())


def sound_of(page):
    return page.locator("#sound")


def frequencies(page):
    return page.evaluate(
        "tones.filter((tone) => tone.isStarted && tone.state === 'running').map((tone) => tone.frequency)"
    )


def wait_for_tone(page, frequency):
    page.wait_for_function(
        "(hz) => tones.some((tone) => tone.state === 'running' && tone.frequency === hz)", arg=frequency
    )


def expect_silence(page):
    """Assert that every tone is over, and that none follows for longer than any signal pauses."""
    page.wait_for_function("() => tones.every((tone) => tone.isOver)")
    before = len(frequencies(page))
    page.clock.fast_forward(20_000)
    assert len(frequencies(page)) == before


def press(page, name):
    """Press a button once the page has settled: for a moment after each change it takes presses for accidents."""
    expect(page.locator("html[data-settling]")).to_have_count(0)
    page.get_by_role("button", name=name).click()


def hear(page):
    """Take the hearing test."""
    press(page, ": tap")
    press(page, "Test the sound")
    press(page, "I heard it")
    expect(sound_of(page)).to_have_attribute("data-sound", "on")


def test_the_sound_is_off_in_red_until_a_cook_has_heard_it_and_then_a_new_ticket_sounds(screens):
    ciro = screens("chef")
    expect(sound_of(ciro)).to_have_attribute("data-sound", "locked")
    expect(ciro.get_by_role("button", name="Sound is off: tap")).to_be_visible()
    new_order()
    expect(ciro.locator("[data-unseen]")).to_have_count(1)
    expect(ciro).to_have_title(re.compile(r"^\(1 new\) "))
    assert frequencies(ciro) == []

    press(ciro, "Sound is off")
    expect(sound_of(ciro)).to_have_attribute("data-sound", "untested")
    wait_for_tone(ciro, NEW)  # a ticket waits: it is heard although the test is still to be taken

    expect(ciro.get_by_role("button", name="I heard it")).to_be_disabled()
    press(ciro, "Test the sound")
    wait_for_tone(ciro, CHANGED)
    press(ciro, "I heard it")

    expect(ciro.get_by_role("button", name="Sound on")).to_be_visible()
    chef = User.objects.get(username="chef")
    tested = BoardScreen.objects.filter(is_sound_on=True, sound_tested_by=str(chef.pk))
    until(tested.exists)


def test_a_new_ticket_gets_louder_and_is_silent_on_every_screen_once_it_is_seen_on_one(screens):
    Kitchen.objects.update(unseen_seconds=30)
    ciro, mario = screens("chef"), screens("manager")
    hear(ciro)
    new_order()
    wait_for_tone(ciro, NEW)
    assert not ciro.evaluate("tones.some((tone) => tone.type === 'square')")
    ciro.clock.fast_forward(40_000)
    ciro.wait_for_function("() => tones.some((tone) => tone.type === 'square')")

    press(mario, "1 new: seen")

    expect(mario.locator("#board-seen")).to_contain_text("All seen")
    expect(ciro.locator("[data-unseen]")).to_have_count(0)
    expect_silence(ciro)
    expect(ciro).not_to_have_title(re.compile("new"))
    assert Ticket.objects.get().seen_by == str(User.objects.get(username="manager").pk)


def test_a_ticket_cancelled_in_the_oven_sounds_low_until_a_cook_has_taken_it_out(screens):
    ciro, order = screens("chef"), new_order()
    kitchen_services.start_cooking(ref=order.ref, by=SYSTEM, at=clock.now())
    expect(ciro.locator(".column-cooking .ticket")).to_have_count(1)
    hear(ciro)
    expect_silence(ciro)
    ciro.evaluate("window.tones = []")

    order_services.cancel_order(ref=order.ref, reason=CancelReason.TOO_BUSY, by=SYSTEM, at=clock.now())
    expect(ciro.locator(".column-cooking [data-change=cancelled]")).to_be_visible()
    wait_for_tone(ciro, CHANGED)
    assert NEW not in frequencies(ciro)
    expect(ciro).to_have_title(re.compile(r"^\(1 to read again\) "))
    press(ciro, "Taken out")

    expect(ciro.locator(".column-cooking .ticket")).to_have_count(0)
    expect_silence(ciro)


def test_a_muted_board_makes_no_sound_and_says_so_in_red_also_after_a_reload(screens):
    ciro = screens("chef")
    hear(ciro)
    press(ciro, "Sound on")
    expect(sound_of(ciro)).to_have_attribute("data-sound", "muted")

    ciro.reload()
    new_order()

    expect(ciro.locator("[data-unseen]")).to_have_count(1)
    expect(ciro.get_by_role("button", name="Sound is off: tap")).to_be_visible()
    ciro.locator(".column-ready h2").click()  # a use of the page does not unmute it
    ciro.clock.fast_forward(20_000)
    assert frequencies(ciro) == []
    press(ciro, "Sound is off")
    wait_for_tone(ciro, NEW)  # the hearing test of this shift still counts
    expect(sound_of(ciro)).to_have_attribute("data-sound", "on")
