"""Scopes of access tokens: the permissions of its roles with which a token acts."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kitchen.permissions import CHANGE_CAPACITY, COOK, SEE_BOARD
from menu.permissions import MARK_SOLD_OUT
from orders.customers.permissions import SEE_CUSTOMERS
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from orders.payments.permissions import REFUND, SEE_PAYMENTS
from orders.permissions import DELIVER, EDIT_COUPONS, EDIT_DELIVERY_ZONES, SEE_ALL_ORDERS
from pizzeria.foundation.actor import ENTER_ADMIN
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.events.permissions import RELAY_EVENTS
from pizzeria.foundation.scopes import Scope
from pizzeria.foundation.shop.permissions import CHANGE_SHOP_SETTINGS
from pizzeria.users import scopes
from pizzeria.users.claims import role_names
from pizzeria.users.roles import ADMIN, CUSTOMER, DRIVER, KITCHEN, MANAGER, POS, ROLES, roles_by_name

NAMES = [name for role in ROLES for name in role.names]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from(NAMES) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from(["roles", "us", "admin"]), inner),
    max_leaves=8,
)


@given(roles=st.sets(st.sampled_from(ROLES)), words=st.sets(st.sampled_from([*Scope, "openid", "profile", "kitchen"])))
def test_the_effective_scopes_of_a_token_are_never_more_than_those_of_its_roles(roles, words):
    effective = scopes.effective_scopes(roles, scopes.requested_scopes({"scope": " ".join(words)}))

    held = {scope for role in roles for scope in role.scopes} if roles else {Scope.MENU_READ}
    assert ADMIN in roles or effective <= held


@given(realm=anything, client=anything, scope=anything | st.sampled_from(["admin", "kitchen:manage openid"]))
@example(realm={"roles": ["chef"]}, client=None, scope="kitchen:manage admin")
def test_the_effective_scopes_stay_within_those_of_the_roles_whatever_shape_the_claims_have(realm, client, scope):
    claims = {"realm_access": realm, "resource_access": {"us": client}, "scope": scope}
    roles = roles_by_name(role_names(claims, client_id="us"))

    effective = scopes.effective_scopes(roles, scopes.requested_scopes(claims))

    held = {scope for role in roles for scope in role.scopes} or {Scope.MENU_READ}
    assert ADMIN in roles or effective <= held
    assert ADMIN in roles or Scope.ADMIN not in effective


@pytest.mark.parametrize(
    ("roles", "names", "effective"),
    [
        ((KITCHEN,), "openid profile", KITCHEN.scopes),
        ((KITCHEN,), "openid kitchen:read", [Scope.KITCHEN_READ]),
        ((CUSTOMER,), "kitchen:manage", []),
        ((CUSTOMER,), "kitchen:manage orders:read", [Scope.ORDERS_READ]),
        ((KITCHEN, DRIVER), "kitchen:manage delivery:manage", [Scope.KITCHEN_MANAGE, Scope.DELIVERY_MANAGE]),
        ((), "", [Scope.MENU_READ]),
        ((), "orders:write", []),
        ((MANAGER,), "admin", []),
        ((ADMIN,), "", [Scope.ADMIN]),
        ((ADMIN,), "kitchen:read", [Scope.KITCHEN_READ]),
    ],
)
def test_the_effective_scopes_are_those_of_the_roles_that_the_token_names(roles, names, effective):
    assert scopes.effective_scopes(roles, scopes.requested_scopes({"scope": names})) == set(effective)


@pytest.mark.parametrize(
    ("role", "named", "may", "may_not"),
    [
        (KITCHEN, [Scope.KITCHEN_READ], {SEE_BOARD}, {COOK, MARK_SOLD_OUT, SEE_ALL_ORDERS}),
        (KITCHEN, [Scope.KITCHEN_MANAGE], {COOK, MARK_SOLD_OUT}, {CHANGE_CAPACITY, SEE_ALL_ORDERS}),
        (MANAGER, [Scope.MENU_WRITE], {MARK_SOLD_OUT}, {COOK, DELIVER}),
        (CUSTOMER, CUSTOMER.scopes, set(), {SEE_ALL_ORDERS}),
        (POS, POS.scopes, set(), {SEE_ALL_ORDERS}),
        (DRIVER, DRIVER.scopes, set(DRIVER.permissions), {SEE_ALL_ORDERS}),
        (KITCHEN, KITCHEN.scopes, set(KITCHEN.permissions), {CHANGE_CAPACITY}),
        (ADMIN, [Scope.ADMIN], {COOK, DELIVER, RELAY_EVENTS}, set()),
        (ADMIN, [Scope.KITCHEN_READ], {SEE_BOARD}, {COOK}),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_token_has_the_permissions_that_both_its_scopes_and_its_roles_include(role, named, may, may_not):
    permissions = scopes.permissions([role], named)

    assert may <= permissions
    assert not may_not & permissions


@pytest.mark.parametrize("role", [MANAGER, ADMIN], ids=lambda role: role.name)
def test_a_token_of_a_manager_or_admin_has_enter_admin_even_without_scopes(role):
    assert ENTER_ADMIN in scopes.permissions([role], [])
    assert ENTER_ADMIN not in scopes.permissions([KITCHEN], KITCHEN.scopes)


def test_every_permission_of_the_roles_table_is_in_a_scope_but_those_of_the_admin_pages():
    opened = {
        permission
        for scope, opens in scopes.PERMISSIONS_BY_SCOPE.items()
        if scope is not Scope.ADMIN
        for permission in opens
    }

    assert scopes.PERMISSIONS_BY_SCOPE.keys() == set(Scope)
    assert opened <= scopes.EVERY_PERMISSION
    assert scopes.EVERY_PERMISSION - opened == {
        RELAY_EVENTS,
        SEE_CUSTOMERS,
        ACKNOWLEDGE_ALERTS,
        CHANGE_SHOP_SETTINGS,
        MANAGE_WEBHOOKS,
        SEE_PAYMENTS,
        REFUND,
        *EDIT_DELIVERY_ZONES,
        *EDIT_COUPONS,
    }
