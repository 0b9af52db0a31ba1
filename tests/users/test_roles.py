"""The roles table: who may do what, as section 8 of the design has it."""

import pytest
from django.contrib.auth.models import Permission

from pizzeria.foundation.scopes import Scope
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER, POS, ROLES, of_groups

ON_THE_LINE = {
    "kitchen.see_board",
    "kitchen.cook",
    "kitchen.pause",
    "kitchen.hand_over",
    "menu.sell_out",
    "orders.view_order",
    "orders.stop_the_oven",
}
ON_THE_ROAD = {"orders.see_deliveries", "orders.deliver"}
IN_THE_OFFICE = {
    "orders.assign_deliveries",
    "notifications.resend_notifications",
    "customers.view_customer",
    "kitchen.change_capacity",
    "kitchen.view_kitchen",
    "events.relay_events",
} | {
    f"menu.{verb}_{noun}"
    for noun in ("category", "size", "topping", "pizza", "simpleitem")
    for verb in ("view", "add", "change", "delete")
}


@pytest.mark.parametrize(
    ("role", "group", "may"),
    [
        (CUSTOMER, "Customers", set()),
        (KITCHEN, "Kitchen", ON_THE_LINE),
        (DRIVER, "Drivers", ON_THE_ROAD),
        (POS, None, set()),
        (MANAGER, "Managers", ON_THE_LINE | ON_THE_ROAD | IN_THE_OFFICE),
        (ADMIN, "Admins", set()),  # a superuser asks for none
    ],
    ids=[role.name for role in (CUSTOMER, KITCHEN, DRIVER, POS, MANAGER, ADMIN)],
)
def test_let_each_do_what_the_table_says(role, group, may):
    assert role.group == group
    assert set(role.permissions) == may


@pytest.mark.parametrize(
    ("role", "scopes"),
    [
        (CUSTOMER, "orders:read orders:write menu:read"),
        (KITCHEN, "kitchen:read kitchen:manage orders:read menu:read"),
        (DRIVER, "delivery:read delivery:manage orders:read menu:read"),
        (POS, "orders:read orders:write menu:read"),
        (MANAGER, " ".join(set(Scope) - {Scope.ADMIN})),
        (ADMIN, "admin"),
    ],
    ids=[role.name for role in (CUSTOMER, KITCHEN, DRIVER, POS, MANAGER, ADMIN)],
)
def test_give_tokens_the_scopes_of_the_table(role, scopes):
    assert set(role.scopes) == set(scopes.split())


def test_name_the_roles_of_the_sign_in_server_once_each():
    names = [name for role in ROLES for name in role.names]

    assert {"customer", "chef", "kitchen_staff", "delivery_driver", "pos", "manager", "admin"} <= set(names)
    assert len(names) == len(set(names))


def test_make_a_superuser_of_an_admin_alone():
    assert [role for role in ROLES if role.superuser] == [ADMIN]


def test_open_the_admin_to_managers_and_admins_alone():
    assert [role for role in ROLES if role.staff] == [MANAGER, ADMIN]


def test_give_a_manager_all_that_cooks_and_drivers_may():
    assert set(KITCHEN.permissions) | set(DRIVER.permissions) <= set(MANAGER.permissions)


def test_give_nobody_but_a_superuser_the_people():
    assert [name for role in ROLES for name in role.permissions if name.startswith(("users.", "auth."))] == []


@pytest.mark.django_db
def test_name_only_permissions_that_a_model_declares():
    rows = Permission.objects.values_list("content_type__app_label", "codename")
    declared = {f"{app}.{codename}" for app, codename in rows}

    assert {name for role in ROLES for name in role.permissions} <= declared


@pytest.mark.parametrize(
    ("groups", "first"),
    [
        ({"Customers", "Kitchen"}, KITCHEN),
        ({"Drivers", "Kitchen", "Managers"}, MANAGER),
        ({"Admins", "Managers"}, ADMIN),
        ({"Customers", "Drivers"}, DRIVER),
    ],
)
def test_let_somebody_of_several_roles_land_where_the_work_is(groups, first):
    assert of_groups(groups)[0] == first


def test_know_no_role_for_a_group_nobody_listed():
    assert of_groups({"Emperors"}) == []
