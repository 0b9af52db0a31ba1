"""What may be done at the desk. Handing over is the kitchen's: cooks do it too."""

from pizzeria.foundation.actor import Permission

SEE_ALL_ORDERS = Permission("orders.view_order")
SEE_DELIVERIES = Permission("orders.see_deliveries")
