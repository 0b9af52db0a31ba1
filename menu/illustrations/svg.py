"""
Writing SVG: elements, and a canvas that keeps its definitions apart from those of every other picture on a page.

Only presentation attributes, never a style, a script or an address elsewhere, so that the strictest content policy
lets the pictures through.
"""

import re
from base64 import urlsafe_b64encode
from hashlib import blake2b
from random import Random
from xml.sax.saxutils import escape, quoteattr

SIDE = 480
"""Units from edge to edge of every canvas; a picture of another size is scaled as a whole."""

_NEAR, _FAR = 2, 60  # units from 0: opacities and scales, pieces drawn around 0, places on the canvas

type Stop = tuple[float, str] | tuple[float, str, float]
"""Where on a gradient (0 to 1), which colour, and how opaque if not fully."""


def number(value: float) -> str:
    """As many decimals as can be seen: coordinates, most of a file's weight, need fewer far from 0."""
    text = f"{value:.{2 if abs(value) < _NEAR else 1 if abs(value) < _FAR else 0}f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text.replace("0.", ".", 1) if abs(value) < 1 else text


def element(tag: str, /, *children: str, **attributes: str | float) -> str:
    """One element; `stop_color=` is written `stop-color`. Children are markup already."""
    written = "".join(
        f" {name.replace('_', '-')}={quoteattr(value if isinstance(value, str) else number(value))}"
        for name, value in attributes.items()
    )
    return f"<{tag}{written}>{''.join(children)}</{tag}>" if children else f"<{tag}{written}/>"


def path(d: str, /, **attributes: str | float) -> str:
    return element("path", d=d, **attributes)


def ellipse(cx: float, cy: float, rx: float, ry: float, /, **attributes: str | float) -> str:
    return element("ellipse", cx=cx, cy=cy, rx=rx, ry=ry, **attributes)


class Canvas:
    """
    The definitions of one picture, and its dice.

    :param name: what the dice are seeded by, and the picture's title
    :param variation: whatever else tells this picture from others of the same name
    """

    def __init__(self, name: str, *variation: object) -> None:
        self.name = name
        self._prefix = (
            "p" + urlsafe_b64encode(blake2b(repr((name, *variation)).encode(), digest_size=3).digest()).decode()
        )
        self._definitions: dict[str, str] = {}

    def rng(self, part: str) -> Random:
        """Dice of its own for each part, so that one more topping leaves the crust as it was."""
        seed = blake2b(f"{self.name}\n{part}".encode(), digest_size=8).digest()
        return Random(int.from_bytes(seed))  # noqa: S311 - it draws, it does not guard

    def define(self, tag: str, /, *children: str, **attributes: str | float) -> str:
        """Keep an element for later use; the same element twice is kept once. Gives its id."""
        body = element(tag, *children, **attributes)
        return self._definitions.setdefault(body, f"{self._prefix}{len(self._definitions):x}")

    def use(self, key: str, /, **attributes: str | float) -> str:
        return element("use", href=f"#{key}", **attributes)

    def linear(self, *stops: Stop, down: bool = False, slant: bool = False) -> str:
        """Paint that changes from left to right, `down` from top to bottom, `slant` from top left to bottom right."""
        return self._paint("linearGradient", stops, x2=0 if down else 1, y2=1 if down or slant else 0)

    def radial(self, *stops: Stop, cx: float = 0.5, cy: float = 0.5, r: float = 0.5) -> str:
        """Paint that changes from a point outwards, in shares of what it fills."""
        return self._paint("radialGradient", stops, cx=cx, cy=cy, r=r)

    def plate(self, *stops: Stop, r: float, cx: float = SIDE / 2, cy: float = SIDE / 2) -> str:
        """Paint that changes from a point of the canvas outwards, in units."""
        return self._paint("radialGradient", stops, gradientUnits="userSpaceOnUse", cx=cx, cy=cy, r=r)

    def _paint(self, tag: str, stops: tuple[Stop, ...], **attributes: str | float) -> str:
        children = []
        for offset, colour, *opacity in stops:
            faded = {"stop_opacity": opacity[0]} if opacity else {}
            children.append(element("stop", offset=offset, stop_color=colour, **faded))
        return f"url(#{self.define(tag, *children, **attributes)})"

    def document(self, *body: str, size: int) -> str:
        """
        The finished file; in it lines end round unless they say otherwise.

        :param size: units from edge to edge of its view box; the page decides how large it is shown
        """
        definitions = "".join(
            re.sub(r"^<\w+", rf'\g<0> id="{key}"', markup) for markup, key in self._definitions.items()
        )
        scale: dict[str, str | float] = {"transform": f"scale({size / SIDE:.6g})"} if size != SIDE else {}
        drawing = element("g", *body, stroke_linecap="round", **scale)
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size} {size}" role="img">'
            f"<title>{escape(self.name)}</title><defs>{definitions}</defs>{drawing}</svg>"
        )
