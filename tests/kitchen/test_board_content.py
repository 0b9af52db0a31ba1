"""The board's content: made once for all screens that show the same, and sent without the cards that they have."""

import re
import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from types import SimpleNamespace
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from kitchen.models import FulfillmentMethod, Ticket, TicketState
from kitchen.services.queue import bump_board_version
from kitchen.views import content
from pizzeria.foundation.actor import GUEST, SYSTEM
from pizzeria.users.roles import KITCHEN
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.factories import UserFactory
from tests.kitchen.tickets import MARGHERITA, in_queue, press
from tests.shop import FRIDAY_NIGHT
from tests.waiting import TIMEOUT

BOARD = reverse("kitchen:board")
TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="(\w+)"')
REFRESH = {"HX-Request": "true", "HX-Trigger": "board"}


@pytest.fixture
def screens(db):
    """Return the browsers of two cooks."""
    sync_roles(by=SYSTEM)
    browsers = [Client(), Client()]
    for browser in browsers:
        user = UserFactory()
        assign_roles(user, [KITCHEN])
        browser.force_login(user)
    return browsers


def shared(kitchen, by, *, station="", at=FRIDAY_NIGHT):
    return content.shared_content(kitchen, station=station, by=by, at=at)


@pytest.mark.usefixtures("tonight")
def test_a_refresh_of_a_second_screen_queries_no_tickets_and_shows_the_same(screens, kitchen):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    first, second = screens
    shown = first.get(BOARD, headers=REFRESH)

    with CaptureQueriesContext(connection) as queries:
        shown_again = second.get(BOARD, headers=REFRESH)

    assert not [query for query in queries if "kitchen_ticket" in query["sql"]]
    assert b"#1" in shown.content
    assert _without_token(shown_again) == _without_token(shown)


@pytest.mark.usefixtures("tonight")
def test_each_screen_has_its_own_csrf_token(screens, kitchen):
    [ticket] = in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    tokens = [TOKEN.search(browser.get(BOARD, headers=REFRESH).content.decode())[1] for browser in screens]
    for browser in screens:
        browser.handler.enforce_csrf_checks = True

    def status(browser, token):
        data = {"step": f"start:{ticket.ref}:{ticket.seq}", "csrfmiddlewaretoken": token}
        return browser.post(reverse("kitchen:steps"), data).status_code

    assert [status(*each) for each in zip(screens, tokens, strict=True)] == [302, 302]
    assert [status(*each) for each in zip(screens, reversed(tokens), strict=True)] == [403, 403]


def test_a_new_version_has_new_content(kitchen, chef):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    before = shared(kitchen, chef)
    Ticket.objects.update(state=TicketState.READY)

    assert shared(kitchen, chef) is before
    bump_board_version(kitchen)
    new = shared(kitchen, chef).board
    assert [len(column) for column in (new.waiting, new.ready)] == [
        0,
        1,
    ]


@pytest.mark.parametrize("seconds", [1, 60, -1])
def test_content_of_another_second_is_made_anew_with_its_clocks(kitchen, chef, seconds):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    shared(kitchen, chef)
    later = FRIDAY_NIGHT + timedelta(seconds=seconds)

    assert shared(kitchen, chef, at=later).made_at == later


def test_each_station_language_and_set_of_rights_has_content_of_its_own(kitchen, chef):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    for_cooks = shared(kitchen, chef)

    assert "Start cooking" in for_cooks.html()
    assert "Start cooking" not in shared(kitchen, GUEST).html()
    assert shared(kitchen, chef, station="pizza").board.station == "pizza"
    with translation.override("de"):
        assert shared(kitchen, chef) is not for_cooks
    assert shared(kitchen, chef) is for_cooks


def test_a_refusal_is_shown_to_who_was_refused_alone(screens, kitchen):
    [ticket] = in_queue(kitchen, TicketState.COOKING, at=FRIDAY_NIGHT)
    refused, other = screens
    refused.get(BOARD, headers=REFRESH)

    assert "ticket-refusal" in press(refused, "start", ticket, headers=REFRESH).content.decode()
    assert "ticket-refusal" not in other.get(BOARD, headers=REFRESH).content.decode()


def test_no_more_is_kept_than_a_few_boards(kitchen, chef):
    for number in range(content.MAX_KEPT + 1):
        shared(kitchen, chef, station=f"station-{number}")

    assert len(content._kept) == 1


