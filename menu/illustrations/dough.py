"""The base of every pizza: shadow, crust, sauce and a layer of cheese. The light comes from the top left."""

# ruff: noqa: PLR2004 - the numbers in a drawing are coordinates

from collections.abc import Iterator
from math import degrees, sqrt, tau
from random import Random

from menu.illustrations.paths import Point, arc, blob, dots, polar, wavy_loop
from menu.illustrations.svg import Canvas, element, ellipse, path

CENTER: Point = (240, 236)
CRUST_RADIUS = 214.0
"""Radii in units. The sauce ends inside the rim of the crust, and toppings stay within `TOPPINGS_RADIUS`."""
SAUCE_RADIUS = 184.0
CHEESE_RADIUS = 176.0
TOPPINGS_RADIUS = 167.0


def crust(canvas: Canvas) -> str:
    rng = canvas.rng("crust")
    edge = canvas.define("path", d=wavy_loop(rng, CRUST_RADIUS, at=CENTER, wave_height=0.014, jitter=0.008, points=36))
    bake_offset = rng.uniform(-0.012, 0.012)  # some crusts are a little paler
    crust_gradient = _gradient_from_center(
        canvas,
        (0.77, "#8f4312"), (0.81, "#cb7f2a"), (0.86, "#efb45c"), (0.9, "#f9d389"),
        (0.94 + bake_offset, "#e7a24a"), (0.97 + bake_offset, "#c4752b"), (1, "#7d3d12"),
        r=CRUST_RADIUS + 2,
    )  # fmt: skip
    light = canvas.linear_gradient(
        (0, "#fff2c8", 0.45), (0.4, "#fff2c8", 0), (0.6, "#5a260a", 0), (1, "#5a260a", 0.5), diagonal=True
    )
    return (
        _shadow(canvas)
        + canvas.use(edge, fill=crust_gradient, stroke="#6f3610", stroke_width=1.5)
        + _creases(rng)
        + canvas.use(edge, fill=light)
        + _bubbles(canvas, rng)
        + _blisters(canvas, rng)
        + _dots(scattered_points(rng, 16, CRUST_RADIUS * 0.87, CRUST_RADIUS * 0.97), "#fff6e0", 2.2, 0.5)
    )


def _gradient_from_center(canvas: Canvas, *stops: tuple[float, str], r: float) -> str:
    return canvas.radial_in_units(*stops, r=r, cx=CENTER[0], cy=CENTER[1])


def _shadow(canvas: Canvas) -> str:
    shade = canvas.radial_gradient((0.82, "#1c0a02", 0.5), (0.93, "#1c0a02", 0.2), (1, "#1c0a02", 0))
    return ellipse(243, 249, 228, 226, fill=shade)


def scattered_points(rng: Random, count: int, nearest: float, farthest: float) -> Iterator[Point]:
    """Yield points between two distances from the pizza's middle, with the same density everywhere."""
    for _ in range(count):
        yield polar(rng.uniform(0, tau), sqrt(rng.uniform(nearest**2, farthest**2)), CENTER)


def _dots(points: Iterator[Point], colour: str, size: float, opacity: float) -> str:
    return path(dots(points), stroke=colour, stroke_width=size, stroke_opacity=opacity)


def _creases(rng: Random) -> str:
    """Draw the creases that a thumb left along the rim."""
    creases = "".join(
        arc(CRUST_RADIUS * rng.uniform(0.88, 0.965), rng.uniform(0, tau), rng.uniform(0.12, 0.4), at=CENTER)
        for _ in range(12)
    )
    return path(creases, fill="none", stroke="#a65f22", stroke_width=2.2, stroke_opacity=0.28)


def _ellipse_on_rim(rng: Random, angle: float, outwards: float, wide: float, high: float) -> str:
    x, y = polar(angle, CRUST_RADIUS * outwards, CENTER)
    return ellipse(x, y, wide, high, transform=f"rotate({degrees(angle) + 90:.0f} {x:.0f} {y:.0f})")


def _bubbles(canvas: Canvas, rng: Random) -> str:
    bubble_gradient = canvas.radial_gradient(
        (0, "#ffedbb", 0.9), (0.5, "#fbd084", 0.55), (0.82, "#c97f30", 0.25), (1, "#a9601f", 0), cy=0.4
    )
    count = rng.randint(9, 12)
    bubbles = (
        _ellipse_on_rim(
            rng,
            tau * (step + rng.uniform(-0.4, 0.4)) / count,
            rng.uniform(0.89, 0.92),
            rng.uniform(14, 38),
            rng.uniform(8, 13),
        )
        for step in range(count)
    )
    return element("g", *bubbles, fill=bubble_gradient)


def _blisters(canvas: Canvas, rng: Random) -> str:
    """Draw the spots of the oven: charred in the middle, toasted around, in clusters where the flame was."""
    char = canvas.radial_gradient(
        (0, "#341304", 0.9), (0.4, "#5c280b", 0.75), (0.75, "#9c5319", 0.4), (1, "#b8691f", 0)
    )
    flames = [rng.uniform(0, tau) for _ in range(4)]
    spots = []
    for _ in range(19):
        angle = rng.gauss(rng.choice(flames), 0.3) if rng.random() < 0.6 else rng.uniform(0, tau)
        size = rng.triangular(3, 13, 4.5)
        outwards = rng.triangular(0.87, 0.985, 0.94)
        spots.append(_ellipse_on_rim(rng, angle, outwards, size * rng.uniform(1.1, 1.9), size * 0.8))
    return element("g", *spots, fill=char) + _dots(
        scattered_points(rng, 15, CRUST_RADIUS * 0.88, CRUST_RADIUS * 0.98), "#3a1506", 2, 0.55
    )


