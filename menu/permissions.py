"""The permissions of the menu app."""

from pizzeria.foundation.actor import Permission

MARK_SOLD_OUT = Permission("menu.sell_out")
ADD_PIZZA = Permission("menu.add_pizza")
CHANGE_PIZZA = Permission("menu.change_pizza")
EDIT_MENU = tuple(
    Permission(f"menu.{verb}_{noun}")
    for noun in ("category", "size", "topping", "pizza", "simpleitem")
    for verb in ("view", "add", "change", "delete")
)
