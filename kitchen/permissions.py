"""The permissions of the kitchen app."""

from pizzeria.foundation.actor import Permission

SEE_BOARD = Permission("kitchen.see_board")
COOK = Permission("kitchen.cook")
HAND_OVER = Permission("kitchen.hand_over")
PAUSE = Permission("kitchen.pause")
CHANGE_CAPACITY = Permission("kitchen.change_capacity")
VIEW_KITCHEN = Permission("kitchen.view_kitchen")