@pytest.mark.parametrize(("patience", "made"), [(TIMEOUT, 1), (0.01, 2)])
def test_a_second_thread_waits_for_the_first_but_not_for_one_that_hangs(monkeypatch, kitchen, chef, patience, made):
    began, may_end, calls = threading.Event(), threading.Event(), []

    def make(kitchen, *, at, **_):
        calls.append(at)
        if len(calls) == 1:
            began.set()
            assert may_end.wait(TIMEOUT)
        else:
            may_end.set()
        return content.BoardContent(SimpleNamespace(version=kitchen.version), "", {}, at)

    monkeypatch.setattr(content, "new_content", make)
    monkeypatch.setattr(content, "LOCK_SECONDS", patience)
    with ThreadPoolExecutor() as threads:
        first = threads.submit(shared, kitchen, chef)
        assert began.wait(TIMEOUT)
        second = threads.submit(shared, kitchen, chef)
        if made == 1:
            may_end.set()
        first.result(TIMEOUT)
        second.result(TIMEOUT)

    assert len(calls) == made


# --- Cards that have not changed ---


def test_a_refresh_sends_a_placeholder_for_each_card_that_the_board_has(screens, kitchen):
    waiting, cooking = in_queue(kitchen, TicketState.WAITING, TicketState.COOKING, at=FRIDAY_NIGHT)
    known = digests(refresh(screens[0]))
    Ticket.objects.filter(ref=waiting.ref).update(notes="No salt")
    bump_board_version(kitchen)

    html = refresh(screens[0], known=known.values())

    assert f'id="ticket-{waiting.ref}"' in html
    assert "No salt" in html
    assert f'<li data-unchanged="{known[cooking.ref]}"></li>' in html
    assert f'id="ticket-{cooking.ref}"' not in html
    assert digests(html)[waiting.ref] != known[waiting.ref]


def test_a_board_that_names_no_cards_gets_all_of_them(screens, kitchen):
    tickets = in_queue(kitchen, TicketState.WAITING, TicketState.READY, at=FRIDAY_NIGHT)

    html = refresh(screens[0])

    assert set(digests(html)) == {ticket.ref for ticket in tickets}
    assert "data-unchanged" not in html


def test_a_card_that_is_late_by_now_has_the_digest_it_had(kitchen, chef):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    before, after = (shared(kitchen, chef, at=FRIDAY_NIGHT + timedelta(minutes=late)).html() for late in (0, 45))

    assert digests(before) == digests(after)
    assert ['data-late="very_late"' in html for html in (before, after)] == [False, True]
    assert ["<i>late</i>" in html for html in (before, after)] == [False, True]


@pytest.mark.parametrize(
    "change",
    [
        {"label": "#7"},
        {"method": FulfillmentMethod.DELIVERY},
        {"items": [MARGHERITA | {"quantity": 2}]},
        {"notes": "No salt"},
        {"allergies": "Nuts"},
        {"due_at": FRIDAY_NIGHT + timedelta(minutes=30)},
        {"is_priority": True},
        {"on_hold_since": FRIDAY_NIGHT},
        {"seen_at": FRIDAY_NIGHT},
        {"seq": 9},
    ],
    ids=lambda change: next(iter(change)),
)
def test_whatever_changes_on_a_card_changes_its_digest(kitchen, chef, change):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)
    before = digests(shared(kitchen, chef).html())
    assert Ticket.objects.update(**change)
    bump_board_version(kitchen)

    assert digests(shared(kitchen, chef).html()) != before


def test_a_card_for_who_may_not_cook_has_another_digest(kitchen, chef):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)

    assert digests(shared(kitchen, chef).html()) != digests(shared(kitchen, GUEST).html())


def test_a_card_with_a_refusal_is_sent_whole_and_has_no_digest(screens, kitchen):
    [ticket] = in_queue(kitchen, TicketState.COOKING, at=FRIDAY_NIGHT)
    known = digests(refresh(screens[0]))

    refused = press(screens[0], "start", ticket, headers=REFRESH | {"X-Board-Cards": " ".join(known.values())})

    assert "ticket-refusal" in refused.content.decode()
    assert not digests(refused.content.decode())


def test_a_note_that_looks_like_a_placeholder_stays_a_note(screens, kitchen):
    note = '<li data-unchanged="000000000000"></li>'
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT, notes=note)

    assert "&lt;li data-unchanged=" in refresh(screens[0])
    assert note not in refresh(screens[0])


def test_a_header_that_names_nothing_of_this_board_changes_nothing(screens, kitchen):
    in_queue(kitchen, TicketState.WAITING, at=FRIDAY_NIGHT)

    assert "data-unchanged" not in refresh(screens[0], known=["<script>", "000000000000", "é"])


def refresh(browser, *, known=()):
    return browser.get(BOARD, headers=REFRESH | {"X-Board-Cards": " ".join(known)}).content.decode()


def digests(html):
    """Return the digests of the cards in it, by ref."""
    return {UUID(ref): digest for digest, ref in re.findall(r'data-card="(\w+)" id="ticket-([\w-]+)"', html)}


def _without_token(response):
    return TOKEN.sub("", response.content.decode())
