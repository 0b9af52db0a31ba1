"""Vegetable and fruit toppings: one function per shape, drawing one piece around (0, 0) at its usual size in units."""

from math import pi
from random import Random

from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import arc, blob, line, polar, smooth_loop
from menu.illustrations.pieces import Piece, flecks, glint, stroke
from menu.illustrations.svg import Canvas, ellipse, path


def slice_of_mushroom(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a mushroom's profile: cap, gills and stem, roasted at the edges."""
    lean = rng.uniform(-2, 2)
    outline = smooth_loop(
        [(-22, 2), (-21, -11), (-10, -21), (3, -22), (15, -18), (23, -7), (22, 5), (15, 8), (8, 5),
         (7, 12), (10 + lean, 21), (lean, 24), (-9 + lean, 21), (-7, 12), (-8, 5), (-15, 8)]
    )  # fmt: skip
    face = canvas.linear_gradient((0, lighter(colour, 0.75)), (0.55, lighter(colour, 0.4)), (1, colour), vertical=True)
    brown = darker(colour, 0.55)
    gills = smooth_loop([(-18, 2), (-12, -3), (-5, -1), (-5, 3), (-12, 5)]) + smooth_loop(
        [(18, 2), (12, -3), (5, -1), (5, 3), (12, 5)]
    )
    marks = (
        path(gills, fill=brown, fill_opacity=0.75)
        + stroke(line([(-20, -3), (-17, -14), (-4, -20), (10, -19), (19, -10), (20, 0)]), brown, 2.6, 0.6)
        + stroke("M-3 3L-3.5 18M2.5 4L3 17", brown, 1, 0.4)
        + flecks(rng, 4, 11, 4, "#b9701f", opacity=0.3)
    )
    return Piece(outline, face, marks, side=darker(colour, 0.45))


def ring(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a thin ring with the next one still inside, a little out of round and browned where it lay highest."""
    squash = rng.uniform(0.8, 1)
    outer = blob(rng, 22, wobble=0.09, points=9, squash=squash)
    loops = outer + blob(rng, 16.5, wobble=0.09, points=8, at=(rng.uniform(-3, 3), rng.uniform(-2, 2)), squash=squash)
    marks = (
        stroke(loops, colour, 2.6)
        + stroke(loops, lighter(colour, 0.8), 1.1, 0.9)
        + stroke(arc(22, rng.uniform(0, 2), 1.2, squash=squash), "#b5661d", 2.6, 0.45)
        + stroke(arc(22, 3.4, 1.3, squash=squash), "#fff", 1.3, 0.85)
    )
    return Piece(loops, darker(colour, 0.32), marks, line=3.6)


def half_ring(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw half a ring in layers, each with its skin outside and pale flesh inside."""
    sweep = rng.uniform(2.5, 3.3)
    start = -pi / 2 - sweep / 2

    def layers(*radii: float) -> str:
        return "".join(arc(r, start + (22 - r) * 0.03, sweep - (22 - r) * 0.06, at=(0, 8), squash=0.9) for r in radii)

    marks = (
        stroke(layers(22, 15.5, 9.5), colour, 3.8)
        + stroke(layers(20.8, 14.3, 8.4), lighter(colour, 0.8), 1.9, 0.95)
        + stroke(arc(23, -2.3, 0.9, at=(0, 8), squash=0.9), "#fff", 1.1, 0.65)
    )
    return Piece(layers(22, 15.5, 9.5), darker(colour, 0.4), marks, line=4.8)


def olive(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a small thick ring, wet."""
    loop = blob(rng, 8, wobble=0.05, points=8)
    marks = (
        stroke(loop, colour, 5.2)
        + stroke(arc(7.3, 0.4, 2), lighter(colour, 0.3), 1.4, 0.6)
        + stroke(arc(8.6, 3.5, 1.1), "#fff", 1.9, 0.8)
    )
    return Piece(loop, darker(colour, 0.5), marks, line=6.6)


def leaf(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a leaf with one half in the light and one in the shade."""
    bend = rng.uniform(-4, 4)
    left = [(-7, -19), (-15 - rng.uniform(0, 3), -8), (-16, 5), (-8, 17)]
    right = [(8, 17), (15 + rng.uniform(0, 3), 6), (15, -7), (7, -19)]
    outline = smooth_loop([(0, -27), *left, (0, 25), *right])
    face = canvas.linear_gradient(
        (0, lighter(colour, 0.28)),
        (0.42, colour),
        (0.5, darker(colour, 0.45)),
        (0.54, darker(colour, 0.1)),
        (1, mix(colour, "#06200a", 0.4)),
    )
    rib = line([(0, 22), (bend * 0.5, 8), (bend, -6), (0, -20)])
    veins = "".join(f"M{bend * 0.6:.1f} {y}Q{x * 0.6:.1f} {y - 3} {x} {y - 8}" for y in (12, 3, -6) for x in (-9, 9))
    marks = (
        stroke(veins, lighter(colour, 0.45), 0.9, 0.6)
        + stroke(rib, lighter(colour, 0.6), 1.5, 0.85)
        + ellipse(-7, -5, 4, 8, fill="#fff", fill_opacity=0.2)
    )
    return Piece(outline, face, marks)


def wedge(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a chunk from a round fruit: fibres run to the core, the outer edge caramelised."""
    half = rng.uniform(0.48, 0.6)
    tip = (0.0, 27.0)
    spokes = [-pi / 2 + half * share for share in (-1, -0.5, 0, 0.5, 1)]
    rind = [polar(spoke, 42, tip) for spoke in spokes]
    core = [polar(spoke, 15, tip) for spoke in (spokes[-1], spokes[2], spokes[0])]
    outline = smooth_loop([*rind, polar(spokes[-1], 28, tip), *core, polar(spokes[0], 28, tip)])
    face = canvas.linear_gradient(
        (0, mix(colour, "#c9761a", 0.35)), (0.3, colour), (1, lighter(colour, 0.55)), vertical=True
    )
    fibres = "".join(
        line([polar(spoke, 20, tip), polar(spoke + 0.03, 29, tip), polar(spoke, 38, tip)])
        for spoke in (-pi / 2 + half * rng.uniform(-0.75, 0.75) for _ in range(6))
    )
    marks = (
        stroke(fibres, mix(colour, "#c47a10", 0.6), 1.2, 0.6)
        + stroke(arc(37.5, -pi / 2 - half * 0.8, half * 1.6, at=tip), "#b8691f", 2.4, 0.5)
        + glint(rng, 4.5, -4, -5, 0.6)
    )
    return Piece(outline, face, marks, side=mix(colour, "#a8560c", 0.55))


def strip(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a curved sliver of vegetable: dark skin along one side, pale flesh along the other."""
    rise = rng.uniform(6, 10)
    bend = [(-23, rise), (-13, -rise * 0.5), (1, -rise * rng.uniform(0.9, 1.2)), (14, -rise * 0.4), (23, rise)]
    curve = line(bend)
    marks = (
        stroke(curve, colour, 9)
        + stroke(line([(x * 0.95, y + 2) for x, y in bend]), mix(colour, "#f4f5c0", 0.5), 4, 0.85)
        + stroke(line([(x * 0.9, y - 2.2) for x, y in bend[1:-1]]), "#fff", 1.8, 0.65)
        + flecks(rng, 3, 14, 2.6, "#4a1c06", opacity=0.3)
    )
    return Piece(curve, darker(colour, 0.45), marks, line=10.4, cap="butt")
