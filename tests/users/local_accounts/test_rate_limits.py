"""How often somebody may try: counted in the database, with Redis or without."""

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
from tests.users import account_holders as they
from tests.users.account_holders import CARLA, PASSWORD, STRANGER, account_holder
from tests.users.oidc_login import LEAVE

pytestmark = pytest.mark.usefixtures("kitchen", "post")


@pytest.fixture(autouse=True)
def _within_a_minute(monkeypatch):
    """Let all the tries of a test come within the minute in which they count, however slow the machine is."""
    milliseconds = count(1_000 * int(time.time()))
    clock = SimpleNamespace(time=lambda: next(milliseconds) / 1_000, monotonic=time.monotonic, sleep=time.sleep)
    monkeypatch.setattr(ratelimit, "time", clock)


@pytest.fixture(params=["with Redis", "without Redis"])
def redis(request):
    """Redis there, and gone."""
    if request.param == "without Redis":
        breaker.of_redis.trip(RedisIsGone())
        breaker.of_redis._stopped.set()  # it does not come back in this test


def tries(client, step, how_often):
    """Try so often; give the last status but one, and the last answer."""
    statuses = []
    for _try in range(how_often):
        answer = step(client)
        statuses.append(answer.status_code)
    return statuses[-2], answer


def wrong_password(client):
    return they.sign_in(client, password="a guess")


def is_the_page_for_too_often(answer):
    said = answer.content.decode()
    return answer.status_code == 429 and answer["Retry-After"] == "300" and "A little slower, please" in said


def test_let_nobody_guess_a_sixth_password(client, redis):
    account_holder()

    before, sixth = tries(client, wrong_password, 6)

    assert before == 422
    assert is_the_page_for_too_often(sixth)


def test_hold_off_the_right_password_too_and_only_for_that_e_mail(client, redis):
    account_holder()
    account_holder("bruno@example.com")
    tries(client, wrong_password, 5)

    assert is_the_page_for_too_often(they.sign_in(client))
    assert they.sign_in(client, "bruno@example.com").status_code == 302


def test_hold_off_guesses_at_somebody_who_is_not_there_in_the_same_way(client, redis):
    before, sixth = tries(client, lambda client: they.sign_in(client, STRANGER, "a guess"), 6)

    assert before == 422
    assert is_the_page_for_too_often(sixth)


def test_hold_off_one_address_that_tries_many_e_mails(client, redis):
    for nth in range(10):
        assert they.sign_in(client, f"{nth}@example.com", "a guess").status_code == 422

    assert is_the_page_for_too_often(they.sign_in(client, "10@example.com", "a guess"))
    elsewhere = type(client)(REMOTE_ADDR="198.51.100.7")
    assert they.sign_in(elsewhere, "11@example.com", "a guess").status_code == 422


def test_send_no_sixth_letter_to_anybody_in_an_hour(client, post, redis):
    account_holder()

    before, sixth = tries(client, they.forget, 6)

    assert before == 302
    assert is_the_page_for_too_often(sixth)
    assert len(post.taken("email", to=CARLA)) == 5


def test_make_no_more_than_twenty_accounts_an_hour_from_one_address(client, redis):
    for nth in range(20):
        assert they.sign_up(client, f"{nth}@example.com").status_code == 302
        client.cookies.clear()

    assert is_the_page_for_too_often(they.sign_up(client, "20@example.com"))


def test_let_nobody_try_passkeys_without_end(client, redis):
    before, eleventh = tries(
        client, lambda client: client.post(reverse("mfa_login_webauthn"), {"credential": "{}"}), 11
    )

    assert before == 302
    assert is_the_page_for_too_often(eleventh)


def test_send_one_address_no_more_than_thirty_times_a_minute_to_keycloak(client, realm, redis):
    before, thirty_first = tries(client, lambda _browser: type(client)().get(LEAVE), 31)

    assert before == 302
    assert is_the_page_for_too_often(thirty_first)
    assert Session.objects.count() == 30
    assert len(realm.asked) == 30


def test_let_nobody_guess_at_an_open_browser(client, redis):
    account_holder()
    they.sign_in(client)

    before, last = tries(client, lambda client: client.post(they.PROVE, {"password": "a guess"}), 6)

    assert before == 422
    assert is_the_page_for_too_often(last)


def test_let_somebody_in_who_knows_the_password_however_often(client, redis):
    account_holder()

    assert {they.sign_in(type(client)()).status_code for _each in range(12)} == {302}


def test_are_over_when_their_time_is(client, redis):
    account_holder()
    tries(client, wrong_password, 6)
    they.limits_are_over()

    assert they.sign_in(client).status_code == 302


def test_are_not_in_the_shops_own_cache(client):
    account_holder()
    wrong_password(client)
    caches["default"].clear()

    assert RateLimitCounter.objects.exists()
    assert is_the_page_for_too_often(tries(client, wrong_password, 5)[1])


def test_control_in_the_shops_own_cache_they_would_be_gone_with_redis(client, monkeypatch):
    breaker.of_redis.trip(RedisIsGone())
    breaker.of_redis._stopped.set()
    monkeypatch.setattr("allauth.core.internal.ratelimit.cache", caches["default"])

    before, twentieth = tries(client, wrong_password, 20)

    assert (before, twentieth.status_code) == (422, 422)


def test_hold_no_address_and_no_e_mail_longer_than_they_count(client):
    account_holder()
    wrong_password(client)
    assert not RateLimitCounter.objects.filter(cache_key__contains="carla").exists()
    RateLimitCounter.objects.update(expires=clock.now() - timedelta(seconds=1))

    call_command("purge_expired", verbosity=0)

    assert not RateLimitCounter.objects.exists()


# --- Where somebody comes from ---


def address_of(**headers):
    return get_adapter().get_client_ip(RequestFactory().get("/", **headers))


def test_go_by_the_line_itself_where_there_is_no_proxy(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 0

    assert address_of(REMOTE_ADDR="203.0.113.5", HTTP_X_FORWARDED_FOR="198.51.100.7") == "203.0.113.5"


def test_go_by_the_last_word_of_the_proxy_where_there_is_one(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    forwarded = "10.0.0.1, 198.51.100.7"  # the first is what the client says of itself
    assert address_of(REMOTE_ADDR="127.0.0.1", HTTP_X_FORWARDED_FOR=forwarded) == "198.51.100.7"
    assert address_of(REMOTE_ADDR="127.0.0.1") == "127.0.0.1"


def test_let_nobody_try_whose_address_is_none(settings):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1

    with pytest.raises(PermissionDenied):
        address_of(HTTP_X_FORWARDED_FOR="somewhere")


def test_count_a_whole_network_of_the_new_kind_as_one(client):
    """Whoever has one address of IPv6 has 2^64 of them."""
    for nth in range(10):
        neighbour = type(client)(REMOTE_ADDR=f"2001:db8::{nth + 1}")
        they.sign_in(neighbour, f"{nth}@example.com", PASSWORD)

    assert is_the_page_for_too_often(
        they.sign_in(type(client)(REMOTE_ADDR="2001:db8::ffff"), "10@example.com", PASSWORD)
    )
