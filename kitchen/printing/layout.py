"""
The layout of a slip on a roll of paper, in lines of a fixed number of columns.

What to read first is largest: the number, then the pizzas. Allergies are printed in white on black.
"""

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain

from django.utils.translation import gettext as _

from kitchen.printing.code_page import printable
from kitchen.printing.slips import Slip, SlipItem

LARGEST = 6  # of a number; ESC/POS has letters of up to eight times the size


@dataclass(frozen=True, slots=True)
class SlipLine:
    """
    A line of printable text, at most as long as fits.

    :param width, height: by how much its letters are larger than usual
    """

    text: str
    width: int = 1
    height: int = 1
    is_bold: bool = False
    is_inverse: bool = False
    is_centered: bool = False


def slip_lines(slip: Slip, *, columns: int) -> list[SlipLine]:
    """
    Return the lines of a slip.

    :param columns: letters of the usual size in a line
    """
    rule = SlipLine("-" * columns)
    parts = [
        _mark_lines(slip, columns),
        _head_lines(slip, columns),
        [rule],
        _allergy_lines(slip, columns),
        chain.from_iterable(_item_lines(item, slip, columns) for item in slip.items),
        _note_lines(slip, columns),
        [rule],
        _mark_lines(slip, columns),
        _wrapped(_("printed %(time)s") % {"time": slip.printed}, columns),
    ]
    return list(chain.from_iterable(parts))


def _mark_lines(slip: Slip, columns: int) -> Iterator[SlipLine]:
    if slip.mark:
        yield from _wrapped(slip.mark, columns, width=2, height=2, is_bold=True, is_inverse=True, is_centered=True)


def _head_lines(slip: Slip, columns: int) -> Iterator[SlipLine]:
    size = max(1, min(LARGEST, columns // max(1, len(printable(slip.label)))))
    yield from _wrapped(slip.label, columns, width=size, height=size, is_bold=True, is_centered=True)
    if slip.day:
        yield from _wrapped(slip.day, columns, is_centered=True)
    due = _("%(method)s, due %(time)s") % {"method": slip.method.upper(), "time": slip.due}
    yield from _wrapped(due, columns, height=2, is_bold=True)
    if slip.wanted:
        yield from _wrapped(_("wanted for %(time)s") % {"time": slip.wanted}, columns, height=2, is_bold=True)


def _allergy_lines(slip: Slip, columns: int) -> Iterator[SlipLine]:
    if slip.allergies:
        text = _("ALLERGY: %(allergies)s") % {"allergies": slip.allergies}
        yield from _wrapped(text, columns, height=2, is_bold=True, is_inverse=True)


def _item_lines(item: SlipItem, slip: Slip, columns: int) -> Iterator[SlipLine]:
    name = f"{item.name}, {item.size}" if item.size else item.name
    yield from _wrapped(f"{item.quantity} x {name}", columns, indent="    ", height=2, is_bold=True)
    for added in item.added:
        yield from _wrapped(f"  + {added}", columns, indent="    ")
    for left_out in item.left_out:
        text = _("NO %(topping)s") % {"topping": left_out.upper()}
        yield from _wrapped(f"  - {text}", columns, indent="    ", is_bold=True)
    if slip.allergies and item.contains:
        text = _("contains %(allergens)s") % {"allergens": ", ".join(item.contains)}
        yield from _wrapped(f"    {text}", columns, indent="    ")
    if slip.allergies and not item.is_declared:
        text = _("Not all allergens are declared.")
        yield from _wrapped(f"    {text}", columns, indent="    ", is_bold=True)


def _note_lines(slip: Slip, columns: int) -> Iterator[SlipLine]:
    if slip.notes:
        yield SlipLine("")
        yield from _wrapped(_("NOTE: %(notes)s") % {"notes": slip.notes}, columns, is_bold=True)


def _wrapped(
    text: str,
    columns: int,
    *,
    indent: str = "",
    width: int = 1,
    height: int = 1,
    is_bold: bool = False,
    is_inverse: bool = False,
    is_centered: bool = False,
) -> Iterator[SlipLine]:
    """
    Return the lines of a text; line breaks in it are kept.

    :param indent: of the second line and further ones
    """
    for paragraph in re.split(r"\r\n|\r|\n", text):
        for line in textwrap.wrap(
            printable(paragraph), columns // width, subsequent_indent=indent, drop_whitespace=True
        ):
            yield SlipLine(line, width, height, is_bold, is_inverse, is_centered)
