"""
Rate limits of the API: how many requests a minute one network address, and one user, may send.

Every request is counted against its address before anything else is done, and against its token's user once the token
is verified: an invalid token counts against the address only. The minutes are those of the clock. Requests are counted
in Redis and, while it is unavailable, in PostgreSQL; a change from one to the other begins the minute anew.

Answers carry `RateLimit-Limit`, `RateLimit-Remaining` and `RateLimit-Reset` as in draft-ietf-httpapi-ratelimit-headers
up to -06: those three are what clients and gateways know. Later drafts, with one structured field, are not final.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import cast

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from pizzeria.foundation.api_auth import ApiPrincipal
from pizzeria.foundation.attempts import counting
from pizzeria.foundation.refusals import Refusal
from pizzeria.operations.cache import FailOpenRedisCache
from pizzeria.users.session_auth import client_for_request

MINUTE = timedelta(minutes=1)
UNKNOWN_CLIENT = "unknown"  # behind a proxy that does not say whose request it is


class TooManyRequests(Refusal):
    """The client has sent too many requests within this minute. `retry_after` is the number of seconds it has left."""

    code = "too_many_requests"
    status = 429

    def __init__(self, *, retry_after: int) -> None:
        super().__init__(_("Too many requests. Please wait a moment."))
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Allowance:
    """What a client may still send. `reset` is the number of seconds until it may send `limit` requests again."""

    limit: int
    remaining: int
    reset: int


class RequestLimits:
    """
    The limits of one request.

    :param at: when it came
    """

    def __init__(self, request: HttpRequest, *, at: datetime) -> None:
        self._request = request
        self._at = at
        self._allowances: list[Allowance] = []

    def count_address(self) -> None:
        """
        Count the request against its network address; all requests whose address is unknown count as one client's.

        :raises TooManyRequests: it is one too many
        """
        limit = settings.SHOP_API_REQUESTS_PER_MINUTE_AND_ADDRESS
        if limit:
            self._count("api.address", client_for_request(self._request) or UNKNOWN_CLIENT, limit)

    def counting_user(self, authenticate: Callable[[HttpRequest], ApiPrincipal]) -> ApiPrincipal:
        """
        Return the request's principal, and count the request against the principal's user.

        :raises TooManyRequests: it is one too many
        """
        principal, limit = authenticate(self._request), settings.SHOP_API_REQUESTS_PER_MINUTE
        if limit:
            self._count("api.user", str(principal.actor), limit)
        return principal

    def set_headers(self, response: HttpResponse) -> None:
        """Set the headers of the limit of which least is left; none without a limit."""
        if not self._allowances:
            return
        nearest = min(self._allowances, key=lambda allowance: allowance.remaining)
        response.headers["RateLimit-Limit"] = str(nearest.limit)
        response.headers["RateLimit-Remaining"] = str(nearest.remaining)
        response.headers["RateLimit-Reset"] = str(nearest.reset)

    def _count(self, kind: str, sender: str, limit: int) -> None:
        window = counting.window_at(self._at, MINUTE)
        requests = count_request(kind, sender, begins_at=window)
        reset = max(1, math.ceil((window + MINUTE - self._at).total_seconds()))
        self._allowances.append(Allowance(limit, max(0, limit - requests), reset))
        if requests > limit:
            raise TooManyRequests(retry_after=reset)


def count_request(kind: str, sender: str, *, begins_at: datetime) -> int:
    """Count a request of a sender within the minute that begins then; return how many there are, this one included."""
    key = counting.key_of(kind, sender)
    counters = cast("FailOpenRedisCache", cache)
    in_redis = counters.count(f"{kind}:{key}:{begins_at.timestamp():.0f}", timeout=2 * MINUTE.seconds)
    return counting.increment(kind, key, begins_at) if in_redis is None else in_redis
