"""Walks on which anybody may try anything at any time: what holds after each step is in walk.py and books.py."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase
from hypothesis import settings as trials
from hypothesis.stateful import run_state_machine_as_test

from tests.orders import legal_steps as table
from tests.orders.walk import A_NEW_PROMISE, Walk

WALKS, STEPS = 40, 60


@pytest.fixture
def walk(db):
    """Take all the walks: `walk()`."""
    how = trials(
        max_examples=WALKS,
        stateful_step_count=STEPS,
        phases=[Phase.generate],  # making a walk shorter takes minutes, and its last step tells as much
        suppress_health_check=[HealthCheck.too_slow],  # a step is a command on a real database
    )

    def walk():
        Walk.done, Walk.refused = Counter(), Counter()
        run_state_machine_as_test(Walk, settings=how)

    return walk


def test_keep_every_rule_and_meet_each(walk):
    walk()

    # What the walks never met, they did not prove.
    rows = {*table.LIFE, *table.RUNNING}
    assert {row for row in Walk.done if Walk.done[row]} == {*rows, A_NEW_PROMISE}
    assert set(Walk.refused) == {row.name for row in rows} - {"requote"}


@pytest.mark.parametrize(
    ("protection", "without"),
    [
        pytest.param("kitchen.services.cooking._has_free_place", lambda _line: True, id="cooks count no places"),
        pytest.param("orders.services.mark_ready", lambda **_news: None, id="the desk hears of no ready ticket"),
        pytest.param("orders.services.requote", lambda **_news: None, id="nobody promises anew"),
    ],
)
def test_control_without_a_protection_they_find_that_it_is_gone(walk, monkeypatch, protection, without):
    monkeypatch.setattr(protection, without)

    with pytest.raises(AssertionError):
        walk()
