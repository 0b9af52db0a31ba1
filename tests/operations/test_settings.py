"""The settings: read from the environment by type, and strict except in the demo."""

import os
import runpy
import subprocess
import sys

import pytest
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import connection, connections
from django.db.backends.postgresql.base import DatabaseWrapper
from environs import EnvError

from pizzeria.devtools.state_dir import ROOT
from tests.message_sinks import ANSWER_TIMEOUT

SHOP = {
    "SECRET_KEY": "f3W0rds-that-nobody-has-ever-said-in-this-very-order-before-9c1",
    "DATABASE_URL": "postgresql://shop:secret@db.example/pizzeria",
    "REDIS_URL": "redis://redis.example:6379/0",
    "ALLOWED_HOSTS": "pizza.example",
    "ORIGIN": "https://pizza.example",
}
DEMO = {**SHOP, "PIZZERIA_DEMO": "1", "ALLOWED_HOSTS": "localhost,127.0.0.1", "ORIGIN": "http://localhost:8000"}
WRONG = {
    "SECRET_KEY": "four-cheeses",
    "SECRET_KEY_FALLBACKS": f"{'x' * 50},four-cheeses",
    "REDIS_URL": "redis.example",
    "ALLOWED_HOSTS": "*",
    "OIDC_ISSUER": "sso.example",
    "HSTS_SUBDOMAINS": "perhaps",
    "HSTS_PRELOAD": "perhaps",
    "DATABASE_POOL": "perhaps",
    "PIZZERIA_DEMO": "perhaps",
    "ORIGIN": "pizza.example",
    "MAIL_URL": "four-cheeses@mail.example",
    "NOTIFY_SMS_URL": "four-cheeses",
    "STRIPE_SECRET_KEY": "four-cheeses",
    "STRIPE_WEBHOOK_SECRETS": "whsec_abc,four-cheeses",
    "STRIPE_API_BASE": "https://four-cheeses.example",
    "WEBHOOK_EXTRA_NETWORKS": "127.0.0.0/8,four-cheeses",
    "SHOP_TIME_ZONE": "Europe/Atlantis",
    "SHOP_DAY_ENDS": "four",
    "SHOP_CURRENCY": "EURO",
    "SHOP_COUNTRY": "Italy",
    "SHOP_TAX_PERCENT": "ten",
    "SHOP_FURTHER_PIZZA_MINUTES": "soon",
    "SHOP_DRIVING_MINUTES": "-1",
    "SHOP_PROMISE_WINDOW_MINUTES": "0",
}


CLIENT = {"OIDC_CLIENT_ID": "pizzeria", "OIDC_CLIENT_SECRET": "secret"}


def run(*arguments, **environment):
    """Run Python with these environment variables and no others that the settings read."""
    bare = {"PATH": os.environ["PATH"], "DJANGO_SETTINGS_MODULE": "pizzeria.settings", "ENV_FILE": ""}
    return subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, env=bare | environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def read_settings():
    """Return a function that reads the settings in this process, from these environment variables alone."""

    def read(**environment):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(os, "environ", {"ENV_FILE": "", **environment})
            return runpy.run_path(ROOT / "pizzeria" / "settings.py")

    return read


@pytest.mark.parametrize("demo", ["0", "1"], ids=["a shop", "the demo"])
def test_all_missing_required_settings_are_named_at_once_also_in_the_demo(demo):
    completed = run("-c", "import pizzeria.settings", PIZZERIA_DEMO=demo)

    assert completed.returncode == 1
    assert [name for name in SHOP if name not in completed.stderr] == []


