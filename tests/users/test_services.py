"""Making groups and people match the roles table."""

import io

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import call_command

from pizzeria.foundation.actor import SYSTEM
from pizzeria.users.models import User
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER, POS
from pizzeria.users.services.roles import assign_roles, sync_roles
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def permissions_of(name):
    return {
        f"{app}.{codename}"
        for app, codename in Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
    }


def permission(name):
    app, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


@pytest.fixture
def groups():
    sync_roles(by=SYSTEM)


@pytest.fixture
def ciro(groups):
    return UserFactory(first_name="Ciro")


def may(user):
    """Read afresh what a person may do: Django remembers it on the object."""
    return User.objects.get(pk=user.pk).get_all_permissions()


def test_make_a_group_for_every_role_that_has_one(groups):
    assert {group.name: permissions_of(group.name) for group in Group.objects.all()} == {
        role.group: set(role.permissions) for role in (CUSTOMER, KITCHEN, DRIVER, MANAGER, ADMIN)
    }


def test_say_what_they_made():
    changes = sync_roles(by=SYSTEM)

    assert "Kitchen: made" in changes
    assert "Kitchen: may now kitchen.cook" in changes


def test_change_nothing_the_second_time(groups):
    assert sync_roles(by=SYSTEM) == []


def test_take_away_what_is_not_in_the_table_and_say_so(groups):
    Group.objects.get(name="Drivers").permissions.add(permission("kitchen.cook"))

    assert sync_roles(by=SYSTEM) == ["Drivers: may no longer kitchen.cook"]
    assert permissions_of("Drivers") == set(DRIVER.permissions)


def test_give_back_what_somebody_took_away_and_say_so(groups):
    Group.objects.get(name="Drivers").permissions.remove(permission("orders.see_deliveries"))

    assert sync_roles(by=SYSTEM) == ["Drivers: may now orders.see_deliveries"]
    assert permissions_of("Drivers") == set(DRIVER.permissions)


def test_leave_a_group_of_the_shops_own_alone(groups):
    Group.objects.create(name="Choir").permissions.add(permission("kitchen.cook"))

    assert sync_roles(by=SYSTEM) == []
    assert permissions_of("Choir") == {"kitchen.cook"}


def test_are_told_by_the_command_too():
    first, second = io.StringIO(), io.StringIO()

    call_command("sync_roles", stdout=first)
    call_command("sync_roles", stdout=second)

    assert "Managers: may now menu.change_pizza\n" in first.getvalue()
    assert second.getvalue() == "The groups match the roles table.\n"


def test_give_a_person_what_a_role_may(ciro):
    assign_roles(ciro, [KITCHEN])

    assert may(ciro) == set(KITCHEN.permissions)
    assert (ciro.is_staff, ciro.is_superuser) == (False, False)


def test_take_away_what_is_not_named_any_more(ciro):
    assign_roles(ciro, [ADMIN, MANAGER, KITCHEN])

    assign_roles(ciro, [DRIVER])

    ciro.refresh_from_db()
    assert [group.name for group in ciro.groups.all()] == ["Drivers"]
    assert (ciro.is_staff, ciro.is_superuser) == (False, False)
    assert may(ciro) == set(DRIVER.permissions)


def test_take_away_everything_when_nothing_is_named(ciro):
    assign_roles(ciro, [MANAGER])

    assign_roles(ciro, [])

    ciro.refresh_from_db()
    assert (list(ciro.groups.all()), ciro.is_staff, may(ciro)) == ([], False, set())


@pytest.mark.parametrize(
    ("role", "staff", "superuser"),
    [
        (CUSTOMER, False, False),
        (DRIVER, False, False),
        (POS, False, False),
        (MANAGER, True, False),
        (ADMIN, True, True),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_open_the_admin_to_whom_the_table_opens_it(ciro, role, staff, superuser):
    assign_roles(ciro, [role])

    ciro.refresh_from_db()
    assert (ciro.is_staff, ciro.is_superuser) == (staff, superuser)


def test_set_up_the_groups_with_the_shop():
    said = io.StringIO()
    call_command("set_up_shop", stdout=said)
    call_command("set_up_shop", stdout=said)

    assert said.getvalue().splitlines() == [
        "kitchen: made",
        "sizes: made",
        "groups: made",
        "kitchen: there already",
        "sizes: there already",
        "groups: there already",
    ]
    assert Group.objects.filter(name="Kitchen").exists()


def test_call_nobody_by_a_name_that_says_something():
    carla = UserFactory(first_name="Carla", last_name="Conti", email="carla@example.com")

    assert len(carla.username) == 32
    assert "carla" not in carla.username
    assert str(carla) == "Carla Conti"
