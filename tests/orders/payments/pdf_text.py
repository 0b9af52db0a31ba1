"""The text of a PDF as typst writes it: composite fonts, each with a map of its glyphs to Unicode."""

import re
import zlib

_OBJECT = re.compile(rb"(\d+) 0 obj\s*(.*?)\s*endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def text_of(pdf):
    """Return the lines of text in the order in which they are drawn, joined by newlines."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    lines = []
    for resources, contents in re.findall(rb"/Type/Page/Resources (\d+) 0 R.*?/Contents (\d+) 0 R", pdf):
        named = re.findall(rb"/(f\d+) (\d+) 0 R", objects[int(resources)])
        fonts = {name: _glyphs(objects, int(ref)) for name, ref in named}
        lines += _lines(_decompressed(objects[int(contents)]), fonts)
    return "\n".join(lines)


def pages_of(pdf):
    return len(re.findall(rb"/Type/Page/", pdf))


def _glyphs(objects, ref):
    """Return the text of each glyph of a font."""
    [to_unicode] = re.findall(rb"/ToUnicode (\d+) 0 R", objects[ref])
    pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>\n", _decompressed(objects[int(to_unicode)]))
    return {int(glyph, 16): bytes.fromhex(text.decode()).decode("utf-16-be") for glyph, text in pairs}


def _decompressed(body):
    return zlib.decompress(_STREAM.search(body)[1])


def _lines(content, fonts):
    for block in re.findall(rb"\nBT (.*?)\nET", content, re.DOTALL):
        font = fonts[re.search(rb"/(f\d+) ", block)[1]]
        shown = b"".join(_unescaped(text) for text in re.findall(rb"\(((?:\\.|[^\\)])*)\)", block, re.DOTALL))
        glyphs = [int.from_bytes(shown[at : at + 2]) for at in range(0, len(shown), 2)]
        yield "".join(font.get(glyph, "\N{REPLACEMENT CHARACTER}") for glyph in glyphs).strip()


def _unescaped(text):
    def character(found):
        code = found[1]
        return bytes([int(code, 8)]) if code.isdigit() else _ESCAPES.get(code, code)

    return re.sub(rb"\\([0-7]{1,3}|.)", character, text, flags=re.DOTALL)
