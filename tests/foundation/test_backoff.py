"""Backoff: how long to wait before a failed operation is tried again."""

from datetime import timedelta

from pizzeria.foundation.backoff import backoff_delay

TEN_SECONDS, TEN_MINUTES = timedelta(seconds=10), timedelta(minutes=10)


def pauses(*, jitter):
    return [
        backoff_delay(attempts, first=TEN_SECONDS, longest=TEN_MINUTES, jitter=lambda: jitter).total_seconds()
        for attempts in range(1, 9)
    ]


def test_the_delay_doubles_with_each_attempt_up_to_the_longest():
    assert pauses(jitter=1.0) == [10, 20, 40, 80, 160, 320, 600, 600]


def test_jitter_shortens_the_delay_by_up_to_a_half():
    assert pauses(jitter=0.0) == [5, 10, 20, 40, 80, 160, 300, 300]


def test_operations_that_failed_together_get_different_delays():
    assert len({backoff_delay(1, first=TEN_SECONDS, longest=TEN_MINUTES) for _ in range(20)}) > 1
