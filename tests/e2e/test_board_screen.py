"""A board reports itself: in sight, heard, under the same key after a reload; and managers see it at once."""

import pytest
from playwright.sync_api import expect

from kitchen.models import BoardScreen
from tests.e2e.browsers import WITH_JAVASCRIPT
from tests.e2e.people import sign_in
from tests.e2e.test_live import hide, stop_clock
from tests.waiting import until

pytestmark = [pytest.mark.django_db(transaction=True), WITH_JAVASCRIPT]


@pytest.fixture
def board(open_page):
    """A cook's board that has reported itself."""
    page = open_page()
    sign_in(page, "chef")
    until(BoardScreen.objects.exists, page=page)
    return page


def screen():
    return BoardScreen.objects.get()


def wait_for_reports(page):
    """Wait until the server has answered every report that a page has begun."""
    page.evaluate("() => lastReport")


def say(page, **detail):
    """Send a page the event of its sound, as a cook's tap does."""
    page.evaluate("(detail) => document.dispatchEvent(new CustomEvent('board:sound', { detail }))", detail)


def test_a_board_reports_itself_again_and_again_under_the_same_key(board):
    first = screen()
    assert first.user.username == "chef"
    assert first.last_visible_at == first.last_seen_at

    board.reload()

    until(lambda: screen().last_seen_at > first.last_seen_at, page=board)
    assert screen().key == first.key


def test_a_board_that_is_hidden_is_not_in_sight_until_it_is_shown_again(board):
    hide(board, hidden=True)
    until(lambda: screen().last_visible_at < screen().last_seen_at, page=board)

    hide(board, hidden=False)
    until(lambda: screen().last_visible_at == screen().last_seen_at, page=board)


def test_a_hidden_board_reports_itself_only_while_its_sound_is_on(open_page):
    page = open_page()
    stop_clock(page)
    sign_in(page, "chef")
    until(BoardScreen.objects.exists, page=page)
    hide(page, hidden=True)
    wait_for_reports(page)
    assert screen().last_visible_at < screen().last_seen_at
    silent_since = screen().last_seen_at

    page.clock.run_for(60_000)
    wait_for_reports(page)
    assert screen().last_seen_at == silent_since

    page.evaluate(
        """() => {
            const sound = document.getElementById("sound") ?? document.createElement("i");
            Object.assign(sound, { id: "sound", hidden: true }).dataset.sound = "on";
            document.body.append(sound);
        }"""
    )
    page.clock.run_for(16_000)
    until(lambda: screen().last_seen_at > silent_since, page=page)


def test_the_hearing_test_and_the_sound_are_reported_at_once(board):
    say(board, isOn=True, heard=True)
    until(lambda: screen().sound_tested_at, page=board)
    assert screen().is_sound_on
    assert screen().sound_tested_by == str(screen().user_id)

    say(board, isOn=False, heard=False)
    until(lambda: not screen().is_sound_on, page=board)


def test_a_cook_names_the_screen_and_a_manager_sees_it_come(board, open_page):
    manager = open_page()
    sign_in(manager, "manager")
    manager.goto("/admin/kitchen/boardscreen/")
    expect(manager.locator(".screen")).to_contain_text("A screen without a name")

    board.locator("#screen-naming summary").click()
    board.get_by_label("What do you call this screen?").fill("Wall")
    board.get_by_role("button", name="Save").click()

    expect(board.locator("#messages")).to_contain_text("This screen is called “Wall” now.")
    expect(manager.locator(".screen")).to_contain_text("Wall")
    expect(manager.locator(".screen")).to_contain_text("● in sight")
