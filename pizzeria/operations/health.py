"""
Health checks for an orchestrator: liveness and readiness.

Our own code, because a readiness probe must answer within its time limit whatever dependency hangs, and with 503. A
middleware answers, before hosts, sessions and users are checked: probes come from inside the network, by IP address.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import redis
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from psycopg.conninfo import make_conninfo

TIMEOUT_SECONDS = 2.0

# A thread pool of its own: a hanging probe must not occupy a thread that serves pages.
_probes = ThreadPoolExecutor(max_workers=4, thread_name_prefix="probe")


class HealthMiddleware:
    """Middleware that answers `/health/live` and `/health/ready`."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        match request.path_info:
            case "/health/live":
                return live(request)
            case "/health/ready":
                return ready(request)
        return self.get_response(request)


@require_safe
@never_cache
def live(request: HttpRequest) -> HttpResponse:
    """Return 200: the process runs. Checks no dependency."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
@never_cache
def ready(request: HttpRequest) -> JsonResponse:
    """Return 200 if PostgreSQL and Redis answer in time, else 503; the body has "ok" or the error's name for each."""
    checks = {"postgresql": _probes.submit(_check_postgresql), "redis": _probes.submit(_check_redis)}
    outcomes = {}
    for name, check in checks.items():
        try:
            outcomes[name] = check.result(timeout=TIMEOUT_SECONDS + 0.5)
        except Exception as error:  # noqa: BLE001 - the probe reports every kind of error by name
            outcomes[name] = type(error).__name__
    return JsonResponse(outcomes, status=200 if set(outcomes.values()) == {"ok"} else 503)


def _check_postgresql() -> str:
    # A connection of its own: an exhausted pool does not mean that PostgreSQL is down.
    given = connection.get_connection_params()
    conninfo = make_conninfo(
        **{name: str(value) for name, value in given.items() if isinstance(value, str | int)}
        | {"connect_timeout": f"{TIMEOUT_SECONDS:.0f}", "options": f"-c statement_timeout={TIMEOUT_SECONDS * 1000:.0f}"}
    )
    with psycopg.connect(conninfo) as postgresql:
        postgresql.execute("SELECT 1")
    return "ok"


def _check_redis() -> str:
    client = redis.Redis.from_url(
        settings.REDIS_URL, socket_connect_timeout=TIMEOUT_SECONDS, socket_timeout=TIMEOUT_SECONDS
    )
    with client:
        client.ping()
    return "ok"
