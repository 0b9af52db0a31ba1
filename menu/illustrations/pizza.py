"""The illustration of a whole pizza, seen from above."""

from collections.abc import Sequence

from menu.illustrations import dough
from menu.illustrations.margherita import mozzarella
from menu.illustrations.svg import CANVAS_SIZE, Canvas
from menu.illustrations.toppings import Look, draw_basil, draw_toppings, validate_look


def draw_pizza(*, name: str, toppings: Sequence[Look], size: int = CANVAS_SIZE) -> str:
    """
    Draw a pizza as a standalone SVG document, the same for the same name and toppings every time.

    :param name: the illustration's title, and the seed that makes it differ from every other pizza
    :param toppings: one look each, in the order of the menu; none gives a Margherita
    :param size: units from edge to edge of the view box
    :raises ValueError: naming an unknown shape or a malformed colour
    """
    for look in toppings:
        validate_look(look)

    canvas = Canvas(name, *toppings)
    cheese_layer = dough.cheese(canvas) if toppings else mozzarella(canvas)
    toppings_layer = draw_toppings(canvas, toppings) if toppings else draw_basil(canvas)
    return canvas.document(
        dough.crust(canvas),
        dough.sauce(canvas, uncovered=not toppings),
        cheese_layer,
        toppings_layer,
        dough.gloss(canvas),
        size=size,
    )
