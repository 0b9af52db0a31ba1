"""
How often somebody may try: allauth counts, in a table of the database.

The shop's own cache answers as an empty one would while Redis is gone, and a limit that lives there would be none.
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
RETRY_AFTER_SECONDS = 300  # as long as the limit on wrong passwords

log = structlog.get_logger(__name__)


def use_database_cache() -> None:
    """Let allauth count there; which cache it takes is no setting of it."""
    ratelimit.cache = ConnectionProxy(caches, CACHE_ALIAS)


def rate_limited(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer whoever has tried too often."""
    log.warning("tried_too_often", page=request.resolver_match.view_name if request.resolver_match else "")
    answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer


def purge_expired_counters() -> int:
    """Delete what is counted no more; give how many."""
    return RateLimitCounter.objects.filter(expires__lt=clock.now()).delete()[0]