def sauce(canvas: Canvas, *, uncovered: bool) -> str:
    """
    Draw the sauce.

    :param uncovered: whether all of it is visible, or only its rim
    """
    rng = canvas.rng("sauce")
    edge = wavy_loop(rng, SAUCE_RADIUS - 4, at=CENTER, wave_height=0.012, jitter=0.012, points=36)
    red = _gradient_from_center(
        canvas, (0, "#e04a22"), (0.7, "#d0351a"), (0.93, "#bb2713"), (1, "#85170b"), r=SAUCE_RADIUS + 3
    )
    rim = path(edge, fill=red, stroke="#7a1a0a", stroke_width=2.5, stroke_opacity=0.55)
    seeds = _dots(
        scattered_points(rng, 36 if uncovered else 20, 0 if uncovered else CHEESE_RADIUS * 0.95, SAUCE_RADIUS * 0.96),
        "#ff9a52",
        2.6,
        0.5,
    )
    return rim + (_pulp(canvas, rng) if uncovered else "") + seeds


def _pulp(canvas: Canvas, rng: Random) -> str:
    """Draw crushed tomatoes: light where they stand up, dark in between."""
    dark = path(lumps(rng, 12, SAUCE_RADIUS * 0.95, (5, 13)), fill="#8d160b", fill_opacity=0.35)
    glow = canvas.radial_gradient((0, "#ff8a45", 0.6), (0.6, "#f0602c", 0.35), (1, "#e5481f", 0))
    oil = canvas.radial_gradient((0, "#ffcf6b", 0.55), (0.7, "#ffb648", 0.4), (1, "#ffa63a", 0))
    return (
        dark
        + soft_spots(rng, 26, SAUCE_RADIUS * 0.95, (8, 28), glow)
        + soft_spots(rng, 16, SAUCE_RADIUS * 0.95, (4, 14), oil)
        + _dots(scattered_points(rng, 14, 0, SAUCE_RADIUS * 0.9), "#fff0dc", 2.6, 0.7)
    )


def lumps(rng: Random, count: int, within: float, sizes: tuple[float, float]) -> str:
    """Return many small lumps as one path."""
    drawn = ""
    for at in scattered_points(rng, count, 0, within - sizes[1]):
        size = rng.triangular(*sizes, sizes[0])
        drawn += blob(rng, size, wobble=0.3, points=7, at=at, squash=rng.uniform(0.6, 1))
    return drawn


def soft_spots(rng: Random, count: int, within: float, sizes: tuple[float, float], fill: str) -> str:
    """Draw spots without an edge, the small ones more frequent."""
    spots = []
    for x, y in scattered_points(rng, count, 0, within - sizes[1] * 0.6):
        spots.append(element("circle", cx=round(x), cy=round(y), r=round(rng.triangular(*sizes, sizes[0]))))
    return element("g", *spots, fill=fill)


def cheese(canvas: Canvas) -> str:
    """Draw a golden layer that has run to the sauce's rim, with pools, browned spots and holes that show the sauce."""
    rng = canvas.rng("cheese")
    edge = canvas.define(
        "path", d=wavy_loop(rng, CHEESE_RADIUS - 4, at=CENTER, wave_height=0.022, jitter=0.026, points=32)
    )
    gold = _gradient_from_center(
        canvas, (0, "#ffdc84"), (0.5, "#fccb68"), (0.82, "#f5b54b"), (0.95, "#e99a35"), (1, "#d9822a"), r=CHEESE_RADIUS
    )
    pool = canvas.radial_gradient((0, "#fffbea", 1), (0.55, "#fff2c8", 0.8), (0.8, "#ffe49a", 0.35), (1, "#ffdf8e", 0))
    amber = canvas.radial_gradient((0, "#e07a1c", 0.5), (0.6, "#ea9230", 0.3), (1, "#f0a540", 0))
    toast = canvas.radial_gradient(
        (0, "#7c330a", 0.8), (0.4, "#b05c16", 0.6), (0.75, "#dd9030", 0.3), (1, "#eeb04a", 0)
    )
    return (
        canvas.use(edge, fill="#5d0f06", fill_opacity=0.5, transform="translate(1.5 3.5)")
        + canvas.use(edge, fill=gold, stroke="#ffdc8c", stroke_width=2.5, stroke_opacity=0.45)
        + soft_spots(rng, 12, CHEESE_RADIUS, (16, 44), amber)
        + soft_spots(rng, 16, CHEESE_RADIUS, (12, 34), pool)
        + path(
            lumps(rng, 7, CHEESE_RADIUS * 0.95, (4, 11)),
            fill="#d4481c",
            fill_opacity=0.75,
            stroke="#ef9d3e",
            stroke_width=3,
            stroke_opacity=0.7,
        )
        + soft_spots(rng, 19, CHEESE_RADIUS, (4, 17), toast)
    )


def gloss(canvas: Canvas) -> str:
    """Draw oil that reflects the light, and dried oregano."""
    rng = canvas.rng("gloss")
    sheen = canvas.radial_gradient((0, "#fff", 0.15), (0.6, "#fff", 0.05), (1, "#fff", 0))
    return (
        _dots(scattered_points(rng, 9, 0, TOPPINGS_RADIUS), "#ffc04a", 5, 0.55)
        + _dots(scattered_points(rng, 19, 10, CHEESE_RADIUS * 0.97), "#3f6b22", 3, 0.85)
        + _dots(scattered_points(rng, 19, 10, CHEESE_RADIUS * 0.97), "#6d8433", 2, 0.85)
        + ellipse(190, 165, 120, 100, fill=sheen, transform="rotate(-35 190 165)")
    )
