"""
Pictures as managers upload them: what is accepted, and what is kept of it.

A file is a picture if it can be decoded as JPEG, PNG or WebP; its name and its content type say nothing. It is never
kept itself: its pixels are turned upright, cut to a square and encoded again, so that nothing else in the file is
served, such as where a photo was taken or what is appended to it. Of an animated file, the first frame is taken.
"""

import struct
import zlib
from dataclasses import dataclass
from hashlib import sha256
from io import BytesIO
from typing import Protocol

from django.utils.translation import gettext as _
from PIL import Image, ImageOps

from menu.models import PICTURE_WIDTHS
from pizzeria.foundation.refusals import Refusal

MAX_BYTES = 5 * 1024 * 1024
MAX_PIXELS = 20_000_000
MIN_SIDE = 480  # a smaller one would look blurred on the page of a pizza

FORMATS = ("JPEG", "PNG", "WEBP")
QUALITY = 80

# Pillow's own limit: it warns of more when it reads a header, and raises an error for twice as many.
Image.MAX_IMAGE_PIXELS = MAX_PIXELS

# What decoders raise for broken data.
_DECODING_ERRORS = (OSError, SyntaxError, ValueError, TypeError, LookupError, EOFError, struct.error, zlib.error)


class ReadableFile(Protocol):
    def read(self, size: int, /) -> bytes: ...


class PictureRefused(Refusal):
    """A file cannot be taken as the picture of an item."""

    code = "picture_refused"
    status = 422


@dataclass(frozen=True, slots=True)
class RenditionEncoding:
    width: int
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class PictureEncoding:
    """A picture that was accepted; `width` and `height` are those of the file, upright."""

    width: int
    height: int
    renditions: tuple[RenditionEncoding, ...]


def encode_picture(file: ReadableFile, *, size: int) -> PictureEncoding:
    """
    Return an uploaded picture, encoded in every width.

    :param size: of the file, in bytes
    :raises PictureRefused: it is too large, too small, or no picture; pixels are counted before any is decoded
    """
    if size > MAX_BYTES:
        raise PictureRefused(_("At most 5 MB, please: this file has %(size).1f.") % {"size": size / 1024 / 1024})
    content = file.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise PictureRefused(_("At most 5 MB, please."))
    image = _open(content)
    _refuse_unless_sized_well(image.size)
    try:
        return _encoded(image)
    except _DECODING_ERRORS as broken:
        raise PictureRefused(_("This file is damaged or cut off: it could not be read to its end.")) from broken


def _open(content: bytes) -> Image.Image:
    """Return a picture of which only the header is read."""
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        _refuse_unless_sized_well(_size_of_webp(content))  # first: to open one, Pillow reserves memory for its pixels
    try:
        return Image.open(BytesIO(content), formats=FORMATS)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as bomb:
        raise _too_many_pixels() from bomb
    except _DECODING_ERRORS as unknown:
        raise PictureRefused(_("This is not a picture that we can read. JPEG, PNG or WebP, please.")) from unknown


def _size_of_webp(content: bytes) -> tuple[int, int]:
    """Return the size that the header of a WebP file states (RFC 9649); of an unknown kind of one, zero."""
    match content[12:16]:
        case b"VP8X":
            return 1 + int.from_bytes(content[24:27], "little"), 1 + int.from_bytes(content[27:30], "little")
        case b"VP8L":
            bits = int.from_bytes(content[21:25], "little")
            return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
        case b"VP8 ":
            width, height = int.from_bytes(content[26:28], "little"), int.from_bytes(content[28:30], "little")
            return width & 0x3FFF, height & 0x3FFF
    raise PictureRefused(_("This is not a picture that we can read. JPEG, PNG or WebP, please."))


def _refuse_unless_sized_well(size: tuple[int, int]) -> None:
    width, height = size
    if width * height > MAX_PIXELS:
        raise _too_many_pixels()
    if min(size) < MIN_SIDE:
        message = _("At least %(least)d pixels wide and high, please: this picture has %(width)d × %(height)d.")
        raise PictureRefused(message % {"least": MIN_SIDE, "width": width, "height": height})


def _too_many_pixels() -> PictureRefused:
    return PictureRefused(_("At most 20 megapixels, please. Make the picture smaller, then upload it again."))


def _encoded(image: Image.Image) -> PictureEncoding:
    largest = max(PICTURE_WIDTHS)
    width, height = image.size
    is_turned = image.getexif().get(_ORIENTATION, 1) >= _FIRST_TURNED
    image.draft("RGB", (largest, largest))  # a JPEG is decoded no larger than is needed
    upright = ImageOps.exif_transpose(image)
    shown = upright.convert("RGBA" if upright.has_transparency_data else "RGB")
    return PictureEncoding(
        width=height if is_turned else width,
        height=width if is_turned else height,
        renditions=tuple(_rendition(shown, rendition_width) for rendition_width in PICTURE_WIDTHS),
    )


# The EXIF tag of the orientation; from 5 on, a picture lies on its side.
_ORIENTATION, _FIRST_TURNED = 0x0112, 5


def _rendition(shown: Image.Image, width: int) -> RenditionEncoding:
    square = ImageOps.fit(shown, (width, width), method=Image.Resampling.LANCZOS)
    file = BytesIO()
    square.save(file, "WEBP", quality=QUALITY, exif=b"", xmp="", icc_profile=None)
    content = file.getvalue()
    return RenditionEncoding(width, content, sha256(content).hexdigest())
