"""The cache of the realm's signing keys: when they are fetched, and how long they are used while the realm is down."""

import itertools
import threading

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from jwt.algorithms import ECAlgorithm, RSAAlgorithm

from pizzeria.users.keycloak.jwks import SigningKeys, UnknownSigningKey
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable
from tests.waiting import TIMEOUT, until

_RSA = RSAAlgorithm.to_jwk(rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key(), as_dict=True)
_EC = ECAlgorithm.to_jwk(ec.generate_private_key(ec.SECP256R1()).public_key(), as_dict=True)
MINUTE, HOUR = 60.0, 3600.0


def row(kid, **more):
    return {**_RSA, "kid": kid, **more}


class Realm:
    """The JWK set of a realm as a test sets it, with a count of the requests and a clock."""

    def __init__(self, *kids):
        self.response = {"keys": [row(kid) for kid in kids]}
        self.requests = 0
        self.time = 1000.0

    def has(self, *kids):
        self.response = {"keys": [row(kid) for kid in kids]}

    def __call__(self):
        self.requests += 1
        if isinstance(self.response, Exception):
            raise self.response
        return self.response


@pytest.fixture
def realm():
    return Realm("one")


@pytest.fixture
def keys(realm):
    return SigningKeys(realm, now=lambda: realm.time)


def test_signing_keys_are_first_fetched_when_one_is_needed(realm, keys):
    assert realm.requests == 0

    assert keys.find("one").key_id == "one"
    assert realm.requests == 1


def test_signing_keys_are_fetched_once_for_many_tokens(realm, keys):
    for _token in range(50):
        keys.find("one")

    assert realm.requests == 1


def test_unknown_key_ids_cause_at_most_one_fetch_a_minute(realm, keys):
    for minute in range(3):
        realm.time = 1000.0 + minute * MINUTE
        for number in range(50):
            with pytest.raises(UnknownSigningKey):
                keys.find(f"made up {number}")

        assert realm.requests == minute + 1


def test_a_new_signing_key_of_the_realm_is_found(realm, keys):
    keys.find("one")
    realm.has("one", "two")
    realm.time += MINUTE

    assert keys.find("two").key_id == "two"


def test_a_signing_key_that_the_realm_removed_is_unknown_after_six_minutes(realm, keys):
    keys.find("one")
    realm.has("two")
    realm.time += 6 * MINUTE

    with pytest.raises(UnknownSigningKey):
        keys.find("one")


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
def test_known_signing_keys_stay_usable_for_twelve_hours_while_the_realm_returns_no_valid_ones(realm, keys, trouble):
    keys.find("one")
    realm.response = trouble

    for hours in (1, 6, 11.9):
        realm.time = 1000.0 + hours * HOUR
        assert keys.find("one").key_id == "one"

    realm.time = 1000.0 + 12.1 * HOUR
    with pytest.raises(ProviderUnavailable):
        keys.find("one")


def test_stale_signing_keys_are_fetched_at_most_once_a_minute_while_the_realm_is_unavailable(realm, keys):
    keys.find("one")
    realm.response, realm.time = ProviderUnavailable("gone"), realm.time + HOUR

    for _token in range(50):
        keys.find("one")

    assert realm.requests == 2


def test_a_failed_first_fetch_raises_provider_unavailable_and_is_repeated_after_a_minute(realm, keys):
    realm.response = ProviderUnavailable("gone")

    with pytest.raises(ProviderUnavailable):
        keys.find("one")

    realm.has("one")
    realm.time += MINUTE
    assert keys.find("one").key_id == "one"


def test_only_keys_for_rs256_signatures_are_used(realm, keys):
    realm.response = {
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

    assert isinstance(keys.find("one"), jwt.PyJWK)
    for kid in ("to encrypt", "of another algorithm", "elliptic", "a secret", "broken", None):
        with pytest.raises(UnknownSigningKey):
            keys.find(kid)


@pytest.mark.parametrize("other", ["one", "two"], ids=["fresh ones", "an unknown one"])
def test_known_signing_keys_are_returned_at_once_while_another_thread_fetches(realm, keys, other):
    keys.find("one")
    realm.time += HOUR
    begun, go_on = threading.Event(), threading.Event()

    def hang():
        begun.set()
        assert go_on.wait(TIMEOUT)
        return {"keys": [row("one"), row("two")]}

    keys._fetch = hang
    asking = threading.Thread(target=keys.find, args=[other])
    asking.start()
    try:
        assert begun.wait(TIMEOUT)
        assert keys.find("one").key_id == "one"
        assert asking.is_alive()
    finally:
        go_on.set()
        asking.join()


def test_concurrent_threads_that_need_the_signing_keys_cause_one_fetch(realm, keys):
    together = threading.Barrier(20)
    found = []

    def ask():
        together.wait(TIMEOUT)
        found.append(keys.find("one").key_id)

    threads = [threading.Thread(target=ask) for _each in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (found, realm.requests) == (["one"] * 20, 1)


def test_renewing_the_signing_keys_fetches_at_once_even_within_a_minute_of_an_unknown_key_id(realm, keys):
    keys.find("one")
    with pytest.raises(UnknownSigningKey):
        keys.find("nobody's")  # for a minute, no other unknown key ID causes a fetch
    realm.has("two")

    assert keys.renew()

    assert keys.find("two").key_id == "two"


def test_a_key_id_that_comes_from_the_realm_itself_is_fetched_at_once(realm, keys):
    with pytest.raises(UnknownSigningKey):
        keys.find("nobody's")
    realm.has("two")

    assert keys.find("two", is_from_realm=True).key_id == "two"


@pytest.mark.parametrize("response", [ProviderUnavailable(), ProviderRefused("answer 404"), {"keys": []}])
def test_a_failed_renewal_keeps_the_known_signing_keys(realm, keys, response):
    keys.find("one")
    realm.response = response

    assert not keys.renew()

    assert keys.find("one").key_id == "one"


def test_a_realm_that_answers_is_asked_again_at_every_sign_in(realm, keys):
    assert keys.is_answering()
    realm.response = ProviderUnavailable()

    assert not keys.is_answering()  # although it did a moment ago


def test_a_realm_that_does_not_answer_is_asked_only_once_in_five_seconds(realm, keys):
    response, realm.response = realm.response, ProviderUnavailable()

    assert [keys.is_answering() for _visitor in range(60)] == [False] * 60
    assert realm.requests == 1

    realm.response = response
    realm.time += 5
    assert keys.is_answering()


def test_a_realm_that_answers_slowly_is_asked_only_twice_for_eight_concurrent_sign_ins(realm):
    """The first thread asks; all that arrive meanwhile share a second request, which begins after their arrival."""
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
    assert realm.requests == 2
