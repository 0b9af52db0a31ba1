"""The illustrations of simple items: drinks, sides and desserts."""

from collections.abc import Callable
from random import Random

from menu.illustrations import cake, desserts, drinks, sides
from menu.illustrations.colors import checked
from menu.illustrations.svg import SIDE, Canvas

type Motif = Callable[[Random, Canvas, str], str]

_MOTIFS: dict[str, tuple[str, Motif]] = {
    "bottle": ("Bottle (water)", drinks.bottle),
    "glass": ("Glass with ice (lemonade, iced tea)", drinks.glass),
    "can": ("Can (cola)", drinks.can),
    "wine_glass": ("Glass of wine", drinks.wine_glass),
    "beer_glass": ("Glass of beer", drinks.beer_glass),
    "bread": ("Garlic bread", sides.bread),
    "salad": ("Salad", sides.salad),
    "bowl": ("Bowl (olives)", sides.bowl),
    "wings": ("Chicken wings", sides.wings),
    "slice_of_cake": ("Slice of cake (tiramisu)", cake.slice_of_cake),
    "pudding": ("Pudding with sauce (panna cotta)", desserts.pudding),
    "cup": ("Cup of ice cream", desserts.cup),
}

MOTIFS: tuple[tuple[str, str], ...] = tuple((motif, label) for motif, (label, _) in _MOTIFS.items())


def draw_simple_item(*, name: str, motif: str, colour: str, size: int = SIDE) -> str:
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
    colour = checked(colour)

    canvas = Canvas(name, motif, colour)
    _, draw = _MOTIFS[motif]
    return canvas.document(draw(canvas.rng(motif), canvas, colour), size=size)
