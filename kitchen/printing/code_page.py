"""
The letters that the printer can print: those of code page 858, which are ASCII, Western European letters and the euro.

Control characters are removed, because the printer takes them for commands: a guest's note must not open the cash
drawer. A letter of another alphabet is replaced by a similar one, or by a question mark.
"""

import unicodedata

CODE_PAGE = "cp858"

# Letters and signs that do not decompose into a letter of the code page and its accent.
_SIMILAR = str.maketrans(
    {
        "ł": "l",
        "Ł": "L",
        "đ": "d",
        "Đ": "D",
        "œ": "oe",
        "Œ": "OE",
        "‘": "'",
        "’": "'",
        "‚": ",",
        "“": '"',
        "”": '"',
        "„": '"',
        "–": "-",
        "—": "-",
        "−": "-",
        "…": "...",
        "•": "*",
    }
)


def printable(text: str) -> str:
    """Return a text with the characters alone that the printer can print, blanks for every other white space."""
    composed = unicodedata.normalize("NFC", text).translate(_SIMILAR)
    return "".join(map(_printable_character, composed))


def encode(text: str) -> bytes:
    """
    Return printable text as the printer reads it. No byte of it is a command.

    :param text: as `printable` returns it
    :raises UnicodeEncodeError: it is not
    """
    encoded = text.encode(CODE_PAGE)
    if any(byte < ord(" ") or byte == 0x7F for byte in encoded):  # noqa: PLR2004 - the code of DEL
        raise UnicodeEncodeError(CODE_PAGE, text, 0, len(text), "control characters")
    return encoded


def _printable_character(character: str) -> str:
    if character.isspace():
        return " "
    category = unicodedata.category(character)
    if category in ("Cc", "Cf", "Cs", "Cn", "Co") or category.startswith("M"):
        return ""
    if _is_in_code_page(character):
        return character
    plain = "".join(each for each in unicodedata.normalize("NFKD", character) if _is_in_code_page(each))
    return plain or "?"


def _is_in_code_page(character: str) -> bool:
    try:
        encoded = character.encode(CODE_PAGE)
    except UnicodeEncodeError:
        return False
    return encoded >= b" " and encoded != b"\x7f"
