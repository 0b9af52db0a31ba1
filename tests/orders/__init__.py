import pytest

# What they assert is then told with its values, as in a test.
pytest.register_assert_rewrite("tests.orders.books", "tests.orders.walk")
