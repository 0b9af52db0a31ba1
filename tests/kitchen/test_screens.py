"""Screens of the board: what they report of themselves, their names, and the page on which managers see them."""

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from structlog.testing import capture_logs

from kitchen import capacity, services
from kitchen.models import BoardScreen, Kitchen, TicketState
from kitchen.screens import has_live_screen, screen_states, seen_tickets
from kitchen.services import ScreenReport
from kitchen.services import screens as screen_services
from pizzeria.foundation import clock
from pizzeria.foundation.refusals import NotAllowed
from pizzeria.users.roles import CUSTOMER, DRIVER, KITCHEN, MANAGER
from tests import shop
from tests.factories import BoardScreenFactory, KitchenFactory
from tests.kitchen.tickets import in_queue
from tests.shop import FRIDAY_NIGHT

REPORT, NAME, BOARD = (reverse(f"kitchen:{name}") for name in ("report_screen", "name_screen", "board"))
LIST, REFRESH = reverse("admin:kitchen_boardscreen_changelist"), reverse("admin:kitchen_boardscreen_refresh")
KEY = UUID("0197c2a0-0000-4000-8000-000000000001")
SECOND = timedelta(seconds=1)

pytestmark = pytest.mark.usefixtures("kitchen")


@pytest.fixture
def chef():
    return shop.hire(KITCHEN, first_name="Carla")


def report(kitchen, by, *, at=FRIDAY_NIGHT, key=KEY, version=0, visible=True, sound=True, heard=False):
    said = ScreenReport(key=key, version=version, visible=visible, sound=sound, heard=heard)
    services.report_screen(kitchen=kitchen, report=said, by=by, at=at)
    return BoardScreen.objects.get(key=key)


def shown(kitchen, at=FRIDAY_NIGHT):
    [state] = screen_states(kitchen, at=at)
    return state


def test_a_screen_is_live_for_45_seconds_after_it_reported_that_the_board_is_in_sight(kitchen, chef):
    report(kitchen, chef)

    for seconds, is_live in ((0, True), (44, True), (45, False)):
        assert has_live_screen(kitchen, FRIDAY_NIGHT + seconds * SECOND) is is_live


def test_a_board_that_another_page_covers_is_not_in_sight_and_was_until_then(kitchen, chef):
    report(kitchen, chef)

    report(kitchen, chef, visible=False, at=FRIDAY_NIGHT + 40 * SECOND)

    assert has_live_screen(kitchen, FRIDAY_NIGHT + 44 * SECOND)
    assert not has_live_screen(kitchen, FRIDAY_NIGHT + 46 * SECOND)
    assert shown(kitchen, FRIDAY_NIGHT + 46 * SECOND).is_hidden


def test_a_screen_that_was_never_in_sight_is_not_live(kitchen, chef):
    report(kitchen, chef, visible=False)

    assert not has_live_screen(kitchen, FRIDAY_NIGHT)


def test_the_screen_of_a_manager_may_be_anywhere_and_counts_once_it_has_a_name(kitchen, chef):
    screen = report(kitchen, shop.hire(MANAGER))
    assert not has_live_screen(kitchen, FRIDAY_NIGHT)

    services.name_screen(screen_id=screen.pk, name="Wall", by=chef, at=FRIDAY_NIGHT)
    assert has_live_screen(kitchen, FRIDAY_NIGHT)


def test_a_screen_counts_by_itself_while_a_cook_is_signed_in_there(kitchen, chef):
    report(kitchen, shop.hire(MANAGER))
    report(kitchen, chef)

    assert has_live_screen(kitchen, FRIDAY_NIGHT)


def test_a_screen_of_another_kitchen_does_not_count(kitchen, chef):
    report(KitchenFactory(), chef)

    assert not has_live_screen(kitchen, FRIDAY_NIGHT)


def test_a_screen_belongs_to_whoever_is_signed_in_there_now(kitchen, chef):
    report(kitchen, chef)
    report(kitchen, shop.hire(KITCHEN, first_name="Dario"), at=FRIDAY_NIGHT + SECOND)

    screen = BoardScreen.objects.get()
    assert screen.user.first_name == "Dario"
    assert screen.first_seen_at == FRIDAY_NIGHT


def test_a_screen_that_keeps_showing_an_older_version_is_behind_since_it_first_did(kitchen, chef):
    Kitchen.objects.update(version=7)
    kitchen.refresh_from_db()
    report(kitchen, chef, version=7)
    for seconds in (15, 30):
        report(kitchen, chef, version=5, at=FRIDAY_NIGHT + seconds * SECOND)

    state = shown(kitchen)
    assert (state.behind_since, state.missing_versions) == (FRIDAY_NIGHT + 15 * SECOND, 2)

    report(kitchen, chef, version=7, at=FRIDAY_NIGHT + 45 * SECOND)
    assert shown(kitchen).behind_since is None


