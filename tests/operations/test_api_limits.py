"""The API answers so many requests a minute of one network address and of one user, with or without Redis."""

from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.core.cache import cache
from django.urls import reverse

from pizzeria.foundation import clock
from pizzeria.foundation.attempts import counting
from pizzeria.foundation.attempts.models import AttemptCounter
from pizzeria.operations.api_limits import count_request
from tests.chaos.redis_server import RedisServer
from tests.races.concurrency import THREAD_TIMEOUT, all_at_once
from tests.shop import FRIDAY_NIGHT
from tests.users.api_client import assert_refused

HEADERS = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
THREADS = 12


@pytest.fixture
def half_a_minute_left(monkeypatch):
    """Stop the clock at the 18th second of a minute; return a function that moves it on."""
    moments = [FRIDAY_NIGHT + timedelta(seconds=18)]
    monkeypatch.setattr(clock, "now", lambda: moments[-1])
    return lambda **step: moments.append(moments[-1] + timedelta(**step))


@pytest.fixture
def limits(settings):
    """Return a function that sets the limits of a minute: `limits(user=3)`; there is no other one."""

    def set_limits(*, user=0, address=0):
        settings.SHOP_API_REQUESTS_PER_MINUTE = user
        settings.SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS = address

    return set_limits


@pytest.fixture
def redis_server(tmp_path, settings):
    """A Redis for this test alone, in which the shop counts."""
    server = RedisServer(tmp_path)
    default = settings.CACHES["default"]
    settings.CACHES = {**settings.CACHES, "default": {**default, "LOCATION": server.url}}
    settings.REDIS_URL = server.url
    yield server
    server.kill()


def limit_of(answer):
    return tuple(int(answer.headers[name]) for name in HEADERS)


@pytest.mark.usefixtures("kitchen")
def test_a_user_is_refused_beyond_the_limit_until_the_minute_is_over(caller, limits, half_a_minute_left):
    limits(user=3)
    program = caller("customer")

    assert [limit_of(program.get("/me")) for _ in range(3)] == [(3, 2, 42), (3, 1, 42), (3, 0, 42)]
    refused = program.get("/me")
    assert_refused(refused, 429, "too_many_requests")
    assert (refused.headers["Retry-After"], limit_of(refused)) == ("42", (3, 0, 42))

    half_a_minute_left(seconds=42)
    assert limit_of(program.get("/me")) == (3, 2, 60)


@pytest.mark.usefixtures("half_a_minute_left")
def test_two_users_have_a_count_each_and_two_tokens_of_one_user_share_theirs(caller, limits):
    limits(user=2)
    anna, again, berta = caller("customer", "anna"), caller("customer", "anna"), caller("customer", "berta")

    assert [who.get("/me").status_code for who in (anna, again)] == [200, 200]
    assert_refused(anna.get("/me"), 429, "too_many_requests")
    assert_refused(again.get("/me"), 429, "too_many_requests")
    assert berta.get("/me").status_code == 200


@pytest.mark.usefixtures("half_a_minute_left")
def test_a_refused_request_has_no_effect(caller, limits, kitchen):
    limits(user=1)
    manager = caller("manager")
    manager.get("/me")

    assert_refused(manager.post("/kitchen/pause", {"reason": "The oven is cold."}), 429, "too_many_requests")
    kitchen.refresh_from_db()
    assert kitchen.taking_orders


@pytest.mark.usefixtures("half_a_minute_left", "kitchen")
def test_all_users_of_an_address_share_its_limit_and_guesses_of_tokens_count(caller, limits):
    limits(address=4)
    guess = caller()
    guess.token = "guess"

    assert_refused(guess.get("/me"), 401, "invalid_token")
    assert guess.get("/nothing").status_code == 404
    assert caller("customer").get("/me").status_code == 200
    assert limit_of(caller().get("/menu"))[:2] == (4, 0)
    for refused in (guess.get("/me"), caller("customer").get("/me"), caller().get("/menu"), guess.get("/nothing")):
        assert_refused(refused, 429, "too_many_requests")


@pytest.mark.usefixtures("half_a_minute_left")
def test_an_invalid_token_counts_against_no_user(caller, limits):
    limits(user=5, address=9)
    guess = caller()
    guess.token = "guess"

    assert limit_of(guess.get("/me"))[:2] == (9, 8)


@pytest.mark.usefixtures("half_a_minute_left", "kitchen")
def test_other_addresses_have_a_count_each_and_those_of_one_ipv6_network_share_theirs(caller, limits, settings):
    limits(address=1)

    def status_from(address):
        return caller().client.get("/api/menu", REMOTE_ADDR=address).status_code

    assert [status_from(address) for address in ("192.0.2.1", "192.0.2.2", "2001:db8::1")] == [200, 200, 200]
    assert [status_from(address) for address in ("192.0.2.1", "2001:db8::2")] == [429, 429]


