"""The mozzarella of a pizza without toppings; `toppings.draw_basil` draws the few leaves of basil."""

# ruff: noqa: PLR2004 - the numbers in a drawing are coordinates

from math import tau

from menu.illustrations.dough import CENTER, TOPPINGS_RADIUS
from menu.illustrations.paths import arc, blob, polar
from menu.illustrations.placement import Spot, spread
from menu.illustrations.svg import Canvas, ellipse, path


def mozzarella(canvas: Canvas) -> str:
    """Draw torn pieces melted into pools: white in the middle, creamy at the edge, browned where they bubbled."""
    rng = canvas.rng("mozzarella")
    sizes = [rng.uniform(33, 47) for _ in range(8)] + [rng.uniform(13, 22) for _ in range(8)]
    milk = canvas.radial_gradient(
        (0, "#fffdf2"), (0.55, "#fff6dc"), (0.74, "#ffebbd"), (0.88, "#fbcf88"), (1, "#f2a250"), r=0.54
    )
    toast = canvas.radial_gradient((0, "#95440c", 0.75), (0.45, "#c9741f", 0.5), (1, "#f0b45a", 0))
    drawn = ""
    for spot in spread(rng, [Spot(0, 0, size, size * 1.15) for size in sizes], within=TOPPINGS_RADIUS + 4):
        at = (CENTER[0] + spot.x, CENTER[1] + spot.y)
        pool = canvas.define("path", d=blob(rng, spot.room, wobble=0.26, points=10, at=at, squash=rng.uniform(0.85, 1)))
        drawn += canvas.use(
            pool,
            fill="#7a1408",
            stroke="#7a1408",
            stroke_width=5,
            stroke_opacity=0.4,
            fill_opacity=0.4,
            transform="translate(1.5 3)",
        )
        drawn += canvas.use(pool, fill=milk, stroke="#f59a4a", stroke_width=6, stroke_opacity=0.45)
        for _ in range(4 if spot.room > 24 else 1):
            x, y = polar(rng.uniform(0, tau), spot.room * rng.uniform(0.1, 0.65), at)
            size = spot.room * rng.uniform(0.1, 0.28)
            drawn += ellipse(x, y, size, size * rng.uniform(0.6, 1), fill=toast)
        glint = arc(spot.room * 0.6, 3.5, 0.9, at=at)
        drawn += path(glint, fill="none", stroke="#fff", stroke_width=spot.room * 0.1)
    return drawn
