"""What is logged, and what never is: personal data, and the guests' tokens that open an order."""

import io
import json
import logging
import re
import subprocess
import sys
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.urls import URLResolver, get_resolver, reverse
from gunicorn.config import Config

from orders.views import order as order_views
from pizzeria.devtools.state_dir import ROOT
from pizzeria.operations.logs import LineFormatter, redact_guest_tokens
from pizzeria.users.roles import CUSTOMER
from tests import shop

SECRETS = ("Anna", "Bianchi", "612345678", "anna@example.com")


@pytest.fixture(params=[True, False], ids=["for people", "as data"])
def written(request):
    """The log output of a test, as text in the demo and as JSON elsewhere: `written()`."""
    paper = io.StringIO()
    handler = logging.StreamHandler(paper)
    handler.setFormatter(LineFormatter(human=request.param))
    logging.getLogger().addHandler(handler)
    yield paper.getvalue
    logging.getLogger().removeHandler(handler)


@pytest.fixture
def link(placed_order):
    """The URL of a guest's order, with its token."""
    return reverse("orders:guest_order", args=[placed_order.ref, placed_order.contact.guest_token])


@pytest.fixture
def key(placed_order):
    return placed_order.contact.guest_token


def test_the_log_names_the_path_of_a_request(client, link, written, placed_order):
    assert client.get(link).status_code == 200

    assert f"GET /orders/{placed_order.ref}/" in written()


def test_the_log_never_contains_a_guests_token(client, link, key, written):
    client.get(link)
    client.get(link.rstrip("/"))
    client.get(link + "nothing/here")
    client.post(link)
    client.get(link.replace(key, key[::-1]))

    assert key not in written()
    assert key[::-1] not in written()
    assert written().count("request_finished") == 5


def test_the_log_never_contains_a_query_string(client, kitchen, written):
    client.get(reverse("menu:index"), {"token": "four-cheeses"})
    client.get("/nothing/here/", {"token": "four-cheeses"})

    assert written().count("request_finished") == 2
    assert "four-cheeses" not in written()


def fail_while_showing(patch):
    def fail(request, order, *, keep_this_link):
        contact = order.contact
        raise ZeroDivisionError(f"while showing {request.path}", contact.pk)

    patch.setattr(order_views, "_show", fail)


def test_the_log_of_a_failing_page_contains_no_personal_data_and_no_token(client, link, key, written, monkeypatch):
    client.raise_request_exception = False
    fail_while_showing(monkeypatch)

    assert client.get(link).status_code == 500

    assert "ZeroDivisionError" in written()
    assert key not in written()
    assert not any(secret in written() for secret in SECRETS)


def test_a_logged_traceback_contains_no_personal_data_from_local_variables(kitchen, written, monkeypatch):
    log = logging.getLogger("somebody")

    def fail(contact):
        raise ZeroDivisionError

    try:
        fail(shop.ANNA)
    except ZeroDivisionError:
        log.exception("It did not work.")

    assert "It did not work." in written()
    assert "ZeroDivisionError" in written()
    assert not any(secret in written() for secret in SECRETS)


def test_the_log_of_a_placed_order_contains_no_personal_data(client, written, kitchen):
    shop.place()

    assert "orders.place_order" in written()
    assert not any(secret in written() for secret in SECRETS)


def test_the_log_of_a_signed_in_request_does_not_contain_the_users_name(sign_in, written):
    browser = sign_in(CUSTOMER, first_name="Carla")
    browser.get(reverse("orders:history"))

    assert reverse("orders:history") in written()
    assert "Carla" not in written()


def test_the_log_is_json_outside_the_demo(client, kitchen):
    paper = io.StringIO()
    handler = logging.StreamHandler(paper)
    handler.setFormatter(LineFormatter(human=False))
    logging.getLogger().addHandler(handler)
    try:
        client.get(reverse("menu:index"))
        shop.place()
    finally:
        logging.getLogger().removeHandler(handler)

    lines = [json.loads(line) for line in paper.getvalue().splitlines()]
    [command] = [line for line in lines if line.get("command") == "orders.place_order"]
    assert (command["event"], command["outcome"], command["by"]) == ("command", "done", "guest")
    assert {line["event"] for line in lines} >= {"request_started", "request_finished"}
    assert all({"level", "timestamp"} <= set(line) for line in lines)


KEY = "k" * 43
REF = "0197c2a0-0000-7000-8000-000000000000"


def routes(resolver=None, before="/"):
    """Yield every route of the shop with its converters."""
    for entry in (resolver or get_resolver()).url_patterns:
        route, converters = before + getattr(entry.pattern, "_route", ""), entry.pattern.converters
        if isinstance(entry, URLResolver):
            yield from routes(entry, route)
        else:
            yield route, converters


@pytest.mark.parametrize("token", [KEY, KEY[:-1], KEY * 2, "-", "cancelled"])
def test_the_argument_token_is_removed_from_every_url_that_has_one_whatever_its_length(token):
    with_token = [route.replace("<uuid:ref>", REF) for route, converters in routes() if "token" in converters]

    assert len(with_token) == 12
    for route in with_token:
        before, _argument, after = re.split(r"<(\w+:token)>", route)
        assert redact_guest_tokens(f"{before}{token}{after}") == f"{before}…{after}"


def test_every_other_url_of_the_shop_is_logged_as_it_is():
    others = [route.replace("<uuid:ref>", REF) for route, converters in routes() if "token" not in converters]

    assert f"/orders/{REF}/cancel/" in others
    assert [redact_guest_tokens(route) for route in others] == others


