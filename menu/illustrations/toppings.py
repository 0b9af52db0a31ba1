"""Toppings: how they look, how many pieces there are, and each piece with the shadow that it casts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from menu.illustrations import cuts, meats, vegetables
from menu.illustrations.colors import checked
from menu.illustrations.dough import MIDDLE, TOPPED
from menu.illustrations.paths import Point
from menu.illustrations.placement import Spot, spread
from menu.illustrations.svg import Canvas, element, number


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one topping: one of `SHAPES`, and a colour as "#rrggbb". Checked when drawn."""

    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class _Kind:
    """
    One shape of topping.

    :ivar room: units around its middle that are kept free of other pieces
    :ivar reach: units from its middle to its farthest tip
    :ivar turn: degrees by which it may be turned; few where light and shade are drawn into the piece
    :ivar most: pieces on a pizza that has no other topping
    """

    cut: cuts.Cut
    room: float
    reach: float
    turn: int
    most: int


_KINDS = {
    "disc": _Kind(meats.disc, 24, 26, 28, 16),
    "slice": _Kind(vegetables.slice_of_mushroom, 20, 26, 180, 18),
    "ring": _Kind(vegetables.ring, 21, 26, 180, 16),
    "half_ring": _Kind(vegetables.half_ring, 18, 27, 180, 20),
    "olive": _Kind(vegetables.olive, 12, 13, 20, 30),
    "leaf": _Kind(vegetables.leaf, 18, 28, 180, 18),
    "cube": _Kind(meats.cube, 14, 20, 180, 30),
    "wedge": _Kind(vegetables.wedge, 18, 27, 180, 18),
    "strip": _Kind(vegetables.strip, 18, 31, 180, 18),
    "rasher": _Kind(meats.rasher, 21, 33, 180, 16),
    "crumble": _Kind(meats.crumble, 13, 16, 20, 30),
    "shreds": _Kind(meats.shreds, 20, 27, 180, 24),
}

SHAPES = tuple(_KINDS)
"""The shapes that can be drawn."""

_VARIETY = ((2, 3, 7), (4, 2, 4), (7, 1, 3), (math.inf, 1, 2))
"""(maximum of toppings, drawings of each, poses of each altogether): a few are enough to look varied."""

_COVERED = 0.8
"""Maximum share of the pizza that the room of all pieces adds up to."""

_SHADOW = "#2b0c03"


def check(look: Look) -> None:
    """
    Raise an error unless a look can be drawn.

    :raises ValueError: naming an unknown shape or a malformed colour
    """
    if look.shape not in _KINDS:
        raise ValueError(f"unknown topping shape: {look.shape!r}")
    checked(look.colour)


def strew(canvas: Canvas, toppings: Sequence[Look]) -> str:
    """Draw all pieces of all toppings; the more toppings, the fewer and smaller the pieces of each."""
    rng = canvas.rng("toppings")
    grow = max(0.96, 1.36 - 0.06 * len(toppings))
    drawings, turns = next((drawings, turns) for most, drawings, turns in _VARIETY if len(toppings) <= most)
    poses: dict[int, list[str]] = {}
    spots: list[Spot] = []
    for which, look in enumerate(toppings):
        kind = _KINDS[look.shape]
        scales = [grow * (0.92 + 0.16 * pose / turns) for pose in range(turns)]
        poses[which] = _poses(
            canvas, kind, look.colour, canvas.rng(f"topping {which}"), drawings=drawings, scales=scales
        )
        for count in range(_count(kind, len(toppings), grow)):
            pose = count % turns
            spots.append(Spot(which, pose, kind.room * scales[pose], kind.reach * scales[pose]))
    return _laid(canvas, poses, spread(rng, spots, within=TOPPED))


