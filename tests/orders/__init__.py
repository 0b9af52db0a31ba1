import pytest

# Their failing assertions are then reported with the values, as in a test module.
pytest.register_assert_rewrite("tests.orders.invariants", "tests.orders.random_walk")
