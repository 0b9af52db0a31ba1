"""
`@command`: the decorator of commands, the only way in which an action is carried out in this shop.

A command is the outermost call: it opens the transaction (durable), and is timed, logged and counted. What it calls
are undecorated functions. Its outcome is done, refused (by a rule; rolled back) or failed (by an error; rolled back).
"""

import inspect
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from functools import partial, wraps
from operator import itemgetter
from typing import Any, cast, overload
from uuid import UUID

import structlog
from django.db import OperationalError, transaction
from django.utils.translation import gettext as _
from prometheus_client import Counter, Histogram
from psycopg.errors import LockNotAvailable

from pizzeria.foundation import failpoints
from pizzeria.foundation.attempts.counting import Attempt, count_attempt
from pizzeria.foundation.idempotency import keys as idempotency_keys
from pizzeria.foundation.refusals import Busy, Refusal

log = structlog.get_logger(__name__)

COMMANDS = Counter("pizzeria_commands", "Commands by name and outcome", ["command", "outcome"])
SECONDS = Histogram("pizzeria_command_seconds", "How long commands took", ["command"])


@overload
def command[**P, R](function: Callable[P, R]) -> Callable[P, R]: ...
@overload
def command[**P, R](*, attempts: Callable[..., Iterable[Attempt]]) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
@overload
def command[**P, R](
    *,
    replay: Callable[[UUID], R],
    result_ref: Callable[[Mapping[str, Any]], UUID] = ...,
    attempts: Callable[..., Iterable[Attempt]] | None = None,
) -> Callable[[Callable[P, R]], Callable[P, R]]: ...
def command[**P, R](
    function: Callable[P, R] | None = None,
    *,
    replay: Callable[[UUID], R] | None = None,
    result_ref: Callable[[Mapping[str, Any]], UUID] = itemgetter("ref"),
    attempts: Callable[..., Iterable[Attempt]] | None = None,
) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
    """
    Decorate a function as a command.

    :param replay: for commands that take `idempotency=`: returns the result again, from the ref of what an earlier call
        with the same key created or changed
    :param result_ref: returns that ref from the keyword arguments; the argument `ref=` unless another is given
    :param attempts: for commands that one sender must not call too often: returns the attempts to count before the
        command, from its keyword arguments, of which one is `at=`
    :raises TypeError: when decorating: the function takes `idempotency=`, but there is no `replay`
    :raises Busy: when called: a lock was not acquired within the database's lock timeout
    :raises KeyReused: when called: the key of `idempotency` was used with another request before
    :raises TooManyAttempts: when called: the sender has called the command too often
    """

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        if "idempotency" in inspect.signature(function).parameters and replay is None:
            raise TypeError(f"{function.__name__} takes idempotency=, but has no replay=")
        name = f"{function.__module__.partition('.')[0]}.{function.__name__}"

        @wraps(function)
        def run(*args: P.args, **kwargs: P.kwargs) -> R:
            started = time.perf_counter()
            outcome, reason = "failed", ""
            try:
                with _refusing_as_busy():
                    for attempt in attempts(**kwargs) if attempts else ():
                        count_attempt(attempt, at=cast("datetime", kwargs["at"]))
                    call = partial(function, *args, **kwargs)
                    result = _do(call, kwargs, replay=replay, result_ref=result_ref, name=name)
                outcome = "done"
                return result
            except Refusal as refusal:
                outcome, reason = "refused", refusal.code
                raise
            finally:
                seconds = time.perf_counter() - started
                _count(name, outcome, seconds)
                log.info(
                    "command",
                    command=name,
                    outcome=outcome,
                    reason=reason,
                    by=str(kwargs.get("by", "")),
                    seconds=seconds,
                )

        return run

    return decorate if function is None else decorate(function)


def _count(name: str, outcome: str, seconds: float) -> None:
    try:
        COMMANDS.labels(name, outcome).inc()
        SECONDS.labels(name).observe(seconds)
    except OSError as error:  # of the file into which it is counted (METRICS_FOLDER)
        log.warning("command_not_counted", command=name, error=type(error).__name__)


def _do[R](
    call: Callable[[], R],
    kwargs: Mapping[str, Any],
    *,
    replay: Callable[[UUID], R] | None,
    result_ref: Callable[[Mapping[str, Any]], UUID],
    name: str,
) -> R:
    idempotency = cast("idempotency_keys.IdempotentRequest | None", kwargs.get("idempotency"))
    try:
        with transaction.atomic(durable=True):
            failpoints.reach(f"{name}.begun")
            if idempotency:
                idempotency_keys.claim(idempotency, result_ref=result_ref(kwargs))
            result = call()
            failpoints.reach(f"{name}.before_commit")
    except idempotency_keys.AlreadyClaimed:
        return cast("Callable[[UUID], R]", replay)(
            idempotency_keys.result_ref_of(cast("idempotency_keys.IdempotentRequest", idempotency))
        )
    failpoints.reach(f"{name}.after_commit")
    return result


@contextmanager
def _refusing_as_busy() -> Iterator[None]:
    """Refuse a command that has waited for a lock for too long."""
    try:
        yield
    except OperationalError as error:
        if isinstance(error.__cause__, LockNotAvailable):
            raise Busy(_("A lot is going on right now. Please try again in a moment.")) from error
        raise
