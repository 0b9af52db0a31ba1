import pytest

from pizzeria.foundation import failpoints


def test_are_passed_without_notice_while_nobody_armed_them():
    failpoints.reach("the.oven.door")


def test_run_what_a_test_armed_them_with():
    passed = []

    with failpoints.armed("the.oven.door", lambda: passed.append("door")):
        failpoints.reach("the.oven.door")
        failpoints.reach("the.cellar.door")

    assert passed == ["door"]


def test_let_a_failure_through():
    with (
        failpoints.armed("the.oven.door", lambda: 1 / 0),
        pytest.raises(ZeroDivisionError),
    ):
        failpoints.reach("the.oven.door")


def test_are_disarmed_when_the_block_ends_in_a_failure_too():
    passed = []
    with pytest.raises(LookupError), failpoints.armed("the.oven.door", lambda: passed.append("door")):
        raise LookupError

    failpoints.reach("the.oven.door")

    assert passed == []
