"""
Counting of attempts, for requests that one sender must not make too often.

An attempt is counted before its command begins, in a transaction of its own: it counts whatever becomes of the command.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from pizzeria.foundation.attempts.models import AttemptCounter
from pizzeria.foundation.refusals import Refusal
from pizzeria.foundation.shop.selectors import current_shop

HOUR = timedelta(hours=1)
KEPT = timedelta(days=1)


class TooManyAttempts(Refusal):
    """The sender has attempted this too often. `retry_after` is the number of seconds until it may again."""

    code = "too_many_attempts"
    status = 429

    def __init__(self, message: str, *, retry_after: int) -> None:
        super().__init__(message)
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Attempt:
    """
    An attempt to be counted.

    :param kind: what is attempted
    :param sender: who attempts it: a client or a phone number, stored as an HMAC; blank: nobody, not counted
    :param limit: how often within an hour; 0: any number of times, not counted
    :param is_counted: whether it counts itself; one that does not is refused only after too many others that did
    """

    kind: str
    sender: str
    limit: int
    is_counted: bool = True


def count_attempt(attempt: Attempt, *, at: datetime) -> None:
    """
    Count an attempt, also of several at once, in a transaction of its own.

    :raises TooManyAttempts: it is one too many
    """
    if not attempt.limit or not attempt.sender:
        return
    begins_at, key = window_at(at, HOUR), key_of(attempt.kind, attempt.sender)
    count = increment if attempt.is_counted else _current
    if count(attempt.kind, key, begins_at) > attempt.limit:
        seconds = int((begins_at + HOUR - at).total_seconds())
        message = _("That was tried too often. Please wait a while.")
        raise TooManyAttempts(f"{message} {current_shop().invitation_to_call}", retry_after=seconds)


def window_at(at: datetime, period: timedelta) -> datetime:
    """Return when the period began in which a moment is; periods follow each other from midnight (UTC)."""
    seconds = int(period.total_seconds())
    return datetime.fromtimestamp(int(at.timestamp()) // seconds * seconds, UTC)


def key_of(kind: str, sender: str) -> str:
    """Return the key of a sender's counter: 64 hex digits, from which nobody learns who it is."""
    return salted_hmac(f"pizzeria.attempt.{kind}", sender, algorithm="sha256").hexdigest()


def increment(kind: str, key: str, begins_at: datetime) -> int:
    """
    Increment the counter of a period, which is created if there is none; return its new value.

    One statement, in a transaction of its own.
    """
    table = connection.ops.quote_name(AttemptCounter._meta.db_table)
    with transaction.atomic(durable=True), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (kind, key, begins_at, attempts) VALUES (%s, %s, %s, 1)"  # noqa: S608 - the model's
            f" ON CONFLICT (kind, key, begins_at) DO UPDATE SET attempts = {table}.attempts + 1 RETURNING attempts",
            [kind, key, begins_at],
        )
        [attempts] = cursor.fetchone()
    return int(attempts)


def _current(kind: str, key: str, begins_at: datetime) -> int:
    """Return the counter's value. One statement."""
    counters = AttemptCounter.objects.filter(kind=kind, key=key, begins_at=begins_at)
    return counters.values_list("attempts", flat=True).first() or 0


def purge(*, now: datetime) -> int:
    """Delete the counters of periods that are over; return how many."""
    return AttemptCounter.objects.filter(begins_at__lt=now - KEPT).delete()[0]
