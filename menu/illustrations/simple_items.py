"""The illustrations of simple items: drinks, sides and desserts."""

from collections.abc import Callable
from random import Random

from menu.illustrations import cake, desserts, drinks, sides
from menu.illustrations.colors import normalized_colour
from menu.illustrations.svg import CANVAS_SIZE, Canvas

type Motif = Callable[[Random, Canvas, str], str]

_MOTIFS: dict[str, Motif] = {
    "bottle": drinks.bottle,
    "glass": drinks.glass,
    "can": drinks.can,
    "wine_glass": drinks.wine_glass,
    "beer_glass": drinks.beer_glass,
    "bread": sides.bread,
    "salad": sides.salad,
    "bowl": sides.bowl,
    "wings": sides.wings,
    "slice_of_cake": cake.slice_of_cake,
    "pudding": desserts.pudding,
    "cup": desserts.cup,
}

MOTIFS = tuple(_MOTIFS)
"""The motifs that can be drawn."""


def draw_simple_item(*, name: str, motif: str, colour: str, size: int = CANVAS_SIZE) -> str:
    """
    Draw a drink, a side or a dessert as a standalone SVG document, the same every time.

    :param name: the illustration's title, and the seed that makes it differ from others of the same motif
    :param motif: one of `MOTIFS`
    :param colour: "#rrggbb" of its main part: the drink, the can, the glaze, the fruit sauce
    :param size: units from edge to edge of the view box
    :raises ValueError: naming an unknown motif or a malformed colour
    """
    if motif not in _MOTIFS:
        raise ValueError(f"unknown motif: {motif!r}")
    colour = normalized_colour(colour)

    canvas = Canvas(name, motif, colour)
    return canvas.document(_MOTIFS[motif](canvas.rng(motif), canvas, colour), size=size)
