"""
The menu in the admin: rows are edited and the changes recorded; marking an item sold out or available, and restoring it
call the commands.

Items are never deleted: the button to delete archives.
"""

from menu.admin.categories import CategoryAdmin, SizeAdmin
from menu.admin.dishes import PizzaAdmin, SimpleItemAdmin
from menu.admin.toppings import ToppingAdmin

__all__ = ["CategoryAdmin", "PizzaAdmin", "SimpleItemAdmin", "SizeAdmin", "ToppingAdmin"]
