"""Random walks on which users try any step at any time. The invariants are in walk.py and books.py."""

from collections import Counter

import pytest
from hypothesis import HealthCheck, Phase, seed
from hypothesis import settings as trials
from hypothesis.stateful import run_state_machine_as_test

from tests.length import by_length
from tests.orders import state_machine as table
from tests.orders.random_walk import A_NEW_PROMISE, Walk

WALKS, STEPS = by_length(10, 40), 60
DICE = (3, 7, *range(20))  # the first two met every rule together, when they were chosen

ROWS = {*table.LIFE, *table.RUNNING}


@pytest.fixture
def walk(db):
    """Reset the counts of rows and refusals, and return a function that takes walks with a seed: `walk(dice=0)`."""
    how = trials(
        max_examples=WALKS,
        stateful_step_count=STEPS,
        phases=[Phase.generate],  # no shrinking: it takes minutes, and the last step of a walk shows as much
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
def test_random_walks_break_no_rule_and_follow_every_row_of_the_table(walk):
    """A row that no walk has followed is not tested. While some are missing, more walks are taken with another seed."""
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
def test_control_random_walks_fail_when_a_protection_is_removed(walk, monkeypatch, protection, without):
    monkeypatch.setattr(protection, without)

    with pytest.raises(AssertionError):
        walk(dice=0)
