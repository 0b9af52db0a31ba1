import time
from uuid import RFC_4122

from pizzeria.foundation.ids import uuid7


def milliseconds_of(ref):
    return ref.int >> 80


def test_is_of_version_seven_in_the_usual_layout():
    ref = uuid7()

    assert ref.version == 7
    assert ref.variant == RFC_4122


def test_begins_with_the_millisecond_it_was_made_in():
    before = time.time_ns() // 1_000_000
    ref = uuid7()
    after = time.time_ns() // 1_000_000

    assert before <= milliseconds_of(ref) <= after


def test_sorts_by_the_millisecond(monkeypatch):
    moments = [1_795_000_000_000, 1_795_000_000_001, 1_795_000_000_002]
    ticks = iter(moment * 1_000_000 for moment in moments)
    monkeypatch.setattr(time, "time_ns", lambda: next(ticks))

    refs = [uuid7() for _moment in moments]

    assert refs == sorted(refs)
    assert [str(ref) for ref in refs] == sorted(str(ref) for ref in refs)


def test_tells_apart_what_is_made_in_one_millisecond(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 1_795_000_000_000 * 1_000_000)

    refs = {uuid7() for _n in range(10_000)}

    assert len(refs) == 10_000


def test_leaves_nothing_but_time_version_and_variant_to_be_guessed(monkeypatch):
    monkeypatch.setattr(time, "time_ns", lambda: 0)
    always, ever = (1 << 128) - 1, 0

    for _n in range(200):
        ref = uuid7().int
        always, ever = always & ref, ever | ref

    random_bits = ((1 << 12) - 1) << 64 | ((1 << 62) - 1)
    assert ever & ~always == random_bits
