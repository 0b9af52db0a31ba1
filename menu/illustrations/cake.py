"""The illustration of a square of layered cake, seen from the guest's chair."""

# ruff: noqa: PLR2004 - the numbers in a drawing are coordinates

from random import Random

from menu.illustrations import garnish, tableware
from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import Point, dots, polygon, smooth_loop
from menu.illustrations.svg import Canvas, path

_STEPS = tuple(step / 10 for step in range(11))


def slice_of_cake(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw a square of layered cake under cocoa."""
    left, front, right, back, height = (88.0, 196.0), (288.0, 236.0), (398.0, 172.0), (204.0, 136.0), 138.0
    cream = canvas.linear_gradient((0, "#fffaf0"), (0.6, "#fdeed2"), (1, "#f0d6a8"))
    cocoa = canvas.radial_gradient((0, lighter(colour, 0.16)), (0.6, colour), (1, darker(colour, 0.5)))

    def band(top: float, bottom: float) -> str:
        """Return the uneven outline of a layer around the corner, between two depths (shares of the height)."""
        upper = [_point_on_sides(left, front, right, share, height * top + rng.uniform(-3, 3)) for share in _STEPS]
        lower = [
            _point_on_sides(left, front, right, share, height * bottom + rng.uniform(-3, 3))
            for share in reversed(_STEPS)
        ]
        return polygon([*upper, *lower])

    sponge_colour = mix(colour, "#d08f45", 0.55)
    sponge = canvas.linear_gradient(
        (0, lighter(sponge_colour, 0.3)), (0.6, sponge_colour), (1, darker(sponge_colour, 0.15))
    )
    sponge_layers = "".join(
        path(band(a, b), fill=sponge, stroke=darker(colour, 0.1), stroke_width=1.5)
        for a, b in ((0.22, 0.46), (0.66, 0.92))
    )
    pores = "".join(
        path(
            dots(_point_on_sides(left, front, right, rng.random(), height * rng.uniform(a, b)) for _ in range(26)),
            stroke=darker(colour, 0.3),
            stroke_width=3.5,
            stroke_opacity=0.6,
        )
        for a, b in ((0.27, 0.43), (0.71, 0.89))
    )
    sides_outline = polygon(
        [left, front, right, (right[0], right[1] + height), (front[0], front[1] + height), (left[0], left[1] + height)]
    )
    shade = polygon([front, right, (right[0], right[1] + height), (front[0], front[1] + height)])
    top_outline = smooth_loop(
        [
            left,
            _midpoint(left, front),
            front,
            front,
            _midpoint(front, right),
            right,
            right,
            _midpoint(right, back),
            back,
            back,
            _midpoint(back, left),
            left,
        ]
    )
    dust = [_point_on_top(left, front, back, rng.uniform(0.06, 0.94), rng.uniform(0.06, 0.94)) for _ in range(120)]
    return (
        tableware.plate(canvas, (240, 330), 222, squash=0.52)
        + tableware.shadow(canvas, 250, 356, 190, 50)
        + path(sides_outline, fill=cream, stroke="#e0c08a", stroke_width=1.5, stroke_linejoin="round")
        + sponge_layers
        + pores
        + path(shade, fill="#5a2a0c", fill_opacity=0.2)
        + path(top_outline, fill=darker(colour, 0.4), transform="translate(0 6)")
        + path(top_outline, fill=cocoa)
        + path(dots(dust[:60]), stroke=darker(colour, 0.5), stroke_width=4, stroke_opacity=0.55)
        + path(dots(dust[60:]), stroke=lighter(colour, 0.4), stroke_width=3, stroke_opacity=0.6)
        + path("M112 202L284 235", stroke="#fff", stroke_width=3, stroke_opacity=0.25)
        + path(
            dots((rng.uniform(70, 410), rng.uniform(372, 410)) for _ in range(36)),
            stroke=colour,
            stroke_width=3.5,
            stroke_opacity=0.6,
        )
        + garnish.mint(rng, canvas, (250, 166))
        + garnish.berry(rng, canvas, (250, 172), 19, "#c2203a")
    )


def _midpoint(one: Point, two: Point) -> Point:
    return (one[0] + two[0]) / 2, (one[1] + two[1]) / 2


def _point_on_top(left: Point, front: Point, back: Point, along: float, depth: float) -> Point:
    """Return a point on the top, by shares of its two edges."""
    return (
        left[0] + (front[0] - left[0]) * along + (back[0] - left[0]) * depth,
        left[1] + (front[1] - left[1]) * along + (back[1] - left[1]) * depth,
    )


def _point_on_sides(left: Point, front: Point, right: Point, share: float, down: float) -> Point:
    """Return a point on the two sides that face the guest: `share` of the way around the corner, `down` units down."""
    here, there, part = (left, front, share / 0.6) if share < 0.6 else (front, right, (share - 0.6) / 0.4)
    return here[0] + (there[0] - here[0]) * part, here[1] + (there[1] - here[1]) * part + down