def test_a_screen_that_is_behind_for_a_moment_is_in_step(kitchen, chef):
    Kitchen.objects.update(version=7)
    kitchen.refresh_from_db()

    report(kitchen, chef, version=6)

    assert shown(kitchen).behind_since is None


def test_a_hearing_test_is_kept_with_who_heard_it_and_logged(kitchen, chef):
    with capture_logs() as logs:
        report(kitchen, chef, heard=True)
    report(kitchen, chef, sound=False, at=FRIDAY_NIGHT + 15 * SECOND)

    state = shown(kitchen)
    assert (state.sound_tested_at, state.tested_by) == (FRIDAY_NIGHT, "Carla Conti")
    assert not state.is_sound_on
    [entry] = [entry for entry in logs if entry["event"] == "sound_tested"]
    assert (entry["by"], entry["screen"]) == (str(chef), str(KEY))


def test_only_who_may_see_the_board_reports_a_screen(kitchen, driver):
    with pytest.raises(NotAllowed):
        services.report_screen(
            kitchen=kitchen, report=ScreenReport(KEY, 0, True, True, False), by=driver, at=FRIDAY_NIGHT
        )

    assert not BoardScreen.objects.exists()


def test_a_user_has_so_many_screens_at_most_and_the_newest_stay(kitchen, chef, monkeypatch):
    monkeypatch.setattr(screen_services, "MAX_SCREENS_OF_USER", 3)
    colleague = report(kitchen, shop.hire(KITCHEN), key=uuid4())
    keys = [uuid4() for _each in range(5)]

    for number, key in enumerate(keys):
        report(kitchen, chef, key=key, at=FRIDAY_NIGHT + number * SECOND)

    assert {*BoardScreen.objects.values_list("key", flat=True)} == {*keys[2:], colleague.key}


def test_old_screens_are_purged_and_those_with_a_name_are_kept_for_longer(kitchen):
    for days, name in ((1, ""), (8, ""), (8, "Wall"), (91, "Oven")):
        BoardScreenFactory(name=name, last_seen_at=FRIDAY_NIGHT - timedelta(days=days))

    services.purge_screens(unnamed_before=FRIDAY_NIGHT - timedelta(days=7), before=FRIDAY_NIGHT - timedelta(days=90))

    assert [*BoardScreen.objects.order_by("pk").values_list("name", flat=True)] == ["", "Wall"]


def posted(**changes):
    return {"key": str(KEY), "version": "1", "visible": "on", "sound": "on"} | changes


def test_a_browser_reports_its_screen_with_two_queries_beside_those_of_its_session(sign_in, tonight):
    browser = sign_in(KITCHEN)
    browser.post(REPORT, posted())

    with CaptureQueriesContext(connection) as captured:
        answer = browser.post(REPORT, posted(heard="on"))

    screen = BoardScreen.objects.get(key=KEY)
    assert (answer.status_code, answer.content) == (204, b"")
    assert len([query for query in captured if '"kitchen_' in query["sql"]]) == 2
    assert (screen.user, screen.last_visible_at, screen.is_sound_on) == (browser.user, FRIDAY_NIGHT, True)
    assert screen.sound_tested_by == str(browser.user.pk)


@pytest.mark.parametrize(
    "wrong", [{"key": "wall"}, {"key": ""}, {"version": "-1"}, {"version": "9" * 30}, {"version": ""}], ids=str
)
def test_a_report_that_cannot_be_read_changes_nothing(sign_in, wrong):
    assert sign_in(KITCHEN).post(REPORT, posted(**wrong)).status_code == 422
    assert not BoardScreen.objects.exists()


def test_a_report_is_refused_by_its_status_and_never_redirected(client, sign_in):
    assert client.post(REPORT, posted()).status_code == 401
    for role in (DRIVER, CUSTOMER):
        assert sign_in(role).post(REPORT, posted()).status_code == 403
    assert not BoardScreen.objects.exists()


def test_a_report_without_the_token_of_the_page_is_refused(sign_in):
    browser = sign_in(KITCHEN)
    browser.handler.enforce_csrf_checks = True

    assert browser.post(REPORT, posted()).status_code == 403


def test_a_report_is_no_use_of_the_session(sign_in, monkeypatch):
    browser, began = sign_in(KITCHEN), clock.now()

    def status_after(hours, address, **data):
        monkeypatch.setattr(clock, "now", lambda: began + timedelta(hours=hours))
        return browser.post(address, data) if data else browser.get(address)

    assert status_after(0, BOARD).status_code == 200
    assert status_after(11, REPORT, **posted()).status_code == 204
    assert status_after(13, BOARD).status_code == 302


