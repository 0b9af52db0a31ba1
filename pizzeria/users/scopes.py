"""
The permissions that the scopes of an access token allow.

A realm grants a token whichever scopes were requested, so a scope allows nothing that the roles do not: a token acts
with those permissions of its roles that its scopes include, and with no others, at every endpoint.
"""

from collections.abc import Collection

from kitchen.permissions import CHANGE_CAPACITY, COOK, HAND_OVER, PAUSE, SEE_BOARD, VIEW_KITCHEN
from menu.permissions import EDIT_MENU, MARK_SOLD_OUT
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.permissions import ASSIGN_DELIVERIES, CANCEL_ANY_ORDER, DELIVER, SEE_ALL_ORDERS, SEE_DELIVERIES
from orders.reports.permissions import SEE_REPORTS
from pizzeria.foundation.actor import ENTER_ADMIN, Permission
from pizzeria.foundation.scopes import Scope
from pizzeria.users.claims import Claims
from pizzeria.users.roles import ROLES, Role

SCOPES_WITHOUT_A_ROLE = frozenset({Scope.MENU_READ})  # scopes of a token without a role from our roles table

EVERY_PERMISSION = frozenset(permission for role in ROLES for permission in role.permissions)

PERMISSIONS_BY_SCOPE: dict[Scope, Collection[Permission]] = {
    Scope.ORDERS_READ: (SEE_ALL_ORDERS,),
    Scope.ORDERS_WRITE: (CANCEL_ANY_ORDER, RESEND_NOTIFICATIONS),
    Scope.MENU_READ: (),
    Scope.MENU_WRITE: (*EDIT_MENU, MARK_SOLD_OUT),
    Scope.KITCHEN_READ: (SEE_BOARD, VIEW_KITCHEN),
    Scope.KITCHEN_MANAGE: (COOK, HAND_OVER, PAUSE, MARK_SOLD_OUT, CANCEL_ANY_ORDER, CHANGE_CAPACITY),
    Scope.DELIVERY_READ: (SEE_DELIVERIES,),
    Scope.DELIVERY_MANAGE: (DELIVER, ASSIGN_DELIVERIES),
    Scope.REPORTS_READ: (SEE_REPORTS,),
    Scope.ADMIN: EVERY_PERMISSION,
}


def requested_scopes(claims: Claims) -> frozenset[Scope]:
    """Return those of our scopes that a token names; scopes of the realm's own are ignored."""
    scope = claims.get("scope")
    words = scope.split() if isinstance(scope, str) else []
    return frozenset(Scope(word) for word in words if word in Scope)


def effective_scopes(roles: Collection[Role], named: Collection[Scope]) -> frozenset[Scope]:
    """
    Return the scopes of a token: those of its roles that it names, or all of them if it names none of ours.

    The admin scope includes every scope.
    """
    held = frozenset(scope for role in roles for scope in role.scopes) if roles else SCOPES_WITHOUT_A_ROLE
    if not named:
        return held
    return frozenset(named) if Scope.ADMIN in held else held & frozenset(named)


def permissions(roles: Collection[Role], scopes: Collection[Scope]) -> frozenset[Permission]:
    """Return the permissions with which a token acts."""
    held = frozenset(permission for role in roles for permission in role.permissions)
    if any(role.superuser for role in roles):
        held = EVERY_PERMISSION
    effective = held & {permission for scope in scopes for permission in PERMISSIONS_BY_SCOPE[scope]}
    # Some steps require recent authentication of actors with ENTER_ADMIN, by token as well as by session.
    return effective | {ENTER_ADMIN} if any(role.staff for role in roles) else effective
