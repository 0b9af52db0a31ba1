"""The placement of toppings: evenly, but never in rows, and never over the edge."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import hypot, sqrt, tau
from random import Random

from menu.illustrations.paths import polar

_CANDIDATES = 36
"""Random points of which the best one is taken for a spot."""
_PUSH_ROUNDS = 40
_MAX_DENSITY = 0.8
"""Share of a round area that circles of different sizes cover when placed at random."""


@dataclass(slots=True)
class Spot:
    """
    A place for one piece.

    :ivar kind: index of its topping; pieces of one topping keep away from each other
    :ivar pose: index of the pose in which it is drawn
    :ivar room: units around its middle that are kept free of other pieces
    :ivar reach: units from its middle to its farthest tip
    """

    kind: int
    pose: int
    room: float
    reach: float
    x: float = 0
    y: float = 0

    def gap(self, other: "Spot") -> float:
        """Return the units between the rooms of two spots; negative: they overlap."""
        return hypot(self.x - other.x, self.y - other.y) - self.room - other.room


def spread(rng: Random, spots: Iterable[Spot], *, within: float) -> list[Spot]:
    """
    Return the spots placed around (0, 0), the largest first; a spot for which there is no room is left out.

    :param within: distance from the middle, in units, beyond which no spot reaches
    """
    placed: list[Spot] = []
    for spot in sorted(spots, key=lambda spot: -spot.room):
        _place(rng, spot, placed, within)
        placed.append(spot)

    density = sum(spot.room**2 for spot in placed) / within**2
    clearance = max(0.0, (sqrt(_MAX_DENSITY / density) - 1) * sum(2 * spot.room for spot in placed) / len(placed))
    for _ in range(_PUSH_ROUNDS):
        _push_apart(placed, within, clearance)

    kept: list[Spot] = []
    for spot in placed:
        if all(spot.gap(other) > -0.3 * min(spot.room, other.room) for other in kept):
            kept.append(spot)
    return kept


def _place(rng: Random, spot: Spot, placed: Sequence[Spot], within: float) -> None:
    """Move a spot to the best of some random points."""
    best_score = -1e9
    for _ in range(_CANDIDATES):
        x, y = polar(rng.uniform(0, tau), (within - spot.reach) * sqrt(rng.random()))
        candidate = Spot(spot.kind, spot.pose, spot.room, spot.reach, x, y)
        # Free space first; among free places the one farthest from its own kind, so that each bite has every kind.
        gap = min((candidate.gap(other) for other in placed), default=20)
        gap_to_kind = min((candidate.gap(other) for other in placed if other.kind == spot.kind), default=60)
        score = min(gap, 16) * 2 + min(gap_to_kind, 70) * 0.4
        if score > best_score:
            best_score, spot.x, spot.y = score, x, y


def _push_apart(placed: Sequence[Spot], within: float, clearance: float) -> None:
    """Move spots that are closer than the clearance away from each other, and those beyond the edge back inside."""
    for one, two in combinations(placed, 2):
        shortage = clearance - one.gap(two)
        if shortage > 0:
            distance = hypot(two.x - one.x, two.y - one.y) or 1.0
            dx, dy = (two.x - one.x) / distance * shortage / 3, (two.y - one.y) / distance * shortage / 3
            one.x, one.y, two.x, two.y = one.x - dx, one.y - dy, two.x + dx, two.y + dy
    for spot in placed:
        overshoot = hypot(spot.x, spot.y) / (within - spot.reach)
        if overshoot > 1:
            spot.x, spot.y = spot.x / overshoot, spot.y / overshoot