def test_staff_name_the_screen_that_they_stand_at(sign_in, kitchen):
    browser = sign_in(KITCHEN)
    browser.post(REPORT, posted())

    page = browser.post(NAME, {"key": KEY, "name": " Oven  tablet "}, follow=True)

    assert "This screen is called “Oven tablet” now." in page.content.decode()
    assert BoardScreen.objects.get().name == "Oven tablet"


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("wall", "Another screen has this name."),
        (" ", "Please fill this in."),
        ("W" * 41, "That is too long: 40 characters at most, please."),
    ],
)
def test_a_name_that_cannot_be_is_refused_with_a_sentence(sign_in, name, message):
    BoardScreenFactory(name="Wall")
    BoardScreenFactory(key=KEY)

    page = sign_in(KITCHEN).post(NAME, {"key": KEY, "name": name}, follow=True)

    assert message in page.content.decode()
    assert BoardScreen.objects.get(key=KEY).name == ""


def test_naming_a_screen_that_never_reported_is_not_found(sign_in):
    assert sign_in(KITCHEN).post(NAME, {"key": KEY, "name": "Wall"}).status_code == 404


def test_managers_see_each_screen_with_what_is_wrong_with_it(sign_in, kitchen, chef, tonight):
    Kitchen.objects.update(version=9)
    kitchen.refresh_from_db()
    report(kitchen, chef, heard=True, version=9, at=FRIDAY_NIGHT - 4 * SECOND)
    BoardScreen.objects.update(name="Wall")
    lost = BoardScreenFactory(
        name="Oven tablet",
        last_seen_at=FRIDAY_NIGHT - timedelta(minutes=5),
        behind_since=FRIDAY_NIGHT - timedelta(minutes=6),
        board_version=7,
        is_sound_on=False,
    )

    for address in (LIST, REFRESH):
        html = " ".join(sign_in(MANAGER).get(address).content.decode().split())
        wall, oven = html.split('<li class="screen', 2)[1:]
        for text in ("Wall", "in sight", "4 s ago", "● yes", "● on", "19:59, Carla Conti"):
            assert text in wall
        assert "▲" not in wall
        for text in ("Oven tablet", "not connected", "19:55", "2 changes behind since 19:54:00", "▲ off", "never"):
            assert text in oven
        assert str(KEY) not in html
        assert reverse("admin:kitchen_boardscreen_change", args=[lost.pk]) in oven


def test_managers_see_who_has_seen_which_ticket(kitchen, chef):
    seen, unseen = in_queue(kitchen, TicketState.COOKING, TicketState.WAITING)
    kitchen.tickets.filter(pk=seen.pk).update(seen_at=FRIDAY_NIGHT, seen_by=str(chef))

    first, second = seen_tickets(kitchen, at=FRIDAY_NIGHT + 50 * SECOND)

    assert (first.label, first.seen_at, first.unseen_seconds) == (unseen.label, None, 50)
    assert (second.label, second.seen_at, second.seen_by) == (seen.label, FRIDAY_NIGHT, "Carla Conti")


def test_the_list_of_screens_makes_as_many_queries_for_many_as_for_one(kitchen, chef, django_assert_max_num_queries):
    for _each in range(5):
        report(kitchen, chef, key=uuid4(), heard=True)

    with django_assert_max_num_queries(2):
        assert len(screen_states(kitchen, at=FRIDAY_NIGHT)) == 5


def test_a_manager_names_and_forgets_a_screen_in_the_admin(sign_in):
    screen, browser = BoardScreenFactory(), sign_in(MANAGER)
    page = reverse("admin:kitchen_boardscreen_change", args=[screen.pk])

    assert browser.post(page, {"name": "Wall", "initial-name": ""}).status_code == 302
    screen.refresh_from_db()
    assert screen.name == "Wall"

    browser.post(reverse("admin:kitchen_boardscreen_delete", args=[screen.pk]), {"post": "yes"})
    assert not BoardScreen.objects.exists()


def test_the_list_of_screens_is_closed_to_cooks(sign_in):
    browser = sign_in(KITCHEN)

    for address in (LIST, REFRESH):
        assert browser.get(address).status_code in {302, 403}


def test_a_kitchen_that_stops_without_a_screen_takes_no_order_for_now_until_one_shows_the_board(kitchen, chef):
    Kitchen.objects.update(stops_without_screen=True)

    with pytest.raises(capacity.KitchenClosed, match="cannot take your order right now") as refused:
        shop.place()
    assert refused.value.retry_after == 120

    report(kitchen, chef)
    assert shop.place().number == 1


def test_a_kitchen_takes_orders_without_a_screen_unless_it_is_set_to_stop(kitchen):
    assert shop.place().number == 1
