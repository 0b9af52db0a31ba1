"""The settings: read from the environment by type, strict unless it is the demo."""

import json
import os
import subprocess
import sys

import pytest

from pizzeria.devtools.state_dir import ROOT

SHOP = {
    "SECRET_KEY": "f3W0rds-that-nobody-has-ever-said-in-this-very-order-before-9c1",
    "DATABASE_URL": "postgresql://shop:secret@db.example/pizzeria",
    "REDIS_URL": "redis://redis.example:6379/0",
    "ALLOWED_HOSTS": "pizza.example",
    "ORIGIN": "https://pizza.example",
}
WRONG = {
    "SECRET_KEY": "four-cheeses",
    "DATABASE_POOL": "perhaps",
    "PIZZERIA_DEMO": "perhaps",
    "ORIGIN": "pizza.example",
    "MAIL_URL": "four-cheeses@mail.example",
    "NOTIFY_SMS_URL": "four-cheeses",
    "SHOP_TIME_ZONE": "Europe/Atlantis",
    "SHOP_DAY_ENDS": "four",
    "SHOP_CURRENCY": "EURO",
    "SHOP_COUNTRY": "Italy",
    "SHOP_TAX_PERCENT": "ten",
    "SHOP_FURTHER_PIZZA_MINUTES": "soon",
    "SHOP_DRIVING_MINUTES": "-1",
    "SHOP_PROMISE_MINUTES_WIDE": "0",
}


def run(*arguments, **environment):
    """Run Python in an environment that says nothing but this."""
    bare = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "pizzeria.settings", "ENV_FILE": ""}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False
    )


def read(**environment):
    """Read the settings as a program in that environment would."""
    say = "import json; from pizzeria import settings; print(json.dumps(vars(settings), default=str, skipkeys=True))"
    answer = run("-c", say, **environment)
    assert answer.returncode == 0, answer.stderr
    return json.loads(answer.stdout)


@pytest.mark.parametrize("demo", ["0", "1"], ids=["a shop", "the demo"])
def test_name_everything_that_is_missing_at_once_and_make_nothing_up(demo):
    answer = run("-c", "import pizzeria.settings", PIZZERIA_DEMO=demo)

    assert answer.returncode == 1
    assert [name for name in SHOP if name not in answer.stderr] == []


def test_name_everything_that_is_of_the_wrong_kind_at_once_and_repeat_no_secret():
    answer = run("-c", "import pizzeria.settings", **SHOP | WRONG)

    assert answer.returncode == 1
    assert [name for name in WRONG if name not in answer.stderr] == []
    assert "four-cheeses" not in answer.stderr


def test_pass_every_check_of_a_production_shop():
    answer = run("-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING", **SHOP)

    assert answer.returncode == 0, answer.stderr
    assert "no issues" in answer.stdout


def test_are_those_of_a_shop_unless_somebody_says_demo():
    shop = read(**SHOP)

    assert shop["SHOP_DEMO"] is shop["DEBUG"] is False
    assert "pizzeria.demo" not in shop["INSTALLED_APPS"]
    assert shop["SECURE_SSL_REDIRECT"] is shop["SESSION_COOKIE_SECURE"] is shop["CSRF_COOKIE_SECURE"] is True
    assert (shop["SESSION_COOKIE_NAME"], shop["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert shop["SECURE_PROXY_SSL_HEADER"] == ["HTTP_X_FORWARDED_PROTO", "https"]
    assert shop["LOGGING"]["formatters"]["lines"]["human"] is False


def test_give_a_lock_five_seconds_and_no_page_a_transaction_of_its_own():
    database = read(**SHOP)["DATABASES"]["default"]

    assert "lock_timeout=5s" in database["OPTIONS"]["options"]
    assert database["ATOMIC_REQUESTS"] is False


def test_let_the_demo_speak_plain_http_and_nothing_else_unsafe():
    demo = read(**SHOP, PIZZERIA_DEMO="1")

    assert demo["SECURE_SSL_REDIRECT"] is demo["SESSION_COOKIE_SECURE"] is demo["DEBUG"] is False
    assert demo["SECURE_PROXY_SSL_HEADER"] is None


def test_believe_no_proxy_where_none_stands():
    assert read(**SHOP, BEHIND_PROXY="0")["SECURE_PROXY_SSL_HEADER"] is None


def test_let_a_shop_be_silent():
    shop = read(**SHOP)

    assert (shop["MAILERS"], shop["NOTIFY_SMS_URL"]) == ({}, "")


def test_take_a_mail_server_only_with_a_sender():
    answer = run("-c", "import pizzeria.settings", **SHOP, MAIL_URL="smtp://mail.example")
    assert answer.returncode == 1
    assert "MAIL_FROM" in answer.stderr

    shop = read(**SHOP, MAIL_URL="smtp://mail.example", MAIL_FROM="Mario's <orders@pizza.example>")
    assert shop["DEFAULT_FROM_EMAIL"] == "Mario's <orders@pizza.example>"


@pytest.mark.parametrize("sender", ["", "mario", "Mario <orders>", "a@b.example\nBcc: c@d.example", "<a@b.example"])
def test_know_a_sender_from_something_else(sender):
    answer = run("-c", "import pizzeria.settings", **SHOP, MAIL_URL="smtp://mail.example", MAIL_FROM=sender)

    assert answer.returncode == 1
    assert "MAIL_FROM" in answer.stderr


def test_are_checked_for_a_provider_of_sms_that_somebody_knows():
    known = run("manage.py", "check", **SHOP, NOTIFY_SMS_URL=f"twilio://AC{'0' * 32}:{'1' * 32}@+15550001111?cto=3")
    assert known.returncode == 0, known.stderr

    unknown = run("manage.py", "check", **SHOP, NOTIFY_SMS_URL="twilio://four-cheeses@+15550001111")
    assert unknown.returncode == 1
    assert "NOTIFY_SMS_URL" in unknown.stderr
    assert "four-cheeses" not in unknown.stderr