@pytest.fixture(params=["-", None], ids=["with an access log", "as it is started"])
def gunicorn_log(request, monkeypatch):
    """Return the logger that gunicorn makes by the Makefile's options, and what it writes."""
    paper = io.StringIO()
    monkeypatch.setattr("sys.stderr", paper)
    monkeypatch.setattr("sys.stdout", paper)
    config = Config()
    config.set("accesslog", request.param)
    logger_class = re.search(r"^GUNICORN_LOG := --logger-class (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    config.set("logger_class", logger_class[1])
    yield config.logger_class(config), paper
    for name in ("gunicorn.error", "gunicorn.access"):
        logging.getLogger(name).handlers.clear()


def test_gunicorn_writes_json_without_the_tokens_of_guests_links(gunicorn_log):
    logger, paper = gunicorn_log
    path = f"/orders/{REF}/{KEY}/"
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": path, "SERVER_PROTOCOL": "HTTP/1.1", "HTTP_REFERER": path}

    logger.error("Error handling request %s", path)
    response, request = SimpleNamespace(status="200 OK", sent=7, headers=[]), SimpleNamespace(headers=[])
    logger.access(response, request, environ, timedelta())

    lines = [json.loads(line)["event"] for line in paper.getvalue().splitlines()]
    assert lines[0] == f"Error handling request /orders/{REF}/…/"
    assert len(lines) == (2 if logger.cfg.accesslog else 1)
    assert KEY not in paper.getvalue()


def test_gunicorn_writes_no_query_in_which_staff_search_for_people(gunicorn_log):
    logger, paper = gunicorn_log
    address = "/admin/orders/order/?q=Bianchi"
    environ = {"REQUEST_METHOD": "GET", "RAW_URI": address, "QUERY_STRING": "q=Bianchi", "SERVER_PROTOCOL": "HTTP/1.1"}

    response, request = SimpleNamespace(status="200 OK", sent=7, headers=[]), SimpleNamespace(headers=[])
    logger.access(response, request, environ | {"HTTP_REFERER": f"https://shop.example{address}"}, timedelta())

    assert ("/admin/orders/order/" in paper.getvalue()) is bool(logger.cfg.accesslog)
    assert "Bianchi" not in paper.getvalue()


def test_the_lines_of_a_request_have_no_query(written, client, db):
    client.get("/admin/orders/order/", {"q": "Bianchi"})

    assert "GET /admin/orders/order/" in written()
    assert "Bianchi" not in written()


def test_every_gunicorn_of_the_makefile_has_that_logger():
    commands = re.findall(r"-m gunicorn (?:\\\n|.)*", (ROOT / "Makefile").read_text())

    assert len(commands) == 2
    assert all("$(GUNICORN_LOG)" in command for command in commands)


def test_a_celery_worker_logs_as_every_other_process_of_the_shop():
    code = (
        "import django, logging; django.setup(); from pizzeria.celery import app;"
        f"app.log.setup(loglevel='INFO'); logging.getLogger('somebody').warning('GET /orders/{REF}/{KEY}/')"
    )
    completed = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)

    assert f"GET /orders/{REF}/…/" in completed.stderr
    assert KEY not in completed.stderr + completed.stdout


@pytest.mark.parametrize(
    ("logged", "redacted"),
    [
        (f"/orders/{REF}/{KEY}/", f"/orders/{REF}/…/"),
        (f"/orders/{REF}/{KEY}", f"/orders/{REF}/…"),
        (f'Not Found: "/orders/{REF}/{KEY}"', f'Not Found: "/orders/{REF}/…"'),
        (f"GET /orders/{REF}/{KEY}?a=1 HTTP/1.1", f"GET /orders/{REF}/…?a=1 HTTP/1.1"),
        (f"/orders/{REF}/{KEY[:-1]}", f"/orders/{REF}/…"),
        (f"/orders/{REF}/{KEY}and-more/", f"/orders/{REF}/…/"),
        (f"/orders/{REF}/cancel-{KEY}/", f"/orders/{REF}/…/"),
        (f"/orders/{REF.upper()}/{KEY}/cancel/", f"/orders/{REF.upper()}/…/cancel/"),
        (f'"path": "/orders/{REF}/{KEY}\\u00e9\\"', f'"path": "/orders/{REF}/…\\"'),
        (f"/sign-in/?next=%2Forders%2F{REF}%2F{KEY}%2F&a=1", f"/sign-in/?next=%2Forders%2F{REF}%2F…&a=1"),
        (f"referrer: https://pizza.example/orders/{REF}/{KEY}/", f"referrer: https://pizza.example/orders/{REF}/…/"),
        (f"/receipts/{REF}/{KEY}/pdf/", f"/receipts/{REF}/…/pdf/"),
        (f"/sign-in/?next=%2Freceipts%2Fof%2F{REF}%2F{KEY}%2F", f"/sign-in/?next=%2Freceipts%2Fof%2F{REF}%2F…"),
        (f"/receipts/{REF}/pdf/", f"/receipts/{REF}/pdf/"),
        (f"/orders/{REF}/cancel/", f"/orders/{REF}/cancel/"),
        ("/admin/orders/order/7/change/", "/admin/orders/order/7/change/"),
        (f"/orders/{REF}/hand-over/", f"/orders/{REF}/hand-over/"),
        (f"/orders/{REF}/", f"/orders/{REF}/"),
    ],
)
def test_only_the_guests_token_is_removed_from_a_logged_url(logged, redacted):
    assert redact_guest_tokens(logged) == redacted
