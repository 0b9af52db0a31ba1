"""The script of the board's service worker, and the pages that may start it."""

import re

import pytest
from django.conf import settings
from django.urls import reverse

from kitchen.models import Ticket
from kitchen.views import service_worker
from pizzeria.foundation import clock
from pizzeria.users.roles import KITCHEN, MANAGER
from tests.shop import place

WORKER = reverse("kitchen:service_worker")


def test_the_worker_is_a_script_that_every_browser_gets_and_asks_for_again(client):
    response = client.get(WORKER)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/javascript")
    assert response["Cache-Control"] == "no-cache"
    assert "importScripts(" in response.content.decode()


def test_the_worker_changes_with_the_assets(client, monkeypatch):
    before = client.get(WORKER).content
    monkeypatch.setattr(service_worker, "assets_version", lambda: "another")

    assert client.get(WORKER).content != before


@pytest.mark.parametrize(("setting", "said"), [(True, "const IS_ON = true;"), (False, "const IS_ON = false;")])
def test_a_setting_makes_browsers_unregister_the_worker(client, settings, setting, said):
    settings.OFFLINE_BOARD = setting

    assert said in client.get(WORKER).content.decode()


def test_only_the_board_may_start_a_worker(kitchen, sign_in):
    cook = sign_in(KITCHEN)

    def workers(page):
        policy = cook.get(reverse(page))["Content-Security-Policy"]
        return [part.strip() for part in policy.split(";") if part.strip().startswith("worker-src")]

    assert workers("kitchen:board") == ["worker-src 'self'"]
    assert workers("menu:index") == ["worker-src 'none'"]


def test_a_page_names_its_reader_by_a_pseudonym(kitchen, sign_in, client):
    assert 'data-reader=""' in client.get(reverse("menu:index")).content.decode()

    cook = sign_in(KITCHEN)
    html = cook.get(reverse("kitchen:board")).content.decode()

    assert 'data-reader=""' not in html
    assert f'data-reader="{cook.user.pk}"' not in html
    assert f'data-reader="{cook.user.username}"' not in html


@pytest.mark.parametrize(("step", "said"), [("start", ["<li", "<form"]), ("finish", ["<li"])], ids=["taken", "refused"])
def test_a_copy_of_the_board_leaves_what_is_said_of_a_step_and_its_undo_to_the_next_page(kitchen, sign_in, step, said):
    ticket = Ticket.objects.get(ref=place(at=clock.now()).ref)
    cook, board = sign_in(KITCHEN), reverse("kitchen:board")
    cook.post(reverse("kitchen:steps"), {"step": f"{step}:{ticket.ref}:{ticket.seq}"})  # not followed

    def said_on(**headers):
        html = cook.get(board, headers=headers).content.decode()
        [messages] = re.findall(r'<div id="messages".*?</div>', html, re.DOTALL)
        return re.findall(r"<li|<form", messages)

    copy, page = said_on(**{"X-Board-Copy": "1"}), said_on()

    assert copy == []
    assert page == said


def test_the_admin_says_whose_copy_a_browser_may_keep_and_deletes_it_at_sign_out(kitchen, sign_in):
    manager = sign_in(MANAGER)
    board = manager.get(reverse("kitchen:board")).content.decode()
    admin = manager.get(reverse("admin:index")).content.decode()

    [reader] = re.findall(r'data-reader="(.+?)"', board)
    assert re.search(rf'<script src="[^"]*js/kept_board[^"]*"\s+data-reader="{reader}"', admin)
    for html, address in ((board, reverse("users:sign_out")), (admin, reverse("admin:logout"))):
        [form] = re.findall(rf'<form[^>]+action="{address}"[^>]*>', html)
        assert "data-sign-out" in form


def test_one_script_makes_the_keys_of_screens_and_taps():
    makers = [
        path.name for path in (settings.ROOT / "static" / "js").glob("*.js") if "getRandomValues" in path.read_text()
    ]

    assert makers == ["uuid.js"]
