"""Garnishes for the rim and the top: lemon, mint, berries."""

from math import tau
from random import Random

from menu.illustrations.colors import darker, lighter
from menu.illustrations.paths import Point, polar, polygon
from menu.illustrations.svg import Canvas, ellipse, path
from menu.illustrations.toppings import Look, define_piece, draw_pieces


def lemon(canvas: Canvas, at: Point, radius: float) -> str:
    """Draw a slice across the fruit: rind, pith and eight segments."""
    x, y = at
    flesh = canvas.radial_gradient((0, "#fff6b8"), (0.6, "#fbe15a"), (1, "#f3c92e"))
    segments = "".join(
        polygon(
            [
                polar(a, radius * 0.14, at),
                polar(a - 0.3, radius * 0.74, at),
                polar(a, radius * 0.8, at),
                polar(a + 0.3, radius * 0.74, at),
            ]
        )
        for a in (tau * step / 8 for step in range(8))
    )
    return (
        ellipse(x + 2, y + 4, radius, radius, fill="#2b0c03", fill_opacity=0.2)
        + ellipse(x, y, radius, radius, fill="#f2c01e", stroke="#d99a10", stroke_width=1.5)
        + ellipse(x, y, radius * 0.88, radius * 0.88, fill="#fffbe0")
        + path(segments, fill=flesh, stroke="#f3d248", stroke_width=2, stroke_linejoin="round")
        + ellipse(x - radius * 0.3, y - radius * 0.4, radius * 0.3, radius * 0.14, fill="#fff", fill_opacity=0.6)
    )


def mint(rng: Random, canvas: Canvas, at: Point) -> str:
    x, y = at
    leaf = Look("leaf", "#4fa637")
    return draw_pieces([
        (define_piece(canvas, leaf, rng, scale=1.0, rotation=-58), (x - 18, y + 2)),
        (define_piece(canvas, leaf, rng, scale=0.85, rotation=50), (x + 16, y)),
    ])  # fmt: skip


def berry(rng: Random, canvas: Canvas, at: Point, size: float, colour: str) -> str:
    skin = canvas.radial_gradient(
        (0, lighter(colour, 0.55)), (0.45, colour), (1, darker(colour, 0.6)), cx=0.35, cy=0.3, r=0.75
    )
    x, y = at
    return (
        ellipse(x + 2, y + size * 0.4, size, size * 0.8, fill="#2b0c03", fill_opacity=0.3)
        + ellipse(x, y, size, size * 0.95, fill=skin)
        + ellipse(x - size * 0.35, y - size * 0.4, size * 0.3, size * 0.18, fill="#fff", fill_opacity=0.8)
    )
