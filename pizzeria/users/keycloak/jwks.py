"""
The realm's signing keys: kept in memory, so that a token is checked without asking anybody, and known keys go on being
known while the sign-in server is down.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

import jwt
import structlog

from pizzeria.users.keycloak import provider
from pizzeria.users.keycloak.provider import ProviderRefused, ProviderUnavailable

FRESH_FOR = 5 * 60.0  # seconds
GOOD_FOR = 12 * 3600.0  # while nobody can be asked
BETWEEN_ASKING = 60.0  # however many tokens name a key that nobody knows
SILENT_FOR = 5.0  # a realm that did not answer is not asked again, however many people set out for it

log = structlog.get_logger(__name__)


class UnknownSigningKey(Exception):
    """No key of the realm has that id."""


class SigningKeys:
    """
    :param fetch: gives a JWK set
    :param now: a clock in seconds that only goes forward
    """

    def __init__(self, fetch: Callable[[], dict[str, Any]], now: Callable[[], float] = time.monotonic) -> None:
        self._fetch, self._now = fetch, now
        self._fetching, self._visiting = threading.Lock(), threading.Lock()
        self._keys: dict[object, jwt.PyJWK] = {}
        self._fetched_at = self._stale_asked_at = self._unknown_asked_at = float("-inf")
        self._called_at = self._silent_at = float("-inf")
        self._is_answering = False

    def named(self, kid: object, *, exists: bool = False) -> jwt.PyJWK:
        """
        Give the key of an id.

        :param exists: the realm itself has named it: then it is asked for however many unknown ones were of late
        :raises UnknownKey: the realm has none
        :raises OutOfReach: the realm could not be asked, not once or for half a day
        """
        if kid not in self._keys:
            self._ask_for_unknown(kid, at_once=exists)
        elif self._age() > FRESH_FOR:
            self._ask_for_fresh()
        if self._age() > GOOD_FOR:
            raise ProviderUnavailable("no keys")
        if kid not in self._keys:
            raise UnknownSigningKey
        return self._keys[kid]

    def is_answering(self) -> bool:
        """
        Return whether the realm answers now.

        A browser that is sent to a realm that is gone shows an error of its own, so a "yes" is never remembered: it
        counts for those who had asked before the realm was called. A "no" counts for a few seconds, so that a silent
        realm keeps few waiting.
        """
        arrived_at = self._now()
        with self._visiting:
            was_called_meanwhile = self._called_at > arrived_at
            was_silent_just_now = self._now() - self._silent_at < SILENT_FOR
            if not was_called_meanwhile and not was_silent_just_now:
                self._called_at = self._now()
                self._is_answering = self.renew()
                self._silent_at = float("-inf") if self._is_answering else self._now()
            return self._is_answering

    def renew(self) -> bool:
        """
        Ask the realm for its keys now; tell whether it has answered.

        Nobody waits for anybody here: of two answers the later one counts.
        """
        try:
            found = _for_signatures(self._fetch())
        except (ProviderUnavailable, ProviderRefused) as error:
            log.warning("keys_not_fetched", reason=type(error).__name__)
            return False
        if not found:  # a realm signs with something: this is not its answer
            log.warning("keys_not_fetched", reason="none among them")
            return False
        self._keys, self._fetched_at = found, self._now()
        return True

    def _age(self) -> float:
        return self._now() - self._fetched_at

    def _ask_for_unknown(self, kid: object, *, at_once: bool) -> None:
        """Ask while whoever named it waits, as everybody else who names it does."""
        with self._fetching:
            is_time = at_once or self._now() - self._unknown_asked_at >= BETWEEN_ASKING
            if kid not in self._keys and is_time:
                self._unknown_asked_at = self._now()
                self.renew()

    def _ask_for_fresh(self) -> None:
        """Ask, unless somebody does already; nobody else waits for what is known."""
        if self._now() - self._stale_asked_at < BETWEEN_ASKING or not self._fetching.acquire(blocking=False):
            return
        try:
            self._stale_asked_at = self._now()
            self.renew()
        finally:
            self._fetching.release()


def _for_signatures(answer: dict[str, Any]) -> dict[object, jwt.PyJWK]:
    """Keep the keys with which a realm signs by RS256; skip what is for anything else, or no key at all."""
    rows = answer.get("keys")
    keys: dict[object, jwt.PyJWK] = {}
    for row in rows if isinstance(rows, list) else []:
        try:
            if row.get("use", "sig") == "sig" and row.get("alg", "RS256") == "RS256":
                keys[row["kid"]] = jwt.PyJWK(row, algorithm="RS256")
        except (AttributeError, KeyError, TypeError, jwt.PyJWTError):
            continue
    return keys


realm_keys = SigningKeys(provider.signing_keys)
