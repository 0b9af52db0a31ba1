"""
Health checks for an orchestrator: liveness and readiness.

Our own code, because a readiness probe must answer within its time limit whatever dependency hangs. PostgreSQL decides
whether the shop is ready; without Redis it is slower, but open. A middleware answers, before hosts, sessions and users
are checked: probes come from inside the network, by IP address.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import psycopg
import structlog
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_safe
from psycopg.conninfo import make_conninfo

from pizzeria.foundation import breaker

TIMEOUT_SECONDS = 2.0

log = structlog.get_logger(__name__)

_last_outcomes: dict[str, str] = {}  # by dependency; only a change is logged


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
def live(request: HttpRequest) -> HttpResponse:
    """Return 200: the process runs. Checks no dependency."""
    return HttpResponse("alive\n", content_type="text/plain")


@require_safe
def ready(request: HttpRequest) -> JsonResponse:
    """
    Return 200 if PostgreSQL answers in time, else 503.

    The body has "ok" or the error's name for each dependency, and their summary: "ok", "degraded" or "unavailable".
    """
    started = {name: _threads[name].submit(check) for name, check in CHECKS.items()}
    outcomes = {}
    for name, check in started.items():
        try:
            check.result(timeout=TIMEOUT_SECONDS + 0.5)
            outcomes[name] = "ok"
        except Exception as error:  # noqa: BLE001 - the probe reports every kind of error by name
            outcomes[name] = type(error).__name__
        if outcomes[name] != _last_outcomes.get(name, "ok"):
            log.warning("dependency_changed", dependency=name, outcome=outcomes[name])
        _last_outcomes[name] = outcomes[name]
    if outcomes["postgresql"] != "ok":
        return JsonResponse({"status": "unavailable", **outcomes}, status=503)
    status = "ok" if set(outcomes.values()) == {"ok"} else "degraded"
    return JsonResponse({"status": status, **outcomes})


def _check_postgresql() -> None:
    # A connection of its own: an exhausted pool does not mean that PostgreSQL is down.
    given = connection.get_connection_params()
    conninfo = make_conninfo(
        **{name: str(value) for name, value in given.items() if isinstance(value, str | int)}
        | {"connect_timeout": f"{TIMEOUT_SECONDS:.0f}", "options": f"-c statement_timeout={TIMEOUT_SECONDS * 1000:.0f}"}
    )
    with psycopg.connect(conninfo) as postgresql:
        postgresql.execute("SELECT 1")


CHECKS: dict[str, Callable[[], None]] = {"postgresql": _check_postgresql, "redis": breaker.ping_redis}
# Threads of their own: a check that hangs occupies no thread that serves pages, and none of the other check.
_threads = {name: ThreadPoolExecutor(max_workers=2, thread_name_prefix=f"check-{name}") for name in CHECKS}
