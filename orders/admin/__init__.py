"""The desk in admin, to look at. What changes something is a command."""

from orders.admin.customers import CustomerAdmin
from orders.admin.notifications import NotificationAdmin
from orders.admin.orders import OrderAdmin

__all__ = ["CustomerAdmin", "NotificationAdmin", "OrderAdmin"]
