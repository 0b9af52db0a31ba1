"""The realm's keys: kept, asked for again, and still known while nobody can be asked."""

import itertools
import threading

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from pizzeria.users.keycloak.jwks import SigningKeys, UnknownSigningKey
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable
from tests.waiting import LIMIT, until

_RSA = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), as_dict=True)
_EC = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
MINUTE, HOUR = 60.0, 3600.0


def row(kid, **more):
    return {**_RSA, "kid": kid, **more}


class Realm:
    """Answers with what it is told to, and counts."""

    def __init__(self, *kids):
        self.answer = {"keys": [row(kid) for kid in kids]}
        self.asked = 0
        self.time = 1000.0

    def has(self, *kids):
        self.answer = {"keys": [row(kid) for kid in kids]}

    def __call__(self):
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def realm():
    return Realm("one")


@pytest.fixture
def keys(realm):
    return SigningKeys(realm, now=lambda: realm.time)


def test_are_asked_for_when_the_first_token_comes(realm, keys):
    assert realm.asked == 0

    assert keys.named("one").key_id == "one"
    assert realm.asked == 1


def test_are_not_asked_for_with_each_token(realm, keys):
    for _token in range(50):
        keys.named("one")

    assert realm.asked == 1


def test_that_nobody_has_are_asked_for_once_a_minute(realm, keys):
    for minute in range(3):
        realm.time = 1000.0 + minute * MINUTE
        for number in range(50):
            with pytest.raises(UnknownSigningKey):
                keys.named(f"made up {number}")

        assert realm.asked == minute + 1


def test_that_are_new_are_found(realm, keys):
    keys.named("one")
    realm.has("one", "two")
    realm.time += MINUTE

    assert keys.named("two").key_id == "two"


def test_that_the_realm_gave_up_are_forgotten_within_minutes(realm, keys):
    keys.named("one")
    realm.has("two")
    realm.time += 6 * MINUTE

    with pytest.raises(UnknownSigningKey):
        keys.named("one")


@pytest.mark.parametrize(
    "trouble",
    [
        ProviderUnavailable("gone"),
        ProviderRefused("no"),
        {"keys": []},
        {},
        {"keys": "none"},
        {"keys": [None, 7, {"kid": "one"}]},
    ],
    ids=["gone", "denied", "none", "nothing", "a word", "rubbish"],
)
def test_outlive_trouble_by_half_a_day(realm, keys, trouble):
    keys.named("one")
    realm.answer = trouble

    for hours in (1, 6, 11.9):
        realm.time = 1000.0 + hours * HOUR
        assert keys.named("one").key_id == "one"

    realm.time = 1000.0 + 12.1 * HOUR
    with pytest.raises(ProviderUnavailable):
        keys.named("one")


def test_are_asked_for_once_a_minute_in_trouble_too(realm, keys):
    keys.named("one")
    realm.answer, realm.time = ProviderUnavailable("gone"), realm.time + HOUR

    for _token in range(50):
        keys.named("one")

    assert realm.asked == 2


def test_that_never_came_make_nobody_a_liar(realm, keys):
    realm.answer = ProviderUnavailable("gone")

    with pytest.raises(ProviderUnavailable):
        keys.named("one")

    realm.has("one")
    realm.time += MINUTE
    assert keys.named("one").key_id == "one"


def test_for_anything_but_rs256_signatures_are_left_alone(realm, keys):
    realm.answer = {
        "keys": [
            row("one"),
            row("to encrypt", use="enc"),
            row("of another algorithm", alg="PS256"),
            {**_EC, "kid": "elliptic"},
            {"kty": "oct", "k": "c2VjcmV0", "kid": "a secret"},
            {"kty": "RSA", "n": "!", "e": "AQAB", "kid": "broken"},
            {name: value for name, value in row("nameless").items() if name != "kid"},
        ]
    }

    assert isinstance(keys.named("one"), jwt.PyJWK)
    for kid in ("to encrypt", "of another algorithm", "elliptic", "a secret", "broken", None):
        with pytest.raises(UnknownSigningKey):
            keys.named(kid)


@pytest.mark.parametrize("other", ["one", "two"], ids=["fresh ones", "an unknown one"])
def test_are_given_at_once_while_somebody_asks_for(realm, keys, other):
    keys.named("one")
    realm.time += HOUR
    begun, go_on = threading.Event(), threading.Event()

    def hang():
        begun.set()
        assert go_on.wait(LIMIT)
        return {"keys": [row("one"), row("two")]}

    keys._fetch = hang
    asking = threading.Thread(target=keys.named, args=[other])
    asking.start()
    try:
        assert begun.wait(LIMIT)
        assert keys.named("one").key_id == "one"
        assert asking.is_alive()
    finally:
        go_on.set()
        asking.join()


def test_are_asked_for_once_by_many_at_the_same_time(realm, keys):
    together = threading.Barrier(20)
    found = []

    def ask():
        together.wait(LIMIT)
        found.append(keys.named("one").key_id)

    threads = [threading.Thread(target=ask) for _each in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (found, realm.asked) == (["one"] * 20, 1)


def test_are_asked_for_at_once_when_somebody_is_about_to_bring_a_token(realm, keys):
    keys.named("one")
    with pytest.raises(UnknownSigningKey):
        keys.named("nobody's")  # and for a minute no other unknown key is asked about
    realm.has("two")

    assert keys.renew()

    assert keys.named("two").key_id == "two"


def test_that_the_realm_itself_named_are_asked_for_at_once(realm, keys):
    with pytest.raises(UnknownSigningKey):
        keys.named("nobody's")
    realm.has("two")

    assert keys.named("two", exists=True).key_id == "two"


@pytest.mark.parametrize("answer", [ProviderUnavailable(), ProviderRefused("answer 404"), {"keys": []}])
def test_stay_as_they_are_when_the_realm_has_no_answer(realm, keys, answer):
    keys.named("one")
    realm.answer = answer

    assert not keys.renew()

    assert keys.named("one").key_id == "one"


def test_of_a_realm_that_answers_are_asked_for_each_time_somebody_sets_out_for_it(realm, keys):
    assert keys.is_answering()
    realm.answer = ProviderUnavailable()

    assert not keys.is_answering()  # though it did a moment ago


def test_of_a_realm_that_is_silent_are_asked_for_once_in_a_few_seconds(realm, keys):
    answer, realm.answer = realm.answer, ProviderUnavailable()

    assert [keys.is_answering() for _visitor in range(60)] == [False] * 60
    assert realm.asked == 1

    realm.answer = answer
    realm.time += 5
    assert keys.is_answering()


def test_of_a_realm_that_is_slow_to_answer_are_asked_for_twice_whatever_the_crowd(realm):
    """The first visitor asks; all who came meanwhile share one more answer, which began after they had come."""
    asked, may_answer = threading.Event(), threading.Event()
    times, arrived = itertools.count(), set()

    def slowly():
        asked.set()
        assert may_answer.wait(60)
        return realm()

    def now():
        looked_at = float(next(times)) / 1000
        arrived.add(threading.current_thread())
        return looked_at

    keys = SigningKeys(slowly, now=now)
    seen = []
    visitors = [threading.Thread(target=lambda: seen.append(keys.is_answering())) for _visitor in range(8)]
    visitors[0].start()
    assert asked.wait(60)
    for visitor in visitors[1:]:
        visitor.start()
    until(lambda: arrived == set(visitors))
    may_answer.set()
    for visitor in visitors:
        visitor.join()

    assert seen == [True] * 8
    assert realm.asked == 2
