"""How long to wait before something that failed is tried again."""

from datetime import timedelta

from pizzeria.foundation.patience import pause_after

TEN_SECONDS, TEN_MINUTES = timedelta(seconds=10), timedelta(minutes=10)


def pauses(*, luck):
    return [
        pause_after(tries, first=TEN_SECONDS, longest=TEN_MINUTES, luck=lambda: luck).total_seconds()
        for tries in range(1, 9)
    ]


def test_doubles_with_each_try_up_to_the_longest():
    assert pauses(luck=1.0) == [10, 20, 40, 80, 160, 320, 600, 600]


def test_is_up_to_a_half_shorter_by_luck():
    assert pauses(luck=0.0) == [5, 10, 20, 40, 80, 160, 300, 300]


def test_brings_back_apart_what_failed_together():
    assert len({pause_after(1, first=TEN_SECONDS, longest=TEN_MINUTES) for _ in range(20)}) > 1
