"""Toppings: how they look, how many pieces there are, and each piece with the shadow that it casts."""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from menu.illustrations import meats, vegetables
from menu.illustrations.colors import normalized_colour
from menu.illustrations.dough import CENTER, TOPPINGS_RADIUS
from menu.illustrations.paths import Point
from menu.illustrations.pieces import DrawPiece, Piece
from menu.illustrations.placement import Spot, spread
from menu.illustrations.svg import Canvas, element, number


@dataclass(frozen=True, slots=True)
class Look:
    """The look of one topping: one of `SHAPES`, and a colour as "#rrggbb". Checked when drawn."""

    shape: str
    colour: str


@dataclass(frozen=True, slots=True)
class _ShapeSpec:
    """
    How the pieces of one shape are drawn and placed.

    :ivar draw: draws one piece
    :ivar room: units around its middle that are kept free of other pieces
    :ivar reach: units from its middle to its farthest tip
    :ivar max_rotation: degrees by which it may be turned; few where light and shade are drawn into the piece
    :ivar base_pieces: pieces on a pizza, before `_piece_count` adapts them to the number of toppings
    """

    draw: DrawPiece
    room: float
    reach: float
    max_rotation: int
    base_pieces: int


_SPECS = {
    "disc": _ShapeSpec(meats.disc, 24, 26, 28, 16),
    "slice": _ShapeSpec(vegetables.slice_of_mushroom, 20, 26, 180, 18),
    "ring": _ShapeSpec(vegetables.ring, 21, 26, 180, 16),
    "half_ring": _ShapeSpec(vegetables.half_ring, 18, 27, 180, 20),
    "olive": _ShapeSpec(vegetables.olive, 12, 13, 20, 30),
    "leaf": _ShapeSpec(vegetables.leaf, 18, 28, 180, 18),
    "cube": _ShapeSpec(meats.cube, 14, 20, 180, 30),
    "wedge": _ShapeSpec(vegetables.wedge, 18, 27, 180, 18),
    "strip": _ShapeSpec(vegetables.strip, 18, 31, 180, 18),
    "rasher": _ShapeSpec(meats.rasher, 21, 33, 180, 16),
    "crumble": _ShapeSpec(meats.crumble, 13, 16, 20, 30),
    "shreds": _ShapeSpec(meats.shreds, 20, 27, 180, 24),
}

SHAPES = tuple(_SPECS)
"""The shapes that can be drawn."""

_VARIETY = ((2, 3, 7), (4, 2, 4), (7, 1, 3), (math.inf, 1, 2))
"""(maximum of toppings, drawings of each, poses of each altogether): a few are enough to look varied."""

_MAX_COVERAGE = 0.8
"""Maximum share of the pizza that the room of all pieces adds up to."""

_SHADOW = "#2b0c03"


def validate_look(look: Look) -> None:
    """
    Raise an error unless a look can be drawn.

    :raises ValueError: naming an unknown shape or a malformed colour
    """
    if look.shape not in _SPECS:
        raise ValueError(f"unknown topping shape: {look.shape!r}")
    normalized_colour(look.colour)


def draw_toppings(canvas: Canvas, toppings: Sequence[Look]) -> str:
    """Draw all pieces of all toppings; the more toppings, the fewer and smaller the pieces of each."""
    rng = canvas.rng("toppings")
    base_scale = max(0.96, 1.36 - 0.06 * len(toppings))
    drawing_count, pose_count = next(
        (drawings, poses) for max_toppings, drawings, poses in _VARIETY if len(toppings) <= max_toppings
    )
    poses: dict[int, list[str]] = {}
    spots: list[Spot] = []
    for index, look in enumerate(toppings):
        spec = _SPECS[look.shape]
        scales = [base_scale * (0.92 + 0.16 * pose / pose_count) for pose in range(pose_count)]
        poses[index] = _define_poses(
            canvas, spec, look.colour, canvas.rng(f"topping {index}"), drawing_count=drawing_count, scales=scales
        )
        for piece_index in range(_piece_count(spec, len(toppings), base_scale)):
            pose = piece_index % pose_count
            spots.append(Spot(index, pose, spec.room * scales[pose], spec.reach * scales[pose]))
    return _draw_at_spots(poses, spread(rng, spots, within=TOPPINGS_RADIUS))


