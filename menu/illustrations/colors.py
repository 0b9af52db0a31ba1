"""Colours as "#rrggbb", mixed as food changes colour: lighter with warm cream, darker with burnt brown."""

import re

CREAM = "#fff3d2"
BURNT = "#3a1206"


def normalized_colour(colour: str) -> str:
    """
    Return a colour in lower case.

    :raises ValueError: naming the colour that is not "#rrggbb"
    """
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", colour):
        raise ValueError(f"not a colour of the form #rrggbb: {colour!r}")
    return colour.lower()


def mix(colour: str, other: str, share: float) -> str:
    """Return a colour mixed with a share (0 to 1) of another."""
    pairs = zip(bytes.fromhex(colour[1:]), bytes.fromhex(other[1:]), strict=True)
    return "#" + "".join(f"{round(one + (two - one) * share):02x}" for one, two in pairs)


def lighter(colour: str, share: float) -> str:
    return mix(colour, CREAM, share)


def darker(colour: str, share: float) -> str:
    return mix(colour, BURNT, share)
