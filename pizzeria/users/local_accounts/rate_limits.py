"""
Rate limits of allauth, counted in a database table.

The shop's default cache answers like an empty cache while Redis is down, so a limit counted there would not hold.
"""

from http import HTTPStatus

import structlog
from allauth.core.internal import ratelimit
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.connection import ConnectionProxy

from pizzeria.foundation import clock
from pizzeria.users.models import RateLimitCounter

CACHE_ALIAS = "limits"
RETRY_AFTER_SECONDS = 300  # the period of the limit on wrong passwords

log = structlog.get_logger(__name__)


def use_database_cache() -> None:
    """Replace the cache in which allauth counts; it has no setting for that."""
    ratelimit.cache = ConnectionProxy(caches, CACHE_ALIAS)


def rate_limited(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Return the page for a client that has exceeded a rate limit: 429 with Retry-After."""
    log.warning("rate_limited", page=request.resolver_match.view_name if request.resolver_match else "")
    response = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    response.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return response


def purge_expired_counters() -> int:
    """Delete expired counters; return how many."""
    return RateLimitCounter.objects.filter(expires__lt=clock.now()).delete()[0]
