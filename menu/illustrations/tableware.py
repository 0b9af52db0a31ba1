"""What simple items are served on and with: shadow, plate, bowl, dew, bubbles, ice. The light is from the top left."""

from random import Random

from menu.illustrations.paths import Point, dots
from menu.illustrations.svg import Canvas, element, ellipse, path


def shadow(canvas: Canvas, x: float, y: float, wide: float, high: float) -> str:
    """Draw a shadow that is soft on a page of any colour."""
    shade = canvas.radial_gradient((0, "#1c0a02", 0.5), (0.7, "#1c0a02", 0.28), (1, "#1c0a02", 0))
    return ellipse(x, y, wide, high, fill=shade)


def plate(canvas: Canvas, at: Point, radius: float, *, squash: float = 1) -> str:
    """Draw a plate of white stoneware, from above or (`squash` below 1) from the side."""
    x, y = at
    well = canvas.radial_gradient((0, "#fffdf8"), (0.75, "#f6efe2"), (1, "#d9cbb4"))
    rim = canvas.linear_gradient((0, "#ffffff"), (0.5, "#f3ebdd"), (1, "#c9b89c"), diagonal=True)
    return (
        shadow(canvas, x + 3, y + 14, radius * 1.08, radius * squash * 1.07)
        + ellipse(x, y + 5 * (1 - squash) * 2, radius, radius * squash, fill="#b8a588")
        + ellipse(x, y, radius, radius * squash, fill=rim, stroke="#bfae92", stroke_width=1)
        + ellipse(x, y + 1, radius * 0.74, radius * squash * 0.74, fill=well, stroke="#d8cab2", stroke_width=2)
    )


def bowl(canvas: Canvas, at: Point, radius: float, colour: str) -> str:
    """Draw an empty glazed bowl from above."""
    x, y = at
    glaze = canvas.linear_gradient((0, "#fff3dc"), (0.35, colour), (1, "#4a2412"), diagonal=True)
    depth = canvas.radial_gradient((0, "#5a341c"), (0.8, "#6e4225"), (1, "#2e160a"))
    return (
        shadow(canvas, x + 3, y + 16, radius * 1.1, radius * 1.09)
        + ellipse(x, y, radius, radius, fill=glaze, stroke="#4a2412", stroke_width=1.5, stroke_opacity=0.6)
        + ellipse(x, y, radius * 0.89, radius * 0.89, fill=depth)
    )


def dew(rng: Random, canvas: Canvas, count: int, box: tuple[float, float, float, float]) -> str:
    """Draw drops on cold glass, within left, top, right and bottom."""
    left, top, right, bottom = box
    drop = canvas.radial_gradient(
        (0, "#fff", 0.95), (0.5, "#fff", 0.35), (0.85, "#fff", 0.15), (1, "#fff", 0.65), cx=0.35, cy=0.3, r=0.7
    )
    drops = []
    for _ in range(count):
        size = rng.triangular(1.5, 6.5, 2)
        drops.append(
            ellipse(rng.uniform(left, right), rng.uniform(top, bottom), size, size * rng.uniform(1, 1.5), fill=drop)
        )
    return "".join(drops)


def bubbles(rng: Random, count: int, box: tuple[float, float, float, float], size: float) -> str:
    left, top, right, bottom = box
    points = [(rng.uniform(left, right), rng.uniform(top, bottom)) for _ in range(count)]
    return path(dots(points), stroke="#fff", stroke_width=size, stroke_opacity=0.5)


def ice(canvas: Canvas, at: Point, side: float, turn: int) -> str:
    """Draw a cube of ice, half submerged."""
    clear = canvas.linear_gradient(
        (0, "#fff", 0.85), (0.4, "#fff", 0.25), (0.7, "#fff", 0.15), (1, "#fff", 0.55), diagonal=True
    )
    half = side / 2
    cube = element(
        "rect",
        x=-half,
        y=-half,
        width=side,
        height=side,
        rx=9,
        fill=clear,
        stroke="#fff",
        stroke_width=2,
        stroke_opacity=0.6,
    )
    edge = path(f"M{-half + 9:.0f} {half - 13:.0f}L{-half + 9:.0f} {-half + 11:.0f}L{half - 15:.0f} {-half + 9:.0f}",
                fill="none", stroke="#fff", stroke_width=3, stroke_opacity=0.7)  # fmt: skip
    return element("g", cube, edge, transform=f"translate({at[0]:.0f} {at[1]:.0f})rotate({turn})")
