import pytest

from pizzeria.foundation import failpoints


def test_a_failpoint_does_nothing_unless_it_is_armed():
    failpoints.reach("the.oven.door")


def test_an_armed_failpoint_runs_its_action_and_no_other_failpoint_does():
    passed = []

    with failpoints.armed("the.oven.door", lambda: passed.append("door")):
        failpoints.reach("the.oven.door")
        failpoints.reach("the.cellar.door")

    assert passed == ["door"]


def test_an_exception_raised_by_a_failpoint_is_not_caught():
    with (
        failpoints.armed("the.oven.door", lambda: 1 / 0),
        pytest.raises(ZeroDivisionError),
    ):
        failpoints.reach("the.oven.door")


def test_a_failpoint_is_disarmed_also_when_its_block_ends_with_an_exception():
    passed = []
    with pytest.raises(LookupError), failpoints.armed("the.oven.door", lambda: passed.append("door")):
        raise LookupError

    failpoints.reach("the.oven.door")

    assert passed == []
