"""The base of every pizza: shadow, crust, sauce and a layer of cheese. The light comes from the top left."""

# ruff: noqa: PLR2004 - the numbers in a drawing are coordinates

from collections.abc import Iterator
from math import degrees, sqrt, tau
from random import Random

from menu.illustrations.paths import Point, arc, blob, dots, polar, rolling
from menu.illustrations.svg import Canvas, element, ellipse, path

MIDDLE: Point = (240, 236)
CRUST = 214.0
"""Units from the middle to the outer edge; the sauce ends inside the roll of crust, toppings stay within `TOPPED`."""
SAUCE = 184.0
CHEESE = 176.0
TOPPED = 167.0


def crust(canvas: Canvas) -> str:
    rng = canvas.rng("crust")
    edge = canvas.define("path", d=rolling(rng, CRUST, at=MIDDLE, swell=0.014, tremble=0.008, points=36))
    bake = rng.uniform(-0.012, 0.012)  # some crusts are a little paler
    roll = _plate(
        canvas,
        (0.77, "#8f4312"), (0.81, "#cb7f2a"), (0.86, "#efb45c"), (0.9, "#f9d389"),
        (0.94 + bake, "#e7a24a"), (0.97 + bake, "#c4752b"), (1, "#7d3d12"),
        r=CRUST + 2,
    )  # fmt: skip
    light = canvas.linear(
        (0, "#fff2c8", 0.45), (0.4, "#fff2c8", 0), (0.6, "#5a260a", 0), (1, "#5a260a", 0.5), slant=True
    )
    return (
        _ground(canvas)
        + canvas.use(edge, fill=roll, stroke="#6f3610", stroke_width=1.5)
        + _creases(rng)
        + canvas.use(edge, fill=light)
        + _bubbles(canvas, rng)
        + _blisters(canvas, rng)
        + _dots(strewn(rng, 16, CRUST * 0.87, CRUST * 0.97), "#fff6e0", 2.2, 0.5)
    )


def _plate(canvas: Canvas, *stops: tuple[float, str], r: float) -> str:
    return canvas.plate(*stops, r=r, cx=MIDDLE[0], cy=MIDDLE[1])


def _ground(canvas: Canvas) -> str:
    shade = canvas.radial((0.82, "#1c0a02", 0.5), (0.93, "#1c0a02", 0.2), (1, "#1c0a02", 0))
    return ellipse(243, 249, 228, 226, fill=shade)


def strewn(rng: Random, count: int, nearest: float, farthest: float) -> Iterator[Point]:
    """Yield points between two distances from the pizza's middle, with the same density everywhere."""
    for _ in range(count):
        yield polar(rng.uniform(0, tau), sqrt(rng.uniform(nearest**2, farthest**2)), MIDDLE)


def _dots(points: Iterator[Point], colour: str, size: float, opacity: float) -> str:
    return path(dots(points), stroke=colour, stroke_width=size, stroke_opacity=opacity)


def _creases(rng: Random) -> str:
    """Draw the creases that a thumb left along the roll."""
    creases = "".join(
        arc(CRUST * rng.uniform(0.88, 0.965), rng.uniform(0, tau), rng.uniform(0.12, 0.4), at=MIDDLE) for _ in range(12)
    )
    return path(creases, fill="none", stroke="#a65f22", stroke_width=2.2, stroke_opacity=0.28)


def _along_the_roll(rng: Random, angle: float, outwards: float, wide: float, high: float) -> str:
    x, y = polar(angle, CRUST * outwards, MIDDLE)
    return ellipse(x, y, wide, high, transform=f"rotate({degrees(angle) + 90:.0f} {x:.0f} {y:.0f})")


def _bubbles(canvas: Canvas, rng: Random) -> str:
    puff = canvas.radial(
        (0, "#ffedbb", 0.9), (0.5, "#fbd084", 0.55), (0.82, "#c97f30", 0.25), (1, "#a9601f", 0), cy=0.4
    )
    count = rng.randint(9, 12)
    bubbles = (
        _along_the_roll(
            rng,
            tau * (step + rng.uniform(-0.4, 0.4)) / count,
            rng.uniform(0.89, 0.92),
            rng.uniform(14, 38),
            rng.uniform(8, 13),
        )
        for step in range(count)
    )
    return element("g", *bubbles, fill=puff)


def _blisters(canvas: Canvas, rng: Random) -> str:
    """Draw the spots of the oven: charred in the middle, toasted around, in clusters where the flame was."""
    char = canvas.radial((0, "#341304", 0.9), (0.4, "#5c280b", 0.75), (0.75, "#9c5319", 0.4), (1, "#b8691f", 0))
    flames = [rng.uniform(0, tau) for _ in range(4)]
    spots = []
    for _ in range(19):
        angle = rng.gauss(rng.choice(flames), 0.3) if rng.random() < 0.6 else rng.uniform(0, tau)
        size = rng.triangular(3, 13, 4.5)
        outwards = rng.triangular(0.87, 0.985, 0.94)
        spots.append(_along_the_roll(rng, angle, outwards, size * rng.uniform(1.1, 1.9), size * 0.8))
    return element("g", *spots, fill=char) + _dots(strewn(rng, 15, CRUST * 0.88, CRUST * 0.98), "#3a1506", 2, 0.55)


