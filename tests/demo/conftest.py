from io import StringIO

import pytest
from django.core.management import call_command
from pytest_django import Settings

from pizzeria.demo.simulation.staff import Staff
from tests.devtools.launching import demo_home, launch, sleeper

__all__ = ["demo_home", "launch", "sleeper"]


@pytest.fixture
def demo(db: None, settings: Settings) -> Staff:
    """The demo's shop before anybody has ordered; gives its people."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody signs in
    for command in ("set_up_shop", "sync_roles", "set_up_demo"):
        call_command(command, stdout=StringIO())
    return Staff.of_the_demo()
