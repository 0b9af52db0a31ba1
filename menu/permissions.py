"""The permissions of the menu app."""

from pizzeria.foundation.actor import Permission

SELL_OUT = Permission("menu.sell_out")
EDIT_THE_MENU = tuple(
    Permission(f"menu.{verb}_{noun}")
    for noun in ("category", "size", "topping", "pizza", "simpleitem")
    for verb in ("view", "add", "change", "delete")
)
