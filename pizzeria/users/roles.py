"""
The roles table: permissions and scopes of each role. A role is a permission group here and a realm role at the sign-in
server.

`manage.py sync_roles` makes the groups match the table; the README shows it. A new role is also added to
`ROLES_BY_PRIORITY`, to `pizzeria/users/keycloak/realm.json`, and to the header (`pizzeria/navigation.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass

from kitchen.permissions import CHANGE_CAPACITY, COOK, HAND_OVER, PAUSE, SEE_BOARD, VIEW_KITCHEN
from menu.permissions import EDIT_MENU, MARK_SOLD_OUT
from orders.customers.permissions import SEE_CUSTOMERS
from orders.notifications.permissions import RESEND_NOTIFICATIONS
from orders.notifications.webhooks.permissions import MANAGE_WEBHOOKS
from orders.payments.permissions import REFUND, SEE_PAYMENTS
from orders.permissions import (
    ASSIGN_DELIVERIES,
    CANCEL_ANY_ORDER,
    DELIVER,
    EDIT_COUPONS,
    EDIT_DELIVERY_ZONES,
    SEE_ALL_ORDERS,
    SEE_DELIVERIES,
)
from orders.reports.permissions import SEE_REPORTS
from pizzeria.foundation.actor import Permission
from pizzeria.foundation.alerts.permissions import ACKNOWLEDGE_ALERTS
from pizzeria.foundation.events.permissions import RELAY_EVENTS
from pizzeria.foundation.scopes import Scope
from pizzeria.foundation.shop.permissions import CHANGE_SHOP_SETTINGS


@dataclass(frozen=True, slots=True)
class Role:
    """
    One row of the roles table.

    :param names: names of the role at the sign-in server; the first is also its name here
    :param group: name of the permission group; None if the role has none
    :param landing_page: name of the URL to which users of this role are redirected after signing in
    :param staff: whether the role may open the admin
    """

    names: tuple[str, ...]
    group: str | None
    permissions: tuple[Permission, ...]
    scopes: tuple[Scope, ...]
    landing_page: str = "orders:history"
    staff: bool = False
    superuser: bool = False

    @property
    def name(self) -> str:
        return self.names[0]


_KITCHEN_PERMISSIONS = (SEE_BOARD, COOK, PAUSE, HAND_OVER, MARK_SOLD_OUT, SEE_ALL_ORDERS, CANCEL_ANY_ORDER)

CUSTOMER = Role(
    names=("customer",),
    group="Customers",
    permissions=(),
    scopes=(Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.MENU_READ),
)
KITCHEN = Role(
    names=("chef", "kitchen_staff", "kitchen"),
    group="Kitchen",
    permissions=_KITCHEN_PERMISSIONS,
    scopes=(Scope.KITCHEN_READ, Scope.KITCHEN_MANAGE, Scope.ORDERS_READ, Scope.MENU_READ),
    landing_page="kitchen:board",
)
DRIVER = Role(
    names=("delivery_driver", "driver"),
    group="Drivers",
    permissions=(SEE_DELIVERIES, DELIVER),
    scopes=(Scope.DELIVERY_READ, Scope.DELIVERY_MANAGE, Scope.ORDERS_READ, Scope.MENU_READ),
    landing_page="deliveries:tour",
)
POS = Role(
    names=("pos",),
    group=None,
    permissions=(),
    scopes=(Scope.ORDERS_READ, Scope.ORDERS_WRITE, Scope.MENU_READ),
)
MANAGER = Role(
    names=("manager",),
    group="Managers",
    permissions=(
        *_KITCHEN_PERMISSIONS,
        SEE_DELIVERIES,
        DELIVER,
        ASSIGN_DELIVERIES,
        RESEND_NOTIFICATIONS,
        SEE_PAYMENTS,
        REFUND,
        SEE_CUSTOMERS,
        CHANGE_CAPACITY,
        VIEW_KITCHEN,
        *EDIT_MENU,
        *EDIT_DELIVERY_ZONES,
        *EDIT_COUPONS,
        RELAY_EVENTS,
        ACKNOWLEDGE_ALERTS,
        CHANGE_SHOP_SETTINGS,
        SEE_REPORTS,
    ),
    scopes=tuple(scope for scope in Scope if scope is not Scope.ADMIN),
    landing_page="admin:index",
    staff=True,
)
ADMIN = Role(
    names=("admin",),
    group="Admins",
    permissions=(MANAGE_WEBHOOKS,),  # what no other role has; a superuser has every permission
    scopes=(Scope.ADMIN,),
    landing_page="admin:index",
    staff=True,
    superuser=True,
)

ROLES = (CUSTOMER, KITCHEN, DRIVER, POS, MANAGER, ADMIN)
# The roles that people have, as opposed to programs; a user's first one in this order decides the landing page.
ROLES_BY_PRIORITY = (ADMIN, MANAGER, KITCHEN, DRIVER, CUSTOMER)


def roles_of_groups(groups: "set[str]") -> list[Role]:
    """Return the roles of these groups, ordered as in `ROLES_BY_PRIORITY`: the first decides the landing page."""
    return [role for role in ROLES_BY_PRIORITY if role.group in groups]


def roles_by_name(names: Iterable[str]) -> list[Role]:
    """Return the roles with these names, matched exactly; names that are not in the table are ignored."""
    wanted = set(names)
    return [role for role in ROLES if wanted & set(role.names)]
