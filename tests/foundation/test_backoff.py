"""How long to wait before something that failed is tried again."""

from datetime import timedelta

from pizzeria.foundation.backoff import backoff_delay

TEN_SECONDS, TEN_MINUTES = timedelta(seconds=10), timedelta(minutes=10)


def pauses(*, jitter):
    return [
        backoff_delay(attempts, first=TEN_SECONDS, longest=TEN_MINUTES, jitter=lambda: jitter).total_seconds()
        for attempts in range(1, 9)
    ]


def test_doubles_with_each_try_up_to_the_longest():
    assert pauses(jitter=1.0) == [10, 20, 40, 80, 160, 320, 600, 600]


def test_is_up_to_a_half_shorter_by_luck():
    assert pauses(jitter=0.0) == [5, 10, 20, 40, 80, 160, 300, 300]


def test_brings_back_apart_what_failed_together():
    assert len({backoff_delay(1, first=TEN_SECONDS, longest=TEN_MINUTES) for _ in range(20)}) > 1
