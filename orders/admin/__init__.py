"""Read-only admin pages of the orders app. Every change goes through a command."""

from orders.admin.customers import CustomerAdmin
from orders.admin.notifications import NotificationAdmin
from orders.admin.orders import OrderAdmin

__all__ = ["CustomerAdmin", "NotificationAdmin", "OrderAdmin"]
