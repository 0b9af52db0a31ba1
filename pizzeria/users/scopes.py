"""
What the scopes of a token are good for.

A realm gives a token whichever scopes it was asked for, so a scope opens nothing that the roles do not: a token acts
with the permissions of its roles that its scopes open, and with no others, whatever endpoint it finds.
"""

from collections.abc import Collection

from kitchen.permissions import CHANGE_CAPACITY, COOK, HAND_OVER, PAUSE, SEE_BOARD, VIEW_KITCHEN
from menu.permissions import EDIT_THE_MENU, SELL_OUT
from orders.permissions import (
    ASSIGN_DELIVERIES,
    DELIVER,
    RESEND_NOTIFICATIONS,
    SEE_ALL_ORDERS,
    SEE_DELIVERIES,
    STOP_THE_OVEN,
)
from pizzeria.foundation.actor import ENTER_ADMIN, Permission
from pizzeria.foundation.scopes import Scope
from pizzeria.users.claims import Claims
from pizzeria.users.roles import ROLES, Role

OF_NOBODY = frozenset({Scope.MENU_READ})  # somebody, whose roles mean nothing here

EVERY_PERMISSION = frozenset(permission for role in ROLES for permission in role.permissions)

OPENS: dict[Scope, Collection[Permission]] = {
    Scope.ORDERS_READ: (SEE_ALL_ORDERS,),
    Scope.ORDERS_WRITE: (STOP_THE_OVEN, RESEND_NOTIFICATIONS),
    Scope.MENU_READ: (),
    Scope.MENU_WRITE: (*EDIT_THE_MENU, SELL_OUT),
    Scope.KITCHEN_READ: (SEE_BOARD, VIEW_KITCHEN),
    Scope.KITCHEN_MANAGE: (COOK, HAND_OVER, PAUSE, SELL_OUT, STOP_THE_OVEN, CHANGE_CAPACITY),
    Scope.DELIVERY_READ: (SEE_DELIVERIES,),
    Scope.DELIVERY_MANAGE: (DELIVER, ASSIGN_DELIVERIES),
    Scope.REPORTS_READ: (),
    Scope.ADMIN: EVERY_PERMISSION,
}


def named_by(claims: Claims) -> frozenset[Scope]:
    """Give those of our scopes that a token names; a realm has others of its own beside them."""
    scope = claims.get("scope")
    words = scope.split() if isinstance(scope, str) else []
    return frozenset(Scope(word) for word in words if word in Scope)


def effective(roles: Collection[Role], named: Collection[Scope]) -> frozenset[Scope]:
    """
    Give the scopes that a token has: those of its roles that it names, or all of them if it names none of ours.

    The admin's stands for each.
    """
    held = frozenset(scope for role in roles for scope in role.scopes) if roles else OF_NOBODY
    if not named:
        return held
    return frozenset(named) if Scope.ADMIN in held else held & frozenset(named)


def permissions(roles: Collection[Role], scopes: Collection[Scope]) -> frozenset[Permission]:
    """Give the permissions with which a token acts."""
    held = frozenset(permission for role in roles for permission in role.permissions)
    if any(role.superuser for role in roles):
        held = EVERY_PERMISSION
    opened = held & {permission for scope in scopes for permission in OPENS[scope]}
    # Who reaches the admin is asked for a recent sign-in by some steps: by a token no less than in a session.
    return opened | {ENTER_ADMIN} if any(role.staff for role in roles) else opened