def test_all_invalid_settings_are_named_at_once_and_no_secret_is_repeated():
    completed = run("-c", "import pizzeria.settings", **SHOP | WRONG)

    assert completed.returncode == 1
    assert [name for name in WRONG if name not in completed.stderr] == []
    assert "four-cheeses" not in completed.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(
            ("ORIGIN", origin)
            for origin in ("https://pizza.example/", "https://pizza.example/menu", "http://pizza.example")
        ),
        *(
            ("ORIGIN", origin)
            for origin in ("https://PIZZA.example", "https://a@pizza.example", "https://pizza.example?")
        ),
        *(("ALLOWED_HOSTS", hosts) for hosts in ("*", "pizza.example,*", "pizza.example, *", "", ",", "*.example")),
        *(("ALLOWED_HOSTS", hosts) for hosts in ("https://pizza.example", "pizza.example:443", "elsewhere.example")),
        *(("OIDC_ISSUER", issuer) for issuer in ("http://sso.example/realms/pizzeria", "sso.example", "https://")),
        *(("DATABASE_URL", url) for url in ("sqlite:///pizza.db", "mysql://db.example/pizzeria")),
        *(("REDIS_URL", url) for url in ("redis.example:6379", "http://redis.example", "redis://")),
        ("HSTS_PRELOAD", "1"),
        *(("STRIPE_SECRET_KEY", key) for key in ("pk_live_abc", "sk_live_", "sk_abc", "sk_live_a b")),
        *(("STRIPE_WEBHOOK_SECRETS", secrets) for secrets in ("whsec_abc,", ",", "whsec_", "sk_live_abc")),
        *(("STRIPE_API_BASE", base) for base in ("https://api.stripe.com", "http://127.0.0.1:12111")),
        *(("SECRET_KEY_FALLBACKS", keys) for keys in ("short", f"{'x' * 60},short", ",")),
    ],
)
def test_a_setting_with_which_the_shop_would_not_work_or_not_be_safe_is_refused_by_its_name(read_settings, name, value):
    with pytest.raises(EnvError, match=name):
        read_settings(**SHOP | CLIENT | {"HSTS_SUBDOMAINS": "0", name: value})


def test_the_demo_accepts_plain_http_for_itself_and_for_its_sign_in_server(read_settings):
    plain = {"OIDC_ISSUER": "http://sso.example/realms/pizzeria", "ORIGIN": "http://shop.local:8000"}

    demo = read_settings(**SHOP | CLIENT | plain | {"ALLOWED_HOSTS": "shop.local", "PIZZERIA_DEMO": "1"})
    assert demo["OIDC_ISSUER"] == plain["OIDC_ISSUER"]


@pytest.mark.parametrize("base", ["http://pay.example:80", "http://localhost:80", "http://127.0.0.1:80@pay.example:80"])
def test_the_demos_stand_in_for_stripe_is_on_this_machine(read_settings, base):
    with pytest.raises(EnvError, match="STRIPE_API_BASE"):
        read_settings(**DEMO | {"STRIPE_API_BASE": base})

    assert (
        read_settings(**DEMO | {"STRIPE_API_BASE": "http://127.0.0.1:80"})["STRIPE_API_BASE"] == "http://127.0.0.1:80"
    )


@pytest.mark.parametrize("key", ["sk_live_four-cheeses", "rk_live_four-cheeses"])
def test_the_demo_refuses_a_live_key_without_repeating_it_and_a_shop_takes_it(read_settings, key):
    with pytest.raises(EnvError, match="STRIPE_SECRET_KEY is a live key") as refused:
        read_settings(**DEMO | {"STRIPE_SECRET_KEY": key})

    assert "four-cheeses" not in str(refused.value)
    assert read_settings(**SHOP | {"STRIPE_SECRET_KEY": key})["STRIPE_SECRET_KEY"] == key


def test_a_shop_may_have_two_secrets_of_its_webhook_while_one_replaces_the_other(read_settings):
    shop = read_settings(**SHOP | {"STRIPE_WEBHOOK_SECRETS": "whsec_old, whsec_new"})

    assert shop["STRIPE_WEBHOOK_SECRETS"] == ["whsec_old", "whsec_new"]
    assert read_settings(**SHOP)["STRIPE_WEBHOOK_SECRETS"] == []


def test_the_hosts_of_a_shop_may_be_several_and_have_subdomains(read_settings):
    shop = read_settings(**SHOP | {"ALLOWED_HOSTS": ".pizza.example, 127.0.0.1,[::1]"})

    assert shop["ALLOWED_HOSTS"] == [".pizza.example", "127.0.0.1", "[::1]"]


