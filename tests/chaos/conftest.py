"""A large shop with its processes, which a test may kill; none of them outlives it."""

import pytest

from tests import shop
from tests.chaos.works import Works


@pytest.fixture
def kitchen(transactional_db):
    """A shop that takes a whole evening's orders at once, and has an oven for each: no promise ever slips."""
    kitchen = shop.open_shop()
    kitchen.max_concurrent_orders = kitchen.cooking_places = 1000
    kitchen.save()
    return kitchen


@pytest.fixture
def works(kitchen, post, tmp_path):
    works = Works(post.environment, log=tmp_path / "works.log")
    yield works
    works.kill_all()
