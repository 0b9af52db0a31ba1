"""Lines that look drawn by hand: path data (absolute coordinates, units) from points and random numbers."""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from math import cos, pi, sin, tau
from random import Random

from menu.illustrations.svg import number

type Point = tuple[float, float]


def polar(angle: float, distance: float, at: Point = (0, 0)) -> Point:
    """Return the point at an angle (radians, clockwise from the right) and a distance from another."""
    return at[0] + distance * cos(angle), at[1] + distance * sin(angle)


def _coordinates(point: Point) -> str:
    return f"{number(round(point[0], 1))} {number(round(point[1], 1))}"


def _midpoint(one: Point, two: Point) -> Point:
    return (one[0] + two[0]) / 2, (one[1] + two[1]) / 2


def smooth_loop(points: Sequence[Point]) -> str:
    """Return a round loop that never leaves the convex hull of its points."""
    following = [*points[1:], points[0]]
    curves = "".join(
        f"Q{_coordinates(here)} {_coordinates(_midpoint(here, there))}"
        for here, there in zip(points, following, strict=True)
    )
    return f"M{_coordinates(_midpoint(points[-1], points[0]))}{curves}Z"


def line(points: Sequence[Point]) -> str:
    """Return a soft open line from the first point to the last."""
    inner = points[1:-1]
    ends = [_midpoint(here, there) for here, there in pairwise(inner)] + [points[-1]]
    return f"M{_coordinates(points[0])}" + "".join(
        f"Q{_coordinates(bend)} {_coordinates(end)}" for bend, end in zip(inner, ends, strict=True)
    )


def polygon(points: Sequence[Point]) -> str:
    """Return a loop of straight lines."""
    return "M" + "L".join(_coordinates(point) for point in points) + "Z"


def dots(points: Iterable[Point]) -> str:
    """Return lines of no length: drawn with round caps they are dots with the line width as diameter."""
    return "".join(f"M{_coordinates(point)}h.1" for point in points)


def blob(
    rng: Random, radius: float, *, wobble: float = 0.1, points: int = 8, at: Point = (0, 0), squash: float = 1
) -> str:
    """
    Return a lump of about the given radius.

    :param wobble: how far its edge goes in and out, as a share of the radius
    :param squash: height as a share of the width
    """
    start = rng.uniform(0, tau)
    edge = []
    for step in range(points):
        reach = radius * (1 + rng.uniform(-wobble, wobble))
        x, y = polar(start + tau * step / points, reach)
        edge.append((at[0] + x, at[1] + y * squash))
    return smooth_loop(edge)


def wavy_loop(rng: Random, radius: float, *, at: Point, wave_height: float, jitter: float, points: int) -> str:
    """Return a large uneven loop: a few slow waves, and a `jitter` per point, both as shares of the radius."""
    waves = [(count, rng.uniform(0, tau), rng.uniform(0.3, 1) * wave_height / count**0.5) for count in (2, 3, 5, 8)]
    edge = []
    for step in range(points):
        angle = tau * step / points
        wave = sum(height * sin(count * angle + phase) for count, phase, height in waves)
        edge.append(polar(angle, radius * (1 + wave + rng.uniform(-jitter, jitter)), at))
    return smooth_loop(edge)


def arc(radius: float, start: float, sweep: float, *, at: Point = (0, 0), squash: float = 1) -> str:
    """Return a part of a circle, from `start` over `sweep` (radians)."""
    steps = max(3, round(abs(sweep) / (pi / 4)) + 1)
    turns = [polar(start + sweep * step / (steps - 1), radius) for step in range(steps)]
    return line([(at[0] + x, at[1] + y * squash) for x, y in turns])
