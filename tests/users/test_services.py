"""The commands that make groups and users match the roles table."""

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
def no_groups():
    Group.objects.all().delete()


@pytest.fixture
def groups(no_groups):
    sync_roles(by=SYSTEM)


@pytest.fixture
def ciro(groups):
    return UserFactory(first_name="Ciro")


def may(user):
    """Return the user's current permissions, from a new object: Django caches them on the old one."""
    return User.objects.get(pk=user.pk).get_all_permissions()


def test_sync_roles_makes_every_group_of_the_roles_table_with_its_permissions(groups):
    assert {group.name: permissions_of(group.name) for group in Group.objects.all()} == {
        role.group: set(role.permissions) for role in (CUSTOMER, KITCHEN, DRIVER, MANAGER, ADMIN)
    }


def test_sync_roles_returns_a_sentence_for_each_change(no_groups):
    changes = sync_roles(by=SYSTEM)

    assert "Kitchen: made" in changes
    assert "Kitchen: may now kitchen.cook" in changes


def test_sync_roles_changes_nothing_the_second_time(groups):
    assert sync_roles(by=SYSTEM) == []


def test_sync_roles_removes_and_reports_a_permission_that_is_not_in_the_roles_table(groups):
    Group.objects.get(name="Drivers").permissions.add(permission("kitchen.cook"))

    assert sync_roles(by=SYSTEM) == ["Drivers: may no longer kitchen.cook"]
    assert permissions_of("Drivers") == set(DRIVER.permissions)


def test_sync_roles_restores_and_reports_a_missing_permission(groups):
    Group.objects.get(name="Drivers").permissions.remove(permission("orders.see_deliveries"))

    assert sync_roles(by=SYSTEM) == ["Drivers: may now orders.see_deliveries"]
    assert permissions_of("Drivers") == set(DRIVER.permissions)


def test_sync_roles_does_not_change_a_group_that_is_not_in_the_roles_table(groups):
    Group.objects.create(name="Choir").permissions.add(permission("kitchen.cook"))

    assert sync_roles(by=SYSTEM) == []
    assert permissions_of("Choir") == {"kitchen.cook"}


def test_the_management_command_sync_roles_prints_the_changes(no_groups):
    first, second = io.StringIO(), io.StringIO()

    call_command("sync_roles", stdout=first)
    call_command("sync_roles", stdout=second)

    assert "Managers: may now menu.change_pizza\n" in first.getvalue()
    assert second.getvalue() == "The groups match the roles table.\n"


def test_assigning_a_role_gives_the_user_its_permissions(ciro):
    assign_roles(ciro, [KITCHEN])

    assert may(ciro) == set(KITCHEN.permissions)
    assert (ciro.is_staff, ciro.is_superuser) == (False, False)


def test_assigning_a_role_removes_all_other_roles_and_flags(ciro):
    assign_roles(ciro, [ADMIN, MANAGER, KITCHEN])

    assign_roles(ciro, [DRIVER])

    ciro.refresh_from_db()
    assert [group.name for group in ciro.groups.all()] == ["Drivers"]
    assert (ciro.is_staff, ciro.is_superuser) == (False, False)
    assert may(ciro) == set(DRIVER.permissions)


def test_assigning_no_role_removes_every_role(ciro):
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
def test_assigning_a_role_sets_the_staff_and_superuser_flags_of_the_roles_table(ciro, role, staff, superuser):
    assign_roles(ciro, [role])

    ciro.refresh_from_db()
    assert (ciro.is_staff, ciro.is_superuser) == (staff, superuser)


def test_the_management_command_set_up_shop_makes_the_groups(no_groups):
    output = io.StringIO()
    call_command("set_up_shop", stdout=output)
    call_command("set_up_shop", stdout=output)

    assert output.getvalue().splitlines() == [
        "settings: created",
        "kitchen: created",
        "sizes: created",
        "groups: created",
        "settings: exists",
        "kitchen: exists",
        "sizes: exists",
        "groups: exists",
    ]
    assert Group.objects.filter(name="Kitchen").exists()


def test_a_new_user_has_an_opaque_username():
    carla = UserFactory(first_name="Carla", last_name="Conti", email="carla@example.com")

    assert len(carla.username) == 32
    assert "carla" not in carla.username
    assert str(carla) == "Carla Conti"


@pytest.mark.parametrize("role", [CUSTOMER, KITCHEN, DRIVER, POS, MANAGER, ADMIN], ids=lambda role: role.name)
def test_a_users_permissions_are_those_that_django_finds_by_one_query(groups, role, django_assert_num_queries):
    user = UserFactory()
    assign_roles(user, [role])
    user.user_permissions.add(permission("orders.deliver"))
    user = User.objects.get(pk=user.pk)

    with django_assert_num_queries(1):
        names = user.permission_names()

    assert names == may(user)
    assert "orders.deliver" in names


def test_a_user_who_is_not_active_has_no_permission(groups, ciro):
    assign_roles(ciro, [ADMIN])
    ciro.is_active = False

    assert ciro.permission_names() == set()
