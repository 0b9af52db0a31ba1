"""Rate limits of sign-in and local accounts: counted in the database, with Redis or without."""

import time
from datetime import timedelta
from itertools import count
from types import SimpleNamespace

import pytest
from allauth.account.adapter import get_adapter
from allauth.core.internal import ratelimit
from django.contrib.sessions.models import Session
from django.core.cache import caches
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.test import RequestFactory
from django.urls import reverse
from redis.exceptions import ConnectionError as RedisIsGone

from pizzeria.foundation import breaker, clock
from pizzeria.users.models import RateLimitCounter
from tests.users import account_holders
from tests.users.account_holders import CARLA, PASSWORD, UNKNOWN_EMAIL, account_holder
from tests.users.oidc_login import AUTHORIZATION_REQUEST

pytestmark = pytest.mark.usefixtures("kitchen", "message_sinks")


@pytest.fixture(autouse=True)
def _within_a_minute(monkeypatch):
    """Advance the clock of the rate limits a millisecond per reading: all attempts of a test are within a minute."""
    milliseconds = count(1_000 * int(time.time()))
    clock = SimpleNamespace(time=lambda: next(milliseconds) / 1_000, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", clock)


@pytest.fixture(params=["with Redis", "without Redis"])
def redis(request):
    """Run the test with Redis, and without it."""
    if request.param == "without Redis":
        breaker.redis_breaker.trip(RedisIsGone())
        breaker.redis_breaker._stopped.set()  # the breaker does not close again in this test


def repeat(client, step, how_often):
    """Repeat a step; return the last status but one, and the last response."""
    statuses = []
    for _try in range(how_often):
        response = step(client)
        statuses.append(response.status_code)
    return statuses[-2], response


def wrong_password(client):
    return account_holders.sign_in(client, password="a guess")


def is_rate_limited_page(response):
    html = response.content.decode()
    return response.status_code == 429 and response["Retry-After"] == "300" and "A little slower, please" in html


def test_the_sixth_wrong_password_is_rate_limited(client, redis):
    account_holder()

    before, sixth = repeat(client, wrong_password, 6)

    assert before == 422
    assert is_rate_limited_page(sixth)


def test_a_rate_limited_e_mail_address_and_no_other_is_refused_the_right_password_too(client, redis):
    account_holder()
    account_holder("bruno@example.com")
    repeat(client, wrong_password, 5)

    assert is_rate_limited_page(account_holders.sign_in(client))
    assert account_holders.sign_in(client, "bruno@example.com").status_code == 302


def test_the_sixth_password_for_an_unknown_e_mail_address_is_rate_limited_too(client, redis):
    before, sixth = repeat(client, lambda client: account_holders.sign_in(client, UNKNOWN_EMAIL, "a guess"), 6)

    assert before == 422
    assert is_rate_limited_page(sixth)


def test_an_ip_address_is_rate_limited_after_wrong_passwords_for_ten_e_mail_addresses(client, redis):
    for nth in range(10):
        assert account_holders.sign_in(client, f"{nth}@example.com", "a guess").status_code == 422

    assert is_rate_limited_page(account_holders.sign_in(client, "10@example.com", "a guess"))
    elsewhere = type(client)(REMOTE_ADDR="198.51.100.7")
    assert account_holders.sign_in(elsewhere, "11@example.com", "a guess").status_code == 422


def test_the_sixth_password_reset_for_an_e_mail_address_is_rate_limited(client, message_sinks, redis):
    account_holder()

    before, sixth = repeat(client, account_holders.request_password_reset, 6)

    assert before == 302
    assert is_rate_limited_page(sixth)
    assert len(message_sinks.messages("email", to=CARLA)) == 5


def test_the_twenty_first_sign_up_from_an_ip_address_is_rate_limited(client, redis):
    for nth in range(20):
        assert account_holders.sign_up(client, f"{nth}@example.com").status_code == 302
        client.cookies.clear()

    assert is_rate_limited_page(account_holders.sign_up(client, "20@example.com"))


def test_the_eleventh_sign_in_attempt_by_passkey_is_rate_limited(client, redis):
    before, eleventh = repeat(
        client, lambda client: client.post(reverse("mfa_login_webauthn"), {"credential": "{}"}), 11
    )

    assert before == 302
    assert is_rate_limited_page(eleventh)


def test_the_thirty_first_authorization_request_from_an_ip_address_is_rate_limited(client, realm, redis):
    before, thirty_first = repeat(client, lambda _browser: type(client)().get(AUTHORIZATION_REQUEST), 31)

    assert before == 302
    assert is_rate_limited_page(thirty_first)
    assert Session.objects.count() == 30
    assert len(realm.requests) == 30


def test_the_sixth_wrong_password_at_reauthentication_is_rate_limited(client, redis):
    account_holder()
    account_holders.sign_in(client)

    before, last = repeat(
        client, lambda client: client.post(account_holders.REAUTHENTICATE, {"password": "a guess"}), 6
    )

    assert before == 422
    assert is_rate_limited_page(last)


def test_twelve_successful_sign_ins_are_not_rate_limited(client, redis):
    account_holder()

    assert {account_holders.sign_in(type(client)()).status_code for _each in range(12)} == {302}


def test_a_rate_limit_ends_when_its_counters_are_deleted(client, redis):
    account_holder()
    repeat(client, wrong_password, 6)
    account_holders.clear_rate_limits()

    assert account_holders.sign_in(client).status_code == 302


def test_rate_limits_still_hold_after_the_default_cache_was_cleared(client):
    account_holder()
    wrong_password(client)
    caches["default"].clear()

    assert RateLimitCounter.objects.exists()
    assert is_rate_limited_page(repeat(client, wrong_password, 5)[1])


def test_control_rate_limits_in_the_default_cache_would_not_hold_while_redis_is_down(client, monkeypatch):
    breaker.redis_breaker.trip(RedisIsGone())
    breaker.redis_breaker._stopped.set()
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", caches["default"])

    before, twentieth = repeat(client, wrong_password, 20)

    assert (before, twentieth.status_code) == (422, 422)


def test_rate_limit_counters_contain_no_e_mail_address_and_are_purged_once_expired(client):
    account_holder()
    wrong_password(client)
    assert not RateLimitCounter.objects.filter(cache_key__contains="carla").exists()
    RateLimitCounter.objects.update(expires=clock.now() - timedelta(seconds=1))

    call_command("purge_expired", verbosity=0)

    assert not RateLimitCounter.objects.exists()


# --- The address of the client ---


def address_of(**headers):
    return get_adapter().get_client_ip(RequestFactory().get("/", **headers))


def test_the_client_address_is_that_of_the_connection_if_there_is_no_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0

    assert address_of(REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR="198.51.100.7") == "203.0.113.5"


def test_the_client_address_is_the_last_one_in_x_forwarded_for_if_there_is_one_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    forwarded = "10.0.0.1, 198.51.100.7"  # the first one can be set by the client
    assert address_of(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded) == "198.51.100.7"
    assert address_of(REMOTE_ADDR="127.0.0.1") == "127.0.0.1"


def test_a_client_without_a_valid_address_is_refused(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    with pytest.raises(PermissionDenied):
        address_of(HTTP_X_FORWARDED_FOR="somewhere")


def test_the_addresses_of_one_ipv6_network_share_a_rate_limit(client):
    """A client with one IPv6 address usually has the 2^64 of its network."""
    for nth in range(10):
        neighbour = type(client)(REMOTE_ADDR=f"2001:db8::{nth + 1}")
        account_holders.sign_in(neighbour, f"{nth}@example.com", PASSWORD)

    assert is_rate_limited_page(
        account_holders.sign_in(type(client)(REMOTE_ADDR="2001:db8::ffff"), "10@example.com", PASSWORD)
    )
