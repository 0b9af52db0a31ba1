"""Attempts are counted before a command, in a transaction of their own."""

from datetime import timedelta

import pytest

from pizzeria.foundation.actor import GUEST
from pizzeria.foundation.attempts.counting import Attempt, TooManyAttempts, count_attempt, purge
from pizzeria.foundation.attempts.models import AttemptCounter
from pizzeria.foundation.commands import command
from pizzeria.foundation.refusals import Refusal
from tests.races.concurrency import all_at_once
from tests.shop import FRIDAY_NIGHT

HALF_PAST = FRIDAY_NIGHT + timedelta(minutes=30)
HER_NUMBER = "+390612345678"


def attempt(sender=HER_NUMBER, *, kind="knock", limit=2, at=FRIDAY_NIGHT):
    count_attempt(Attempt(kind, sender, limit), at=at)


@pytest.mark.django_db
def test_the_attempt_beyond_the_limit_is_refused_until_the_hour_is_over():
    attempt()
    attempt(at=HALF_PAST)

    with pytest.raises(TooManyAttempts) as refused:
        attempt(at=HALF_PAST)
    assert refused.value.retry_after == 30 * 60

    attempt(at=FRIDAY_NIGHT + timedelta(hours=1))


@pytest.mark.django_db
def test_each_sender_and_each_kind_is_counted_for_itself():
    for kind, sender in (("knock", HER_NUMBER), ("knock", "+393331234567"), ("ring", HER_NUMBER)):
        attempt(sender, kind=kind, limit=1)


@pytest.mark.django_db
@pytest.mark.parametrize("not_counted", [{"limit": 0}, {"sender": ""}], ids=["no limit", "no sender"])
def test_without_a_limit_or_a_sender_nothing_is_counted(not_counted):
    for _ in range(3):
        attempt(**{"limit": 1, **not_counted})

    assert not AttemptCounter.objects.exists()


@pytest.mark.django_db
def test_no_personal_data_is_stored():
    attempt()

    assert HER_NUMBER not in str(AttemptCounter.objects.values().get())


@pytest.mark.django_db
def test_the_counters_of_yesterday_are_deleted():
    attempt()
    attempt(at=FRIDAY_NIGHT + timedelta(days=1))

    assert purge(now=FRIDAY_NIGHT + timedelta(days=1, hours=1)) == 1
    assert AttemptCounter.objects.count() == 1


class Declined(Refusal):
    code = "test_declined"


def knocks(*, limit, **_kwargs):
    yield Attempt("knock", HER_NUMBER, limit)


@command(attempts=knocks)
def knock(*, limit, by, at):
    raise Declined("Nobody is in.")


@pytest.mark.django_db
def test_an_attempt_counts_also_when_its_command_is_refused():
    for _ in range(2):
        with pytest.raises(Declined):
            knock(limit=2, by=GUEST, at=FRIDAY_NIGHT)

    with pytest.raises(TooManyAttempts):
        knock(limit=2, by=GUEST, at=FRIDAY_NIGHT)


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_are_all_counted():
    outcomes = all_at_once([lambda: attempt(limit=5) or "allowed"] * 12)

    assert [outcome for outcome in outcomes if outcome == "allowed"] == ["allowed"] * 5
    assert AttemptCounter.objects.get().attempts == 12
