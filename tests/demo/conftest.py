from io import StringIO

import pytest
from django.core.management import call_command

from pizzeria.demo.simulation.staff import Staff
from tests import opened_shop
from tests.devtools.launching import demo_home, launch, sleeper

__all__ = ["demo_home", "launch", "sleeper"]


@pytest.fixture
def demo(db: None) -> Staff:
    """Set up the demo's shop without orders; return its staff."""
    for command in ("set_up_shop", "sync_roles", "set_up_demo"):
        call_command(command, stdout=StringIO())
    opened_shop.commit_menu()
    return Staff.of_the_demo()