def _poses(
    canvas: Canvas, kind: _Kind, colour: str, rng: Random, *, drawings: int, scales: Sequence[float]
) -> list[str]:
    drawn = [_drawing(canvas, kind, colour, rng) for _ in range(drawings)]
    return [
        _posed(canvas, drawn[pose % drawings], scale=scale, turn=_turn(rng, kind, pose, len(scales)))
        for pose, scale in enumerate(scales)
    ]


def _count(kind: _Kind, kinds: int, grow: float) -> int:
    """Return the number of pieces of one topping: its share of the pizza, never fewer than three."""
    share = _COVERED * TOPPED**2 / (kind.room * grow) ** 2 / kinds
    return max(3, round(min(kind.most / (0.6 + 0.26 * kinds), share)))


def _turn(rng: Random, kind: _Kind, pose: int, poses: int) -> int:
    """Return degrees such that the poses of one piece point in all directions, not by chance in the same one."""
    return round(-kind.turn + 2 * kind.turn * (pose + rng.random()) / poses)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """A piece as defined on the canvas: its outline (once for shadow, side and face), and its face with all marks."""

    piece: cuts.Piece
    outline: str
    body: str


def _drawing(canvas: Canvas, kind: _Kind, colour: str, rng: Random) -> _Drawing:
    piece = kind.cut(rng, canvas, checked(colour))
    if piece.line:
        outline = canvas.define("path", d=piece.outline, fill="none", stroke_width=piece.line, stroke_linecap=piece.cap)
        face = canvas.use(outline, stroke=piece.face)
    else:
        outline = canvas.define("path", d=piece.outline)
        face = canvas.use(outline, fill=piece.face)
    return _Drawing(
        piece, outline, canvas.define("g", face, piece.marks, fill="none", stroke="none", stroke_linecap=piece.cap)
    )


def _posed(canvas: Canvas, drawing: _Drawing, *, scale: float, turn: int) -> str:
    """Define a piece in one pose and return its id: only the piece is turned, all shadows fall in one direction."""
    pose = f"rotate({turn})scale({number(scale)})"
    side = drawing.piece.side
    layers = [canvas.use(drawing.outline, opacity=0.4, transform=f"translate({'2.4 5' if side else '2 3.4'}){pose}")]
    if side:
        layers.append(canvas.use(drawing.outline, fill=side, stroke="none", transform=f"translate(1 2.6){pose}"))
    return canvas.define("g", *layers, canvas.use(drawing.body, transform=pose))


def _laid(canvas: Canvas, poses: Mapping[int, Sequence[str]], spots: Iterable[Spot]) -> str:
    return lay((poses[spot.kind][spot.pose], (MIDDLE[0] + spot.x, MIDDLE[1] + spot.y)) for spot in spots)


def lay(pieces: Iterable[tuple[str, Point]]) -> str:
    """Draw posed pieces in their places. Parts without own paint are shadows: painted once here, not at each piece."""
    drawn = (element("use", href=f"#{key}", x=round(x), y=round(y)) for key, (x, y) in pieces)
    return element("g", *drawn, fill=_SHADOW, stroke=_SHADOW, stroke_width=2.5)


def pose(canvas: Canvas, look: Look, rng: Random, *, scale: float, turn: int) -> str:
    """Define a single piece for `lay`, `scale` times as large as on a pizza and turned by degrees; return its id."""
    return _posed(canvas, _drawing(canvas, _KINDS[look.shape], look.colour, rng), scale=scale, turn=turn)


def torn_basil(canvas: Canvas) -> str:
    """Draw the basil of a Margherita: a few small leaves."""
    rng = canvas.rng("basil")
    kind = _KINDS["leaf"]
    scales = [rng.uniform(0.75, 1.05) for _ in range(6)]
    poses = _poses(canvas, kind, "#3f8f2c", rng, drawings=1, scales=scales)
    spots = [Spot(0, pose, 36, kind.reach * scale) for pose, scale in enumerate(scales)]
    return _laid(canvas, {0: poses}, spread(rng, spots, within=TOPPED * 0.9))
