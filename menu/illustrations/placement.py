"""The placement of toppings: as even as if strewn by a practised hand, never in rows, never over the edge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot, sqrt, tau
from random import Random

from menu.illustrations.paths import polar

_TRIES = 36
_ROUNDS = 40
_DENSE = 0.8
"""Share of a round area that circles of different sizes cover when placed at random."""


@dataclass(slots=True)
class Spot:
    """A place for one piece: its kind, its pose, the room it needs and how far it reaches (both in units)."""

    kind: int
    pose: int
    room: float
    reach: float
    x: float = 0
    y: float = 0

    def gap(self, other: "Spot") -> float:
        return hypot(self.x - other.x, self.y - other.y) - self.room - other.room


def spread(rng: Random, spots: Iterable[Spot], *, within: float) -> list[Spot]:
    """
    Return the spots placed around (0, 0), the largest first; a spot for which there is no room is left out.

    :param within: distance from the middle, in units, beyond which no spot reaches
    """
    placed: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: -spot.room):
        _settle(rng, spot, placed, within)
        placed.append(spot)

    full = sum(spot.room**2 for spot in placed) / within**2
    breath = max(0.0, (sqrt(_DENSE / full) - 1) * sum(2 * spot.room for spot in placed) / len(placed))
    for _ in range(_ROUNDS):
        _push_apart(placed, within, breath)

    kept: list[Spot] = []
    for spot in placed:
        if all(spot.gap(other) > -0.3 * min(spot.room, other.room) for other in kept):
            kept.append(spot)
    return kept


def _settle(rng: Random, spot: Spot, placed: Sequence[Spot], within: float) -> None:
    best = -1e9
    for _ in range(_TRIES):
        x, y = polar(rng.uniform(0, tau), (within - spot.reach) * sqrt(rng.random()))
        there = Spot(spot.kind, spot.pose, spot.room, spot.reach, x, y)
        # Free space first; among free places the one farthest from its own kind, so that each bite has every kind.
        free = min((there.gap(other) for other in placed), default=20)
        kin = min((there.gap(other) for other in placed if other.kind == spot.kind), default=60)
        worth = min(free, 16) * 2 + min(kin, 70) * 0.4
        if worth > best:
            best, spot.x, spot.y = worth, x, y


def _push_apart(placed: Sequence[Spot], within: float, breath: float) -> None:
    for one, two in combinations(placed, 2):
        shortage = breath - one.gap(two)
        if shortage > 0:
            apart = hypot(two.x - one.x, two.y - one.y) or 1.0
            dx, dy = (two.x - one.x) / apart * shortage / 3, (two.y - one.y) / apart * shortage / 3
            one.x, one.y, two.x, two.y = one.x - dx, one.y - dy, two.x + dx, two.y + dy
    for spot in placed:
        beyond = hypot(spot.x, spot.y) / (within - spot.reach)
        if beyond > 1:
            spot.x, spot.y = spot.x / beyond, spot.y / beyond
