"""Sides, seen from above like the pizzas: one function per dish."""

# ruff: noqa: PLR2004 - the numbers in a drawing are coordinates

from math import atan2, degrees, sqrt, tau
from random import Random

from menu.illustrations import tableware
from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import Point, arc, blob, dots, polar, smooth_loop
from menu.illustrations.placement import Spot, spread
from menu.illustrations.svg import Canvas, element, ellipse, path
from menu.illustrations.toppings import Look, define_piece, draw_pieces

_CENTER: Point = (240, 234)


def _scatter(rng: Random, count: int, within: float, colour: str, size: float, *, at: Point = _CENTER) -> str:
    points = [polar(rng.uniform(0, tau), within * sqrt(rng.random()), at) for _ in range(count)]
    return path(dots(points), stroke=colour, stroke_width=size)


def _heap_points(rng: Random, count: int, within: float) -> list[Point]:
    """Return places from the rim inwards, so that later pieces lie on top in the middle."""
    golden_angle = 2.39996  # radians: successive places never line up
    return [
        polar(step * golden_angle, within * sqrt(1 - step / count) + rng.uniform(-7, 7), _CENTER)
        for step in range(count)
    ]


def bread(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw slices of garlic bread with melting butter."""
    crust = canvas.radial_gradient(
        (0, lighter(colour, 0.2)), (0.78, colour), (0.9, darker(colour, 0.3)), (1, darker(colour, 0.62))
    )
    crumb = canvas.radial_gradient((0, "#fff0b5"), (0.5, "#ffe08a"), (0.85, lighter(colour, 0.25)), (1, colour))
    toast = canvas.radial_gradient((0, "#8f4a10", 0.7), (0.5, "#b8691f", 0.45), (1, "#d18a35", 0))
    butter = canvas.radial_gradient((0, "#fffbe0", 0.95), (0.7, "#fff0a8", 0.6), (1, "#ffe37a", 0))
    slices = ""
    for x, y, turn in ((150, 132, -34), (332, 148, -30), (156, 308, -38), (330, 322, -32), (240, 226, -36)):
        at = (0.0, 0.0)
        outline = blob(rng, 104, wobble=0.035, points=14, at=at, squash=0.6)
        inside = blob(rng, 92, wobble=0.05, points=14, at=at, squash=0.56)
        spots = "".join(
            ellipse(rng.uniform(-64, 64), rng.uniform(-28, 28), rng.uniform(8, 24), rng.uniform(6, 13), fill=paint)
            for paint in (toast, toast, toast, toast, butter, butter, butter)
        )
        slices += path(
            outline, fill="#2b0c03", fill_opacity=0.35, transform=f"translate({x + 6} {y + 13})rotate({turn})"
        )
        slices += path(outline, fill=darker(colour, 0.55), transform=f"translate({x + 2} {y + 7})rotate({turn})")
        slices += element(
            "g",
            path(outline, fill=crust), path(inside, fill=crumb), spots,
            _scatter(rng, 20, 54, darker(colour, 0.25), 3, at=at),
            _scatter(rng, 9, 44, "#3f7a24", 7, at=(-26, 0)), _scatter(rng, 9, 44, "#3f7a24", 6, at=(30, 0)),
            _scatter(rng, 14, 46, "#6ba23a", 4.5, at=(rng.uniform(-24, 24), 0)),
            _scatter(rng, 8, 44, "#fffdf0", 7, at=at),
            ellipse(-34, -24, 28, 6, fill="#fff", fill_opacity=0.6),
            transform=f"translate({x} {y})rotate({turn})",
        )  # fmt: skip
    return tableware.plate(canvas, _CENTER, 222) + slices


def wings(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw glazed wings around a dip."""
    glaze = canvas.radial_gradient(
        (0, lighter(colour, 0.5)),
        (0.35, mix(colour, "#f08a2c", 0.35)),
        (0.75, colour),
        (1, darker(colour, 0.6)),
        cx=0.36,
        cy=0.4,
        r=0.68,
    )
    char = canvas.radial_gradient((0, "#3a1204", 0.75), (0.5, "#6a270a", 0.45), (1, "#8f3a10", 0))
    bone = canvas.linear_gradient((0, "#fff8e6"), (1, "#dcbf8c"), vertical=True)
    drawn = ""
    for step in range(8):
        angle = tau * (step + rng.uniform(-0.12, 0.12)) / 8
        x, y = polar(angle, 128 + rng.uniform(-6, 6), _CENTER)
        turn, size = degrees(angle) + rng.uniform(-14, 14), rng.uniform(0.94, 1.08)
        half_height = rng.uniform(38, 46)
        upper_edge = [(-58, -6), (-48, -34), (-16, -half_height), (16, -26), (42, -14), (54, -9)]
        meat = smooth_loop([*upper_edge, (54, 9), (42, 14), (14, 28), (-18, half_height - 2), (-50, 30)])
        knuckle = path(
            "M44 -8L66 -8Q72 -17 80 -10Q88 -2 80 2Q88 8 79 13Q71 16 66 8L44 8Z",
            fill=bone,
            stroke="#b08a50",
            stroke_width=1.5,
        )
        spots = "".join(
            ellipse(rng.uniform(-42, 22), rng.uniform(-22, 22), rng.uniform(6, 15), rng.uniform(5, 9), fill=char)
            for _ in range(4)
        )
        place = f"rotate({turn:.0f})scale({size:.2f})"
        drawn += path(meat, fill="#2b0c03", fill_opacity=0.4, transform=f"translate({x + 5:.0f} {y + 11:.0f}){place}")
        drawn += element(
            "g", knuckle, path(meat, fill=glaze, stroke=darker(colour, 0.65), stroke_width=1.5), spots,
            _scatter(rng, 7, 30, "#ffeec2", 4, at=(-14, 0)),
            path(arc(30, 3.5, 1.3, at=(-18, 0)), fill="none", stroke="#fff3d6", stroke_width=5, stroke_opacity=0.75),
            ellipse(14, -10, 9, 3.5, fill="#fff", fill_opacity=0.5),
            transform=f"translate({x:.0f} {y:.0f}){place}",
        )  # fmt: skip
    dip = canvas.radial_gradient((0, "#fffef6"), (0.7, "#fbf2dc"), (1, "#dccba6"))
    dip_bowl = (
        tableware.bowl(canvas, _CENTER, 58, "#e9dcc8")
        + ellipse(*_CENTER, 48, 48, fill=dip)
        + path(arc(28, 2, 3.4, at=_CENTER), fill="none", stroke="#d9c79f", stroke_width=4, stroke_opacity=0.7)
        + _scatter(rng, 16, 38, "#5f9a34", 4)
    )
    return tableware.plate(canvas, _CENTER, 222) + drawn + dip_bowl + _scatter(rng, 26, 190, "#4d8a2a", 4.5)


def bowl(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw a bowl of whole olives in oil and herbs."""
    flesh = canvas.radial_gradient(
        (0, lighter(colour, 0.6)),
        (0.4, lighter(colour, 0.12)),
        (0.75, colour),
        (1, darker(colour, 0.55)),
        cx=0.34,
        cy=0.3,
        r=0.74,
    )
    oil = canvas.radial_gradient((0, "#d9a72c"), (0.8, "#a3741a"), (1, "#4a2c0a"))
    drawn = ""
    for x, y in _heap_points(rng, 50, 160):
        turn = rng.randint(-60, 60)
        wide, high = rng.uniform(34, 39), rng.uniform(27, 31)
        place = f"translate({x:.0f} {y:.0f})"
        pit = (
            ellipse(wide * 0.72, 0, 6, 9, fill="#3a2a0c") + ellipse(wide * 0.76, 0, 4.5, 7, fill="#d6402a")
            if rng.random() < 0.45
            else ""
        )
        drawn += element(
            "g", ellipse(3, 7, wide, high, fill="#241203", fill_opacity=0.5),
            element("g", ellipse(0, 0, wide, high, fill=flesh), pit, transform=f"rotate({turn})"),
            ellipse(-9, -10, 9, 4.5, fill="#fff", fill_opacity=0.7, transform="rotate(-35 -9 -10)"),
            transform=place,
        )  # fmt: skip
    leaves = draw_pieces(
        (define_piece(canvas, Look("leaf", "#5d8f35"), rng, scale=1.1, rotation=turn), at)
        for turn, at in ((40, (176, 150)), (-70, (318, 292)))
    )
    return (
        tableware.bowl(canvas, _CENTER, 216, "#c9683a")
        + ellipse(*_CENTER, 186, 186, fill=oil)
        + drawn
        + leaves
        + _scatter(rng, 40, 170, "#5f8a2c", 4)
        + _scatter(rng, 16, 170, "#d94a2a", 4)
    )


def salad(rng: Random, canvas: Canvas, colour: str) -> str:
    """Draw a bowl of leaves with tomatoes, cucumber and rings of red onion."""
    greens = [colour, lighter(colour, 0.3), mix(colour, "#1f5a1c", 0.45), mix(colour, "#b9d25a", 0.5)]
    leaves = []
    for step, (x, y) in enumerate(_heap_points(rng, 52, 140)):
        outwards = round((degrees(atan2(y - _CENTER[1], x - _CENTER[0])) + rng.uniform(-40, 40)) / 20) * 20 + 90
        shared_rng = canvas.rng(f"leaf {step % 6}")  # the same few leaves, turned, to keep the file small
        leaves.append(
            (
                define_piece(
                    canvas,
                    Look("leaf", greens[step % 3]),
                    shared_rng,
                    scale=2.1 if step < 30 else 1.8,
                    rotation=outwards,
                ),
                (x, y),
            )
        )
    shade = canvas.radial_gradient((0, darker(colour, 0.5)), (0.85, mix(colour, "#0f2a08", 0.75)), (1, "#0f1d06"))
    tomato = canvas.radial_gradient((0, "#ff9a6b"), (0.55, "#ee4b2b"), (1, "#a81c12"), cx=0.38, cy=0.34, r=0.7)
    cucumber = canvas.radial_gradient(
        (0, "#f6fbd6"), (0.7, "#dcefa6"), (0.86, "#b5d873"), (0.88, "#3f7f2a"), (1, "#2c611f")
    )
    vegetables = ""
    for spot in spread(rng, [Spot(step % 2, 0, 32, 34) for step in range(11)], within=150):
        x, y = _CENTER[0] + spot.x, _CENTER[1] + spot.y
        vegetables += ellipse(x + 4, y + 8, 30, 29, fill="#0f1d06", fill_opacity=0.45)
        if spot.kind:
            vegetables += ellipse(x, y, 28, 27, fill=tomato) + ellipse(
                x - 8, y - 10, 9, 5, fill="#fff", fill_opacity=0.75
            )
        else:
            seeds = path(dots(polar(tau * step / 7, 11, (x, y)) for step in range(7)), stroke="#fbffe6", stroke_width=5)
            vegetables += (
                ellipse(x, y, 31, 30, fill=cucumber)
                + seeds
                + ellipse(x - 9, y - 12, 10, 4, fill="#fff", fill_opacity=0.6)
            )
    rings = draw_pieces(
        (
            define_piece(canvas, Look("half_ring", "#93305f"), rng, scale=1.7, rotation=rng.randint(-180, 180)),
            polar(angle, 92, _CENTER),
        )
        for angle in (0.6, 1.9, 3.1, 4.4, 5.5)
    )
    return (
        tableware.bowl(canvas, _CENTER, 216, "#e0c49a")
        + ellipse(*_CENTER, 186, 186, fill=shade)
        + draw_pieces(leaves)
        + vegetables
        + rings
        + _scatter(rng, 18, 150, "#fff6d8", 5)
    )
