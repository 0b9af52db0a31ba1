import pytest
from django.core.management import CommandError, call_command

from pizzeria.foundation.actor import SYSTEM
from pizzeria.people.services import sync_roles
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_gives_exactly_the_role_that_is_named():
    sync_roles(by=SYSTEM)
    ciro = UserFactory(username="ciro")

    call_command("give_role", "ciro", "manager")
    call_command("give_role", "ciro", "chef")

    ciro.refresh_from_db()
    assert [group.name for group in ciro.groups.all()] == ["Kitchen"]
    assert not ciro.is_staff


def test_says_when_there_is_nobody_of_that_name():
    with pytest.raises(CommandError, match="nobody called ciro"):
        call_command("give_role", "ciro", "chef")
