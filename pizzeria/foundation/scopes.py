"""The scopes of the JSON API that a bearer token can have. `pizzeria/users/roles.py` has the scopes of each role."""

from enum import StrEnum


class Scope(StrEnum):
    ORDERS_READ = "orders:read"
    ORDERS_WRITE = "orders:write"
    MENU_READ = "menu:read"
    MENU_WRITE = "menu:write"
    KITCHEN_READ = "kitchen:read"
    KITCHEN_MANAGE = "kitchen:manage"
    DELIVERY_READ = "delivery:read"
    DELIVERY_MANAGE = "delivery:manage"
    REPORTS_READ = "reports:read"
    ADMIN = "admin"
