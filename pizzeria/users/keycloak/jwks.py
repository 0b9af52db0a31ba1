"""
The realm's signing keys, cached in memory: tokens are verified without a request to the provider, and known keys stay
usable while it is down.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import structlog

from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable

FRESH_SECONDS = 5 * 60.0  # seconds, as below; after that, known keys are fetched again
MAX_STALE_SECONDS = 12 * 3600.0  # while the provider cannot be asked
MIN_FETCH_INTERVAL = 60.0  # between two fetches, however many tokens name an unknown key
FAILURE_CACHE_SECONDS = 5.0  # a realm that did not answer is not asked again for so long, however many sign-ins begin

log = structlog.get_logger(__name__)


class UnknownSigningKey(Exception):
    """The realm has no key with the requested ID."""


class SigningKeys:
    """
    A thread-safe cache of a realm's signing keys.

    :param fetch: returns a JWK set
    :param now: a monotonic clock in seconds
    """

    def __init__(self, fetch: Callable[[], dict[str, Any]], now: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._now = fetch, now
        self._fetch_lock, self._answer_lock = threading.Lock(), threading.Lock()
        self._keys: dict[object, jwt.PyJWK] = {}
        self._fetched_at = self._refreshed_at = self._unknown_fetched_at = float("-inf")
        self._called_at = self._failed_at = float("-inf")
        self._is_answering = False

    def find(self, kid: object, *, is_from_realm: bool = False) -> jwt.PyJWK:
        """
        Return the key with this ID.

        :param is_from_realm: the ID comes from the realm itself: fetch it at once, even if other unknown IDs were
            fetched recently
        :raises UnknownSigningKey: the realm has no such key
        :raises ProviderUnavailable: the keys were never fetched, or not for half a day
        """
        if kid not in self._keys:
            self._fetch_for_unknown_key(kid, at_once=is_from_realm)
        elif self._age() > FRESH_SECONDS:
            self._refresh_in_one_thread()
        if self._age() > MAX_STALE_SECONDS:
            raise ProviderUnavailable("no keys")
        if kid not in self._keys:
            raise UnknownSigningKey
        return self._keys[kid]

    def is_answering(self) -> bool:
        """
        Return whether the realm answers now.

        A browser redirected to a realm that is down shows an error page of its own, so a "yes" is never cached: it is
        shared only with callers who were waiting before the realm was called. A "no" is cached for
        `FAILURE_CACHE_SECONDS`, so that few callers wait for a realm that does not answer.
        """
        arrived_at = self._now()
        with self._answer_lock:
            was_called_meanwhile = self._called_at > arrived_at
            has_just_failed = self._now() - self._failed_at < FAILURE_CACHE_SECONDS
            if not was_called_meanwhile and not has_just_failed:
                self._called_at = self._now()
                self._is_answering = self.renew()
                self._failed_at = float("-inf") if self._is_answering else self._now()
            return self._is_answering

    def renew(self) -> bool:
        """
        Fetch the realm's keys now; return whether it answered with any.

        Takes no lock: of two concurrent fetches, the later answer replaces the earlier one.
        """
        try:
            found = _signing_keys_by_id(self._fetch())
        except (ProviderUnavailable, ProviderRefused) as error:
            log.warning("signing_keys_not_fetched", reason=type(error).__name__)
            return False
        if not found:  # a realm always has a signing key, so this is not a valid answer
            log.warning("signing_keys_not_fetched", reason="no usable RS256 key")
            return False
        self._keys, self._fetched_at = found, self._now()
        return True

    def _age(self) -> float:
        return self._now() - self._fetched_at

    def _fetch_for_unknown_key(self, kid: object, *, at_once: bool) -> None:
        """Fetch the keys while this caller, and every other caller with an unknown key ID, waits."""
        with self._fetch_lock:
            is_time = at_once or self._now() - self._unknown_fetched_at >= MIN_FETCH_INTERVAL
            if kid not in self._keys and is_time:
                self._unknown_fetched_at = self._now()
                self.renew()

    def _refresh_in_one_thread(self) -> None:
        """Fetch the keys, unless another thread is fetching or just did: callers with a known key ID do not wait."""
        if self._now() - self._refreshed_at < MIN_FETCH_INTERVAL or not self._fetch_lock.acquire(blocking=False):
            return
        try:
            self._refreshed_at = self._now()
            self.renew()
        finally:
            self._fetch_lock.release()


def _signing_keys_by_id(response: dict[str, Any]) -> dict[object, jwt.PyJWK]:
    """Return the RS256 signing keys of a JWK set by key ID; skip keys for other uses and malformed entries."""
    rows = response.get("keys")
    keys: dict[object, jwt.PyJWK] = {}
    for row in rows if isinstance(rows, list) else []:
        try:
            if row.get("use", "sig") == "sig" and row.get("alg", "RS256") == "RS256":
                keys[row["kid"]] = jwt.PyJWK(row, algorithm="RS256")
        except (AttributeError, KeyError, TypeError, jwt.PyJWTError):
            continue
    return keys


realm_keys = SigningKeys(provider.signing_keys)
