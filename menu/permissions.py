"""The permissions of the menu app."""

from pizzeria.foundation.actor import Permission

MARK_SOLD_OUT = Permission("menu.sell_out")
EDIT_MENU = tuple(
    Permission(f"menu.{verb}_{noun}")
    for noun in ("category", "size", "topping", "pizza", "simpleitem")
    for verb in ("view", "add", "change", "delete")
)
