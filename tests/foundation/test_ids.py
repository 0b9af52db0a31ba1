from types import SimpleNamespace
from uuid import RFC_4122

import pytest

from pizzeria.foundation import ids
from pizzeria.foundation.ids import uuid7

NOW = 1_795_000_000_000  # milliseconds


@pytest.fixture
def at(monkeypatch):
    """Return a function that sets the clock of `uuid7`, in milliseconds; no other code sees that time."""
    return lambda moment: monkeypatch.setattr(
        ids, "time", SimpleNamespace(time_ns=lambda: moment * 1_000_000 + 999_999)
    )


def milliseconds_of(ref):
    return ref.int >> 80


def test_a_ref_is_a_uuid_of_version_seven_in_the_standard_layout():
    ref = uuid7()

    assert ref.version == 7
    assert ref.variant == RFC_4122


def test_a_ref_begins_with_the_millisecond_of_its_creation(at):
    at(NOW)

    assert milliseconds_of(uuid7()) == NOW


def test_refs_sort_by_the_millisecond_of_their_creation(at):
    refs = []
    for moment in (NOW, NOW + 1, NOW + 2):
        at(moment)
        refs.append(uuid7())

    assert refs == sorted(refs)
    assert [str(ref) for ref in refs] == sorted(str(ref) for ref in refs)


def test_refs_created_in_the_same_millisecond_are_distinct(at):
    at(NOW)

    refs = {uuid7() for _n in range(10_000)}

    assert len(refs) == 10_000


def test_every_bit_of_a_ref_but_time_version_and_variant_is_random(at):
    at(0)
    always, ever = (1 << 128) - 1, 0

    for _n in range(200):
        ref = uuid7().int
        always, ever = always & ref, ever | ref

    random_bits = ((1 << 12) - 1) << 64 | ((1 << 62) - 1)
    assert ever & ~always == random_bits