def _define_poses(
    canvas: Canvas, spec: _ShapeSpec, colour: str, rng: Random, *, drawing_count: int, scales: Sequence[float]
) -> list[str]:
    """Define a piece of each scale, turned at random; return their ids. The drawings take turns."""
    drawings = [_define_drawing(canvas, spec, colour, rng) for _ in range(drawing_count)]
    return [
        _define_pose(
            canvas,
            drawings[pose % drawing_count],
            scale=scale,
            rotation=_random_rotation(rng, spec, pose, len(scales)),
        )
        for pose, scale in enumerate(scales)
    ]


def _piece_count(spec: _ShapeSpec, topping_count: int, base_scale: float) -> int:
    """Return the number of pieces of one topping: its share of the pizza, never fewer than three."""
    share = _MAX_COVERAGE * TOPPINGS_RADIUS**2 / (spec.room * base_scale) ** 2 / topping_count
    # By eye: the only topping has 1.16 times its base pieces, one of five has half of them.
    crowding = 0.6 + 0.26 * topping_count
    return max(3, round(min(spec.base_pieces / crowding, share)))


def _random_rotation(rng: Random, spec: _ShapeSpec, pose: int, pose_count: int) -> int:
    """Return degrees such that the poses of one piece point in all directions, not by chance in the same one."""
    return round(-spec.max_rotation + 2 * spec.max_rotation * (pose + rng.random()) / pose_count)


@dataclass(frozen=True, slots=True)
class _Drawing:
    """
    A piece as defined on the canvas.

    :ivar outline: id of its outline, defined once for shadow, side and face
    :ivar body: id of its face with all marks
    """

    piece: Piece
    outline: str
    body: str


def _define_drawing(canvas: Canvas, spec: _ShapeSpec, colour: str, rng: Random) -> _Drawing:
    piece = spec.draw(rng, canvas, normalized_colour(colour))
    if piece.line:
        outline = canvas.define("path", d=piece.outline, fill="none", stroke_width=piece.line, stroke_linecap=piece.cap)
        face = canvas.use(outline, stroke=piece.face)
    else:
        outline = canvas.define("path", d=piece.outline)
        face = canvas.use(outline, fill=piece.face)
    body = canvas.define("g", face, piece.marks, fill="none", stroke="none", stroke_linecap=piece.cap)
    return _Drawing(piece, outline, body)


def _define_pose(canvas: Canvas, drawing: _Drawing, *, scale: float, rotation: int) -> str:
    """Define a piece in one pose and return its id: only the piece is turned, all shadows fall in one direction."""
    pose = f"rotate({rotation})scale({number(scale)})"
    side = drawing.piece.side
    layers = [canvas.use(drawing.outline, opacity=0.4, transform=f"translate({'2.4 5' if side else '2 3.4'}){pose}")]
    if side:
        layers.append(canvas.use(drawing.outline, fill=side, stroke="none", transform=f"translate(1 2.6){pose}"))
    return canvas.define("g", *layers, canvas.use(drawing.body, transform=pose))


def _draw_at_spots(poses: Mapping[int, Sequence[str]], spots: Iterable[Spot]) -> str:
    return draw_pieces((poses[spot.kind][spot.pose], (CENTER[0] + spot.x, CENTER[1] + spot.y)) for spot in spots)


def draw_pieces(pieces: Iterable[tuple[str, Point]]) -> str:
    """Draw defined pieces at points. Parts without own paint are shadows: painted once here, not at each piece."""
    drawn = (element("use", href=f"#{key}", x=round(x), y=round(y)) for key, (x, y) in pieces)
    return element("g", *drawn, fill=_SHADOW, stroke=_SHADOW, stroke_width=2.5)


def define_piece(canvas: Canvas, look: Look, rng: Random, *, scale: float, rotation: int) -> str:
    """
    Define a single piece for `draw_pieces`, and return its id.

    :param scale: size in proportion to a piece on a pizza
    :param rotation: in degrees
    """
    drawing = _define_drawing(canvas, _SPECS[look.shape], look.colour, rng)
    return _define_pose(canvas, drawing, scale=scale, rotation=rotation)


def draw_basil(canvas: Canvas) -> str:
    """Draw the basil of a Margherita: a few small leaves."""
    rng = canvas.rng("basil")
    spec = _SPECS["leaf"]
    scales = [rng.uniform(0.75, 1.05) for _ in range(6)]
    poses = _define_poses(canvas, spec, "#3f8f2c", rng, drawing_count=1, scales=scales)
    spots = [Spot(0, pose, 36, spec.reach * scale) for pose, scale in enumerate(scales)]
    return _draw_at_spots({0: poses}, spread(rng, spots, within=TOPPINGS_RADIUS * 0.9))
