"""The roles table: permissions and scopes of each role, as in section 8 of the design."""

import pytest
from django.contrib.auth.models import Permission

from pizzeria.foundation.scopes import Scope
from pizzeria.users.roles import (
    ADMIN,
    CUSTOMER,
    DRIVER,
    KITCHEN,
    MANAGER,
    POS,
    ROLES,
    ROLES_BY_PRIORITY,
    roles_of_groups,
)

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
    "payments.view_paymentattempt",
    "payments.refund",
    "customers.view_customer",
    "kitchen.change_capacity",
    "kitchen.view_kitchen",
    "events.relay_events",
    "alerts.acknowledge_alerts",
    "shop.change_settings",
    "reports.see_reports",
} | {
    f"menu.{verb}_{noun}"
    for noun in ("category", "size", "topping", "pizza", "simpleitem")
    for verb in ("view", "add", "change", "delete")
}
IN_THE_OFFICE |= {
    f"orders.{verb}_{noun}" for noun in ("deliveryzone", "coupon") for verb in ("view", "add", "change", "delete")
}


@pytest.mark.parametrize(
    ("role", "group", "may"),
    [
        (CUSTOMER, "Customers", set()),
        (KITCHEN, "Kitchen", ON_THE_LINE),
        (DRIVER, "Drivers", ON_THE_ROAD),
        (POS, None, set()),
        (MANAGER, "Managers", ON_THE_LINE | ON_THE_ROAD | IN_THE_OFFICE),
        (ADMIN, "Admins", {"webhooks.manage_webhooks"}),  # a superuser has every permission
    ],
    ids=[role.name for role in (CUSTOMER, KITCHEN, DRIVER, POS, MANAGER, ADMIN)],
)
def test_each_role_has_its_group_and_exactly_its_permissions(role, group, may):
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
def test_each_role_has_exactly_its_scopes(role, scopes):
    assert set(role.scopes) == set(scopes.split())


def test_each_role_name_of_the_sign_in_server_belongs_to_one_role():
    names = [name for role in ROLES for name in role.names]

    assert {"customer", "chef", "kitchen_staff", "delivery_driver", "pos", "manager", "admin"} <= set(names)
    assert len(names) == len(set(names))


def test_only_the_admin_role_is_a_superuser():
    assert [role for role in ROLES if role.superuser] == [ADMIN]


def test_only_managers_and_admins_are_staff_who_may_open_the_admin():
    assert [role for role in ROLES if role.staff] == [MANAGER, ADMIN]


def test_a_manager_has_every_permission_of_cooks_and_drivers():
    assert set(KITCHEN.permissions) | set(DRIVER.permissions) <= set(MANAGER.permissions)


def test_no_role_has_a_permission_of_the_users_or_auth_app():
    assert [name for role in ROLES for name in role.permissions if name.startswith(("users.", "auth."))] == []


@pytest.mark.django_db
def test_every_permission_of_a_role_is_declared_by_a_model():
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
def test_of_several_roles_the_first_in_landing_order_decides_the_landing_page(groups, first):
    assert roles_of_groups(groups)[0] == first


def test_a_group_that_is_not_in_the_roles_table_has_no_role():
    assert roles_of_groups({"Emperors"}) == []


def test_every_role_with_a_permission_group_has_a_priority():
    assert {role for role in ROLES if role.group} == set(ROLES_BY_PRIORITY)