def test_earlier_secret_keys_can_be_kept_as_fallbacks(read_settings):
    assert read_settings(**SHOP)["SECRET_KEY_FALLBACKS"] == []
    earlier = ["x" * 50, "y" * 50]
    assert read_settings(**SHOP, SECRET_KEY_FALLBACKS=",".join(earlier))["SECRET_KEY_FALLBACKS"] == earlier


@pytest.mark.parametrize(
    ("variables", "scope"),
    [
        ({}, (True, True)),
        ({"HSTS_PRELOAD": "0"}, (True, False)),
        ({"HSTS_SUBDOMAINS": "0"}, (False, False)),
        ({"PIZZERIA_DEMO": "1", "ORIGIN": "http://shop.local", "ALLOWED_HOSTS": "shop.local"}, (False, False)),
    ],
    ids=str,
)
def test_a_shop_chooses_for_which_hosts_browsers_use_https_alone(read_settings, variables, scope):
    shop = read_settings(**SHOP | variables)

    assert (shop["SECURE_HSTS_INCLUDE_SUBDOMAINS"], shop["SECURE_HSTS_PRELOAD"]) == scope


def test_the_settings_of_a_shop_pass_every_deployment_check():
    completed = run("-W", "error", "manage.py", "check", "--deploy", "--fail-level", "WARNING", **SHOP)

    assert completed.returncode == 0, completed.stderr
    assert "no issues" in completed.stdout


def test_the_settings_are_strict_unless_they_are_those_of_the_demo(read_settings):
    shop = read_settings(**SHOP)

    assert shop["SHOP_DEMO"] is shop["DEBUG"] is False
    assert "pizzeria.demo" not in shop["INSTALLED_APPS"]
    assert shop["SECURE_SSL_REDIRECT"] is shop["SESSION_COOKIE_SECURE"] is shop["CSRF_COOKIE_SECURE"] is True
    assert (shop["SESSION_COOKIE_NAME"], shop["CSRF_COOKIE_NAME"]) == ("__Host-session", "__Host-csrf")
    assert shop["SECURE_PROXY_SSL_HEADER"] == ("HTTP_X_FORWARDED_PROTO", "https")
    assert shop["LOGGING"]["formatters"]["lines"]["human"] is False


def test_the_database_has_a_lock_timeout_of_five_seconds_and_no_transaction_per_request(read_settings):
    database = read_settings(**SHOP)["DATABASES"]["default"]

    assert "lock_timeout=5s" in database["OPTIONS"]["options"]
    assert database["ATOMIC_REQUESTS"] is False


@pytest.fixture
def pooled(db, read_settings):
    """Yield a connection to the tests' database with the pool of the settings."""
    configured = read_settings(**SHOP, DATABASE_POOL="1")["DATABASES"]["default"]
    # With long timeouts: a machine that is busy with other tests connects late.
    pool = {**configured["OPTIONS"]["pool"], "timeout": ANSWER_TIMEOUT}
    options = {**connection.settings_dict["OPTIONS"], "application_name": "pooled", "pool": pool}
    pooled = DatabaseWrapper(
        {
            **connection.settings_dict,
            **{name: configured[name] for name in ("CONN_MAX_AGE", "CONN_HEALTH_CHECKS")},
            "OPTIONS": {**options, "connect_timeout": ANSWER_TIMEOUT},
        },
        alias="pooled",
    )
    connections["pooled"] = pooled
    yield pooled
    pooled.close()
    pooled.close_pool()
    del connections["pooled"]


def test_a_connection_of_the_pool_that_postgresql_has_dropped_is_replaced_before_it_is_used(pooled):
    with pooled.cursor() as cursor:
        cursor.execute("SELECT 1")
    pooled.close()  # back into the pool
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid, %s) FROM pg_stat_activity WHERE application_name = 'pooled'",
            [1000 * ANSWER_TIMEOUT],  # it waits for their end
        )
        assert cursor.fetchall()

    with pooled.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


