"""Walks on which anybody may try anything at any time: what holds after each step is in walk.py and books.py."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as trials
from hypothesis.stateful import run_state_machine_as_test

from tests.length import by_length
from tests.orders import legal_steps as table
from tests.orders.walk import A_NEW_PROMISE, Walk

WALKS, STEPS = by_length(10, 40), 60
DICE = (3, 7, *range(20))  # the first two met every rule together, when they were chosen

ROWS = {*table.LIFE, *table.RUNNING}


@pytest.fixture
def walk(db):
    """Take so many walks, with dice of their own: `walk(dice=0)`. What they meet is counted on."""
    how = trials(
        max_examples=WALKS,
        stateful_step_count=STEPS,
        phases=[Phase.generate],  # making a walk shorter takes minutes, and its last step tells as much
        suppress_health_check=[HealthCheck.too_slow],  # a step is a command on a real database
    )

    def walk(*, dice):
        run_state_machine_as_test(seed(dice)(Walk), settings=how)

    Walk.done, Walk.refused = Counter(), Counter()
    return walk


def not_met():
    """Return the rows that no walk has followed yet, and the steps that were never refused."""
    refusable = {row.name for row in ROWS} - {"recalculate_promises"}
    return {row for row in {*ROWS, A_NEW_PROMISE} if not Walk.done[row]} | (refusable - set(Walk.refused))


@pytest.mark.long
def test_keep_every_rule_and_meet_each(walk):
    """What the walks never met, they did not prove. Where some met not all, as luck would have it, more are taken."""
    for dice in DICE:
        walk(dice=dice)
        if not not_met():
            break

    assert not_met() == set()
    assert set(Walk.done) == {*ROWS, A_NEW_PROMISE}


@pytest.mark.parametrize(
    ("protection", "without"),
    [
        pytest.param("kitchen.services.cooking._has_free_oven_slot", lambda _line: True, id="cooks count no places"),
        pytest.param("orders.services.mark_ready", lambda **_news: None, id="the desk hears of no ready ticket"),
        pytest.param("orders.services.extend_missed_promises", lambda **_news: None, id="nobody promises anew"),
    ],
)
def test_control_without_a_protection_they_find_that_it_is_gone(walk, monkeypatch, protection, without):
    monkeypatch.setattr(protection, without)

    with pytest.raises(AssertionError):
        walk(dice=0)
