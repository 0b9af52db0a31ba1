"""Pictures of the menu, drawn as SVG by code: pizzas from their toppings, and what goes with them."""

from menu.pictures.extras import MOTIFS, draw_extra
from menu.pictures.pizza import draw_pizza
from menu.pictures.toppings import SHAPES, Look

EDITION = 1  # raised when the same looks are drawn otherwise: kept pictures are old then

__all__ = ["EDITION", "MOTIFS", "SHAPES", "Look", "draw_extra", "draw_pizza"]
