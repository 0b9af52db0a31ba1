from types import SimpleNamespace
from uuid import RFC_4122

import pytest

from pizzeria.foundation import ids
from pizzeria.foundation.ids import uuid7

NOW = 1_795_000_000_000  # milliseconds


@pytest.fixture
def at(monkeypatch):
    """Set the clock of `uuid7` alone, to milliseconds: no other thread reads it."""
    return lambda moment: monkeypatch.setattr(
        ids, "time", SimpleNamespace(time_ns=lambda: moment * 1_000_000 + 999_999)
    )


def milliseconds_of(ref):
    return ref.int >> 80


def test_is_of_version_seven_in_the_usual_layout():
    ref = uuid7()

    assert ref.version == 7
    assert ref.variant == RFC_4122


def test_begins_with_the_millisecond_it_was_made_in(at):
    at(NOW)

    assert milliseconds_of(uuid7()) == NOW


def test_sorts_by_the_millisecond(at):
    refs = []
    for moment in (NOW, NOW + 1, NOW + 2):
        at(moment)
        refs.append(uuid7())

    assert refs == sorted(refs)
    assert [str(ref) for ref in refs] == sorted(str(ref) for ref in refs)


def test_tells_apart_what_is_made_in_one_millisecond(at):
    at(NOW)

    refs = {uuid7() for _n in range(10_000)}

    assert len(refs) == 10_000


def test_leaves_nothing_but_time_version_and_variant_to_be_guessed(at):
    at(0)
    always, ever = (1 << 128) - 1, 0

    for _n in range(200):
        ref = uuid7().int
        always, ever = always & ref, ever | ref

    random_bits = ((1 << 12) - 1) << 64 | ((1 << 62) - 1)
    assert ever & ~always == random_bits
