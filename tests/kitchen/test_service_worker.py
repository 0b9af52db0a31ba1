"""The script of the board's service worker, and the pages that may start it."""

import pytest
from django.urls import reverse

from kitchen.views import service_worker
from pizzeria.users.roles import KITCHEN

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
