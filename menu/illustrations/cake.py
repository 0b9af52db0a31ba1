"""The illustration of a square of layered cake, seen from the guest's chair."""

# ruff: noqa: PLR2004 - the numbers in a drawing are coordinates

from random import Random

from menu.illustrations import garnish, tableware
from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import Point, closed, dots, polygon
from menu.illustrations.svg import Canvas, path

_SHARES = tuple(step / 10 for step in range(11))


def slice_of_cake(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw a square of layered cake under cocoa."""
    left, front, right, back, fall = (88.0, 196.0), (288.0, 236.0), (398.0, 172.0), (204.0, 136.0), 138.0
    cream = canvas.linear((0, "#fffaf0"), (0.6, "#fdeed2"), (1, "#f0d6a8"))
    cocoa = canvas.radial((0, lighter(colour, 0.16)), (0.6, colour), (1, darker(colour, 0.5)))

    def band(top: float, bottom: float) -> str:
        """Return the uneven outline of a layer around the corner, between two depths (shares of the height)."""
        upper = [_beside(left, front, right, share, fall * top + rng.uniform(-3, 3)) for share in _SHARES]
        lower = [_beside(left, front, right, share, fall * bottom + rng.uniform(-3, 3)) for share in reversed(_SHARES)]
        return polygon([*upper, *lower])

    warm = mix(colour, "#d08f45", 0.55)
    sponge = canvas.linear((0, lighter(warm, 0.3)), (0.6, warm), (1, darker(warm, 0.15)))
    soaked = "".join(
        path(band(a, b), fill=sponge, stroke=darker(colour, 0.1), stroke_width=1.5)
        for a, b in ((0.22, 0.46), (0.66, 0.92))
    )
    pores = "".join(
        path(
            dots(_beside(left, front, right, rng.random(), fall * rng.uniform(a, b)) for _ in range(26)),
            stroke=darker(colour, 0.3),
            stroke_width=3.5,
            stroke_opacity=0.6,
        )
        for a, b in ((0.27, 0.43), (0.71, 0.89))
    )
    body = polygon(
        [left, front, right, (right[0], right[1] + fall), (front[0], front[1] + fall), (left[0], left[1] + fall)]
    )
    shade = polygon([front, right, (right[0], right[1] + fall), (front[0], front[1] + fall)])
    top = closed(
        [
            left,
            _half(left, front),
            front,
            front,
            _half(front, right),
            right,
            right,
            _half(right, back),
            back,
            back,
            _half(back, left),
            left,
        ]
    )
    dust = [_across(left, front, back, rng.uniform(0.06, 0.94), rng.uniform(0.06, 0.94)) for _ in range(120)]
    return (
        tableware.plate(canvas, (240, 330), 222, squash=0.52)
        + tableware.shadow(canvas, 250, 356, 190, 50)
        + path(body, fill=cream, stroke="#e0c08a", stroke_width=1.5, stroke_linejoin="round")
        + soaked
        + pores
        + path(shade, fill="#5a2a0c", fill_opacity=0.2)
        + path(top, fill=darker(colour, 0.4), transform="translate(0 6)")
        + path(top, fill=cocoa)
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


def _half(one: Point, two: Point) -> Point:
    return (one[0] + two[0]) / 2, (one[1] + two[1]) / 2


def _across(left: Point, front: Point, back: Point, along: float, deep: float) -> Point:
    """Return a point on the top, by shares of its two edges."""
    return (
        left[0] + (front[0] - left[0]) * along + (back[0] - left[0]) * deep,
        left[1] + (front[1] - left[1]) * along + (back[1] - left[1]) * deep,
    )


def _beside(left: Point, front: Point, right: Point, share: float, down: float) -> Point:
    """Return a point on the two sides that face the guest: `share` of the way around the corner, `down` units down."""
    here, there, part = (left, front, share / 0.6) if share < 0.6 else (front, right, (share - 0.6) / 0.4)
    return here[0] + (there[0] - here[0]) * part, here[1] + (there[1] - here[1]) * part + down