def test_the_demo_allows_plain_http_but_no_debug_mode_and_trusts_no_proxy(read_settings):
    demo = read_settings(**DEMO)

    assert demo["SECURE_SSL_REDIRECT"] is demo["SESSION_COOKIE_SECURE"] is demo["DEBUG"] is False
    assert demo["SECURE_PROXY_SSL_HEADER"] is None


@pytest.mark.parametrize(
    "reachable",
    [
        {"ORIGIN": "https://pizza.example", "ALLOWED_HOSTS": "pizza.example"},
        {"ALLOWED_HOSTS": "localhost,pizza.example"},
    ],
    ids=str,
)
def test_the_demo_does_not_start_where_the_public_can_reach_it(read_settings, reachable):
    with pytest.raises(EnvError, match="PIZZERIA_DEMO is not for the public"):
        read_settings(**DEMO | reachable)


def test_the_demo_starts_in_a_private_network_but_not_with_the_known_password(read_settings):
    at_home = read_settings(**DEMO | {"ORIGIN": "http://192.168.1.5:8000", "ALLOWED_HOSTS": "192.168.1.5,shop.local"})

    assert (at_home["SHOP_DEMO"], at_home["SHOP_DEMO_ON_LOOPBACK"]) == (True, False)
    assert read_settings(**DEMO)["SHOP_DEMO_ON_LOOPBACK"] is True
    assert read_settings(**SHOP)["SHOP_DEMO_ON_LOOPBACK"] is False


def test_the_header_of_a_proxy_is_not_trusted_if_there_is_no_proxy(read_settings):
    assert read_settings(**SHOP, BEHIND_PROXY="0")["SECURE_PROXY_SSL_HEADER"] is None


def test_a_shop_needs_neither_a_mail_server_nor_an_sms_provider(read_settings):
    shop = read_settings(**SHOP)

    assert (shop["MAILERS"], shop["NOTIFY_SMS_URL"]) == ({}, "")


def test_a_mail_server_requires_a_sender(read_settings):
    with pytest.raises(EnvError, match="MAIL_FROM"):
        read_settings(**SHOP, MAIL_URL="smtp://mail.example")

    shop = read_settings(**SHOP, MAIL_URL="smtp://mail.example", MAIL_FROM="Mario's <orders@pizza.example>")
    assert shop["DEFAULT_FROM_EMAIL"] == "Mario's <orders@pizza.example>"


@pytest.mark.parametrize(
    "sender", ["", "mario", "Mario <orders>", "orders@localhost", "a@b.example\nBcc: c@d.example", "<a@b.example"]
)
def test_an_invalid_sender_is_refused(read_settings, sender):
    with pytest.raises(EnvError, match="MAIL_FROM"):
        read_settings(**SHOP, MAIL_URL="smtp://mail.example", MAIL_FROM=sender)


def test_the_system_check_refuses_an_unknown_sms_provider_and_repeats_no_secret(settings):
    settings.NOTIFY_SMS_URL = f"twilio://AC{'0' * 32}:{'1' * 32}@+15550001111?cto=3"
    call_command("check")

    settings.NOTIFY_SMS_URL = "twilio://four-cheeses@+15550001111"
    with pytest.raises(SystemCheckError, match="NOTIFY_SMS_URL") as refused:
        call_command("check")
    assert "four-cheeses" not in str(refused.value)


@pytest.mark.parametrize("currency", ["ABC", "eur", "KWD"], ids=["unknown", "lower case", "of thousandths"])
def test_a_currency_that_the_shop_cannot_charge_in_is_refused(read_settings, currency):
    with pytest.raises(EnvError, match="SHOP_CURRENCY"):
        read_settings(**SHOP, SHOP_CURRENCY=currency)


def test_the_first_limit_of_an_order_is_a_sum_that_makes_sense_in_the_currency(read_settings):
    limits = [read_settings(**SHOP, SHOP_CURRENCY=code)["SHOP_INITIAL"]["total_per_order"] for code in ("EUR", "JPY")]

    assert [str(limit) for limit in limits] == ["500.00", "50000"]
