"""
SVG output: elements, and a canvas whose definitions have ids distinct from those of other illustrations on a page.

It uses only presentation attributes, never a style, a script or an external URL, so that the strictest content security
policy allows the illustrations.
"""

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b
from random import Random
from xml.sax.saxutils import escape, quoteattr

CANVAS_SIZE = 480
"""Units from edge to edge of every canvas; an illustration of another size is scaled as a whole."""

_NEAR, _FAR = 2, 60  # limits of magnitude: opacities and scales, pieces drawn around 0; above: places on the canvas

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2

type Stop = tuple[float, str] | tuple[float, str, float]
"""Offset on a gradient (0 to 1), colour, and opacity if not 1."""


def number(value: float) -> str:
    """Format a number with as many decimals as are visible: coordinates, most of a file, need fewer far from 0."""
    text = f"{value:.{2 if abs(value) < _NEAR else 1 if abs(value) < _FAR else 0}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("0.", ".", 1) if abs(value) < 1 else text


def element(tag: str, /, *children: str, **attributes: str | float) -> str:
    """Return one element; `stop_color=` is written as `stop-color`. Children are markup already."""
    attribute_text = "".join(
        f" {name.replace('_', '-')}={quoteattr(value if isinstance(value, str) else number(value))}"
        for name, value in attributes.items()
    )
    return f"<{tag}{attribute_text}>{''.join(children)}</{tag}>" if children else f"<{tag}{attribute_text}/>"


def path(d: str, /, **attributes: str | float) -> str:
    return element("path", d=d, **attributes)


def ellipse(cx: float, cy: float, rx: float, ry: float, /, **attributes: str | float) -> str:
    return element("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, **attributes)


class Canvas:
    """
    The definitions of one illustration, and its random generators.

    :param name: the seed of the random generators, and the illustration's title
    :param variation: everything else that distinguishes this illustration from others of the same name
    """

    def __init__(self, name: str, *variation: object) -> None:
        self.name = name
        self._prefix = (
            "p" + urlsafe_b64encode(blake2b(repr((name, *variation)).encode(), digest_size=3).digest()).decode()
        )
        self._definitions: dict[str, str] = {}

    def rng(self, part: str) -> Random:
        """Return a random generator for one part, so that one more topping leaves the crust as it was."""
        seed = blake2b(f"{self.name}\n{part}".encode(), digest_size=8).digest()
        return Random(int.from_bytes(seed))  # noqa: S311 - for drawing, not for security

    def define(self, tag: str, /, *children: str, **attributes: str | float) -> str:
        """Define an element for later use and return its id; equal elements are defined once."""
        body = element(tag, *children, **attributes)
        return self._definitions.setdefault(body, f"{self._prefix}{len(self._definitions):x}")

    def use(self, key: str, /, **attributes: str | float) -> str:
        return element("use", href=f"#{key}", **attributes)

    def linear_gradient(self, *stops: Stop, vertical: bool = False, diagonal: bool = False) -> str:
        """
        Define a gradient and return the reference with which a shape is filled.

        From left to right, from top to bottom (`vertical`), or from top left (`diagonal`).
        """
        return self._define_gradient(
            "linearGradient", stops, x2=0 if vertical else 1, y2=1 if vertical or diagonal else 0
        )

    def radial_gradient(self, *stops: Stop, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """Define a gradient from a point outwards, in shares of the shape that it fills; return the reference."""
        return self._define_gradient("radialGradient", stops, cx=cx, cy=cy, r=r)

    def radial_in_units(self, *stops: Stop, r: float, cx: float = CANVAS_SIZE / 2, cy: float = CANVAS_SIZE / 2) -> str:
        """Define a gradient from a point of the canvas outwards, in units; return the reference."""
        return self._define_gradient("radialGradient", stops, gradientUnits="userSpaceOnUse", cx=cx, cy=cy, r=r)

    def _define_gradient(self, tag: str, stops: tuple[Stop, ...], **attributes: str | float) -> str:
        children = []
        for offset, colour, *opacity in stops:
            stop_opacity = {"stop_opacity": opacity[0]} if opacity else {}
            children.append(element("stop", offset=offset, stop_color=colour, **stop_opacity))
        return f"url(#{self.define(tag, *children, **attributes)})"

    def document(self, *body: str, size: int) -> str:
        """
        Return the finished file; its lines have round caps unless set otherwise.

        :param size: units from edge to edge of its view box; the page decides how large it is shown
        """
        definitions = "".join(
            re.sub(r"^<\w+", rf'\g<0> id="{key}"', markup) for markup, key in self._definitions.items()
        )
        scale: dict[str, str | float] = {"transform": f"scale({size / CANVAS_SIZE:.6g})"} if size != CANVAS_SIZE else {}
        drawing = element("g", *body, stroke_linecap="round", **scale)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">'
            f"<title>{escape(_NOT_IN_XML.sub('', self.name))}</title><defs>{definitions}</defs>{drawing}</svg>"
        )
