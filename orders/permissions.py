"""Permissions of the orders app. Handing over is a permission of the kitchen app, because cooks do it too."""

from pizzeria.foundation.actor import Permission

SEE_ALL_ORDERS = Permission("orders.view_order")
CANCEL_ANY_ORDER = Permission("orders.stop_the_oven")  # cancel an order, also one that has been started
ASSIGN_DELIVERIES = Permission("orders.assign_deliveries")
DELIVER = Permission("orders.deliver")
SEE_DELIVERIES = Permission("orders.see_deliveries")
EDIT_DELIVERY_ZONES = tuple(Permission(f"orders.{verb}_deliveryzone") for verb in ("view", "add", "change", "delete"))
EDIT_COUPONS = tuple(Permission(f"orders.{verb}_coupon") for verb in ("view", "add", "change", "delete"))
