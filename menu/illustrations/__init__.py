"""Illustrations of the menu, drawn as SVG by code: pizzas from their toppings, and simple items."""

from menu.illustrations.pizza import draw_pizza
from menu.illustrations.simple_items import MOTIFS, draw_simple_item
from menu.illustrations.toppings import SHAPES, Look

EDITION = 2  # incremented when the same looks are drawn differently: cached illustrations are invalid then

__all__ = ["EDITION", "MOTIFS", "SHAPES", "Look", "draw_pizza", "draw_simple_item"]