def sauce(canvas: Canvas, *, bare: bool) -> str:
    """
    Draw the sauce.

    :param bare: whether all of it is visible, or only its rim
    """
    rng = canvas.rng("sauce")
    edge = rolling(rng, SAUCE - 4, at=MIDDLE, swell=0.012, tremble=0.012, points=36)
    red = _plate(canvas, (0, "#e04a22"), (0.7, "#d0351a"), (0.93, "#bb2713"), (1, "#85170b"), r=SAUCE + 3)
    rim = path(edge, fill=red, stroke="#7a1a0a", stroke_width=2.5, stroke_opacity=0.55)
    seeds = _dots(strewn(rng, 36 if bare else 20, 0 if bare else CHEESE * 0.95, SAUCE * 0.96), "#ff9a52", 2.6, 0.5)
    return rim + (_pulp(canvas, rng) if bare else "") + seeds


def _pulp(canvas: Canvas, rng: Random) -> str:
    """Draw crushed tomatoes: light where they stand up, dark in between."""
    dark = path(lumps(rng, 12, SAUCE * 0.95, (5, 13)), fill="#8d160b", fill_opacity=0.35)
    glow = canvas.radial((0, "#ff8a45", 0.6), (0.6, "#f0602c", 0.35), (1, "#e5481f", 0))
    oil = canvas.radial((0, "#ffcf6b", 0.55), (0.7, "#ffb648", 0.4), (1, "#ffa63a", 0))
    return (
        dark
        + soft_spots(rng, 26, SAUCE * 0.95, (8, 28), glow)
        + soft_spots(rng, 16, SAUCE * 0.95, (4, 14), oil)
        + _dots(strewn(rng, 14, 0, SAUCE * 0.9), "#fff0dc", 2.6, 0.7)
    )


def lumps(rng: Random, count: int, within: float, sizes: tuple[float, float]) -> str:
    """Return many small lumps as one path."""
    drawn = ""
    for at in strewn(rng, count, 0, within - sizes[1]):
        size = rng.triangular(*sizes, sizes[0])
        drawn += blob(rng, size, wobble=0.3, points=7, at=at, squash=rng.uniform(0.6, 1))
    return drawn


def soft_spots(rng: Random, count: int, within: float, sizes: tuple[float, float], fill: str) -> str:
    """Draw spots without an edge, the small ones more frequent."""
    spots = []
    for x, y in strewn(rng, count, 0, within - sizes[1] * 0.6):
        spots.append(element("circle", cx=round(x), cy=round(y), r=round(rng.triangular(*sizes, sizes[0]))))
    return element("g", *spots, fill=fill)


def cheese(canvas: Canvas) -> str:
    """Draw a golden layer that has run to the sauce's rim, with pools, browned spots and holes that show the sauce."""
    rng = canvas.rng("cheese")
    edge = canvas.define("path", d=rolling(rng, CHEESE - 4, at=MIDDLE, swell=0.022, tremble=0.026, points=32))
    gold = _plate(
        canvas, (0, "#ffdc84"), (0.5, "#fccb68"), (0.82, "#f5b54b"), (0.95, "#e99a35"), (1, "#d9822a"), r=CHEESE
    )
    pool = canvas.radial((0, "#fffbea", 1), (0.55, "#fff2c8", 0.8), (0.8, "#ffe49a", 0.35), (1, "#ffdf8e", 0))
    amber = canvas.radial((0, "#e07a1c", 0.5), (0.6, "#ea9230", 0.3), (1, "#f0a540", 0))
    toast = canvas.radial((0, "#7c330a", 0.8), (0.4, "#b05c16", 0.6), (0.75, "#dd9030", 0.3), (1, "#eeb04a", 0))
    return (
        canvas.use(edge, fill="#5d0f06", fill_opacity=0.5, transform="translate(1.5 3.5)")
        + canvas.use(edge, fill=gold, stroke="#ffdc8c", stroke_width=2.5, stroke_opacity=0.45)
        + soft_spots(rng, 12, CHEESE, (16, 44), amber)
        + soft_spots(rng, 16, CHEESE, (12, 34), pool)
        + path(
            lumps(rng, 7, CHEESE * 0.95, (4, 11)),
            fill="#d4481c",
            fill_opacity=0.75,
            stroke="#ef9d3e",
            stroke_width=3,
            stroke_opacity=0.7,
        )
        + soft_spots(rng, 19, CHEESE, (4, 17), toast)
    )


def gloss(canvas: Canvas) -> str:
    """Draw oil that reflects the light, and dried oregano."""
    rng = canvas.rng("gloss")
    sheen = canvas.radial((0, "#fff", 0.15), (0.6, "#fff", 0.05), (1, "#fff", 0))
    return (
        _dots(strewn(rng, 9, 0, TOPPED), "#ffc04a", 5, 0.55)
        + _dots(strewn(rng, 19, 10, CHEESE * 0.97), "#3f6b22", 3, 0.85)
        + _dots(strewn(rng, 19, 10, CHEESE * 0.97), "#6d8433", 2, 0.85)
        + ellipse(190, 165, 120, 100, fill=sheen, transform="rotate(-35 190 165)")
    )
