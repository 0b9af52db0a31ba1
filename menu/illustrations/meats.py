"""Toppings of meat and cheese: one function per shape, drawing one piece around (0, 0) at its usual size in units."""

from math import pi, tau
from random import Random

from menu.illustrations.colors import darker, lighter, mix
from menu.illustrations.paths import arc, blob, line, polar, smooth_loop
from menu.illustrations.pieces import Piece, flecks, glint, stroke
from menu.illustrations.svg import Canvas, ellipse


def disc(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a round slice whose rim curled up and crisped."""
    face = canvas.radial_gradient(
        (0, lighter(colour, 0.22)), (0.5, lighter(colour, 0.1)), (0.78, colour), (0.9, darker(colour, 0.28)),
        (0.96, darker(colour, 0.5)), (1, darker(colour, 0.3)),
    )  # fmt: skip
    marks = (
        flecks(rng, 7, 17, 3.6, mix(colour, "#ffcf9e", 0.7), opacity=0.55)
        + flecks(rng, 7, 18, 2, mix(colour, "#ffcf9e", 0.7), opacity=0.6)
        + flecks(rng, 7, 18, 1.6, darker(colour, 0.7), opacity=0.7)
        + stroke(arc(20.6, 3.3, 1.9), "#ffe2bd", 1.8, 0.6)
        + glint(rng, 6, -6, -8, 0.32)
    )
    return Piece(blob(rng, 24, wobble=0.04, points=11), face, marks, side=darker(colour, 0.6))


def cube(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a diced piece, seared at its edges, with the marks of the grill."""
    corners = [(-12, -10), (0, -11.5), (12, -10), (12.5, 0), (12, 10), (0, 11), (-12, 10), (-12.5, 0)]
    top = smooth_loop([(x + rng.uniform(-2, 2), y + rng.uniform(-2, 2)) for x, y in corners])
    face = canvas.linear_gradient((0, lighter(colour, 0.4)), (0.55, colour), (1, darker(colour, 0.15)), diagonal=True)
    tilt = rng.uniform(0, 3)
    sear = canvas.radial_gradient((0, "#8a3d0c", 0.75), (0.5, "#a9581a", 0.45), (1, "#bd6c22", 0))
    marks = (
        ellipse(*polar(rng.uniform(0, tau), 8), 8, 6, fill=sear)
        + stroke(f"M-10 {tilt - 5:.0f}L3 {-tilt - 7:.0f}M-7 {tilt + 5:.0f}L10 {-tilt + 2:.0f}", "#8a3d0c", 2.6, 0.42)
        + stroke(top, mix(colour, "#9a4210", 0.6), 2, 0.6)
        + stroke(line([(-8, 3), (-2, 0), (3, 2), (8, -2)]), lighter(colour, 0.6), 1.6, 0.6)
        + glint(rng, 4.5, -4, -6, 0.45)
    )
    return Piece(top, face, marks, side=darker(colour, 0.42))


def rasher(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a crisp wavy ribbon, lean and fat in turn."""
    wave: list[tuple[float, float]] = [(-26, 2), (-20, -4), (-10, 4), (0, -4), (10, 4), (19, -4), (26, 1)]
    wave = [(x, y + rng.uniform(-1.5, 1.5)) for x, y in wave]

    def streak(down: float) -> str:
        return line([(x, y + down) for x, y in wave])

    marks = (
        stroke(streak(0), colour, 15)
        + stroke(streak(-5.6), darker(colour, 0.45), 3, 0.7)
        + stroke(streak(2.4), mix(colour, "#ffe3b8", 0.85), 3.6, 0.95)
        + stroke(streak(-2.4), mix(colour, "#ffcf9a", 0.6), 1.6, 0.85)
        + stroke(streak(6), mix(colour, "#ffcf9a", 0.45), 1.8, 0.9)
        + stroke(line([(x, y - 0.6) for x, y in wave[1:5]]), "#fff", 1, 0.45)
    )
    return Piece(streak(0), darker(colour, 0.6), marks, line=16.6, cap="butt")


def crumble(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a knobbly bit of minced meat."""
    lump = blob(rng, 12, wobble=0.16, points=8, squash=0.88)
    face = canvas.radial_gradient(
        (0, lighter(colour, 0.35)), (0.6, colour), (1, darker(colour, 0.5)), cx=0.36, cy=0.32, r=0.7
    )
    marks = (
        flecks(rng, 6, 8, 4, darker(colour, 0.5), opacity=0.45)
        + flecks(rng, 6, 8, 2.6, mix(colour, "#ffd3a1", 0.65), opacity=0.7)
        + glint(rng, 3.6, -4, -5, 0.5)
    )
    return Piece(lump, face, marks, side=darker(colour, 0.65))


def shreds(rng: Random, canvas: Canvas, colour: str) -> Piece:
    """Draw a pinch of grated cheese that is just about to melt together."""
    strands = ""
    lie = rng.uniform(0, pi)
    for _ in range(10):
        at = polar(rng.uniform(0, tau), 15 * rng.random() ** 0.5)
        turn, half, bow = rng.gauss(lie, 0.6), rng.uniform(7, 11), rng.uniform(-6, 6)
        strands += line([polar(turn, half, at), polar(turn + pi / 2, bow, at), polar(turn, -half, at)])
    marks = stroke(strands, colour, 2.8) + stroke(strands, lighter(colour, 0.8), 1.1, 0.95)
    return Piece(strands, mix(colour, "#b5691a", 0.7), marks, line=3.8)