@pytest.mark.usefixtures("half_a_minute_left")
def test_an_answer_has_the_headers_of_the_limit_that_is_nearer_to_its_end(caller, limits):
    limits(user=5, address=9)
    assert limit_of(caller("customer").get("/me"))[:2] == (5, 4)

    limits(user=9, address=5)
    assert limit_of(caller("customer").get("/me"))[:2] == (5, 3)


@pytest.mark.usefixtures("kitchen")
def test_without_limits_nothing_is_counted_and_no_header_is_set(caller, limits):
    limits()

    answer = caller("customer").get("/me")

    assert not {*HEADERS} & {*answer.headers}


@pytest.mark.usefixtures("kitchen")
def test_pages_of_the_shop_are_not_counted(client, limits):
    limits(address=1)

    answers = [client.get(reverse("menu:index")) for _ in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 200]
    assert not {*HEADERS, "X-Request-ID"} & {*answers[0].headers}


@pytest.mark.usefixtures("half_a_minute_left")
def test_requests_are_counted_in_the_database_while_redis_is_stopped(caller, limits, redis_server):
    limits(user=2, address=50)
    program = caller("customer")
    program.get("/me")
    assert not AttemptCounter.objects.exists()

    redis_server.kill()

    assert [program.get("/me").status_code for _ in range(3)] == [200, 200, 429]
    counters = AttemptCounter.objects.values_list("kind", "attempts", "begins_at")
    assert {*counters} == {("api.address", 3, FRIDAY_NIGHT), ("api.user", 3, FRIDAY_NIGHT)}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_stopped", [False, True], ids=["in Redis", "in the database"])
def test_requests_of_the_same_moment_are_counted_exactly(redis_server, is_stopped):
    if is_stopped:
        redis_server.kill()
        cache.get("any")  # from now on the breaker is tripped

    counts = all_at_once([partial(count_request, "api.user", "1", begins_at=FRIDAY_NIGHT)] * THREADS)

    assert sorted(counts) == [*range(1, THREADS + 1)]


@pytest.mark.django_db(transaction=True)
def test_requests_of_the_same_moment_are_lost_by_a_count_that_is_read_and_then_written():
    """The control: what the one statement prevents."""
    everybody_has_read = Barrier(THREADS)
    AttemptCounter.objects.create(kind="api.user", key="1", begins_at=FRIDAY_NIGHT, attempts=0)

    def count():
        attempts = counting._current("api.user", "1", FRIDAY_NIGHT) + 1
        everybody_has_read.wait(timeout=THREAD_TIMEOUT)
        AttemptCounter.objects.update(attempts=attempts)
        return attempts

    assert {*all_at_once([count] * THREADS)} == {1}


@pytest.mark.parametrize("sent", ["till-7.42_a", "x", "x" * 64])
def test_an_answer_has_the_id_that_the_client_gave_its_request(caller, db, sent):
    for path in ("/me", "/nothing"):
        assert caller().get(path, **{"X-Request-ID": sent}).headers["X-Request-ID"] == sent


@pytest.mark.parametrize("sent", ["", "x" * 65, "a b", "a\tb", "é", "<b>"], ids=ascii)
def test_an_answer_has_an_id_of_the_shop_if_the_client_gave_none_that_can_be_logged(caller, db, sent):
    answers = [caller().get("/me", **{"X-Request-ID": sent}) for _ in range(2)]

    ids = {answer.headers["X-Request-ID"] for answer in answers}
    assert len(ids) == 2
    assert {len(id_) for id_ in ids} == {36}


def test_requests_whose_address_is_unknown_count_as_one_clients(caller, limits):
    limits(address=1)

    statuses = [caller().client.get("/api/menu", REMOTE_ADDR=address).status_code for address in ("", "@socket")]

    assert statuses == [200, 429]


def test_the_log_has_the_id_that_the_answer_has(caller, db, caplog):
    answer = caller().get("/me", **{"X-Request-ID": "till-7.42"})

    assert answer.headers["X-Request-ID"] == "till-7.42"
    lines = [record.msg for record in caplog.records if isinstance(record.msg, dict)]
    assert {line["request_id"] for line in lines if line["event"] in ("request_started", "request_finished")} == {
        "till-7.42"
    }
    assert {"request_started", "request_finished", "token_refused"} <= {line["event"] for line in lines}
