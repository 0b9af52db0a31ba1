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
from pizzeria.users.models import Limit

CACHE = "limits"
SECONDS_TO_WAIT = 300  # as long as the limit on wrong passwords

log = structlog.get_logger(__name__)


def count_in_the_database() -> None:
    """Let allauth count there; which cache it takes is no setting of it."""
    ratelimit.cache = ConnectionProxy(caches, CACHE)


def too_often(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer whoever has tried too often."""
    log.warning("tried_too_often", page=request.resolver_match.view_name if request.resolver_match else "")
    answer = render(request, "429.html", status=HTTPStatus.TOO_MANY_REQUESTS)
    answer.headers["Retry-After"] = str(SECONDS_TO_WAIT)
    return answer


def forget_old() -> int:
    """Delete what is counted no more; give how many."""
    return Limit.objects.filter(expires__lt=clock.now()).delete()[0]
