"""
A slip as a document in ESC/POS, the language of receipt printers.

Of python-escpos this takes the codes of the commands (its constants) alone. Its printer classes leave a temporary
folder behind in every process, configure the process's logging, choose the code page themselves, and reach printers by
IPv4 with one timeout for everything.
"""

from escpos import constants

from kitchen.printing.code_page import encode
from kitchen.printing.layout import SlipLine, slip_lines
from kitchen.printing.slips import Slip

LEAVE_KANJI_MODE = constants.FS + b"."  # in which printers made for China start; it has no accents
WESTERN_EUROPEAN = constants.CODEPAGE_CHANGE + b"\x13"  # code page 858
NO_UNASKED_STATUS = constants.GS + b"a\x00"
FEED = constants.ESC + b"d\x05"  # as far as the blade is behind the head

START = constants.HW_INIT + NO_UNASKED_STATUS + LEAVE_KANJI_MODE + WESTERN_EUROPEAN
END = FEED + constants.PAPER_PART_CUT


def escpos_document(slip: Slip, *, columns: int) -> bytes:
    """Return the bytes that print a slip and cut it off."""
    lines = b"".join(_line(line) for line in slip_lines(slip, columns=columns))
    return bytes(START + lines + END)


def _line(line: SlipLine) -> bytes:
    """Return a line with its styles, each of which is set: none is left over from the line before."""
    style = constants.TXT_STYLE
    size = style["width"][line.width] | style["height"][line.height]
    return b"".join(
        [
            style["align"]["center" if line.is_centered else "left"],
            style["bold"][line.is_bold],
            style["invert"][line.is_inverse],
            constants.TXT_SIZE,
            bytes([size]),
            encode(line.text),
            constants.CTL_LF,
        ]
    )
