"""The definition of a piece of topping, and the strokes that pieces of several shapes have."""

from collections.abc import Callable
from dataclasses import dataclass
from math import tau
from random import Random

from menu.illustrations.paths import dots, polar
from menu.illustrations.svg import Canvas, ellipse, path


@dataclass(frozen=True, slots=True)
class Piece:
    """
    One piece of topping, seen from above.

    :ivar outline: path data of everything that casts a shadow
    :ivar face: paint of the outline
    :ivar marks: markup on top of the outline, not filled unless it sets a fill; its lines have the outline's cap
    :ivar line: line width of the outline; 0 for an outline that is filled
    :ivar cap: line cap of such an outline
    :ivar side: colour of its side, for pieces that stand up from the cheese
    """

    outline: str
    face: str
    marks: str
    line: float = 0
    cap: str = "round"
    side: str = ""


type DrawPiece = Callable[[Random, Canvas, str], Piece]


def stroke(d: str, colour: str, width: float, opacity: float = 1) -> str:
    if opacity == 1:
        return path(d, stroke=colour, stroke_width=width)
    return path(d, stroke=colour, stroke_width=width, stroke_opacity=opacity)


def flecks(rng: Random, count: int, within: float, size: float, colour: str, *, opacity: float) -> str:
    """Draw dots at random points, `within` units around the middle."""
    points = [polar(rng.uniform(0, tau), within * rng.random() ** 0.5) for _ in range(count)]
    return stroke(dots(points), colour, size, opacity)


def glint(rng: Random, size: float, x: float, y: float, opacity: float) -> str:
    """Draw a reflection of the light: a white ellipse."""
    return ellipse(x, y, size, size * rng.uniform(0.45, 0.65), fill="#fff", fill_opacity=opacity)
